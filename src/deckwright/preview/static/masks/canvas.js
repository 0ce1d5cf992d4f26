// The picture with its masks and labels: elements that can be focused, drawn anew only where something has changed.

import { make } from "../dom.js";
import { keyOf } from "./shapes.js";
import { draw, set } from "./svg.js";
import * as view from "./view.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {import("./snapping.js").Label} Label */
/** @typedef {import("./snapping.js").Lines} Lines */
/** @typedef {{ points: readonly Point[], to: Point | null, closes: boolean }} Draft  A polygon that is being drawn. */

export class Canvas {
  #picture = make("img", { class: "mask-picture", alt: "", draggable: "false" });
  #labels = draw("g", { class: "mask-labels" });
  #ghosts = draw("g", { class: "mask-ghosts", "aria-hidden": "true" });
  #shapes = draw("g", { class: "mask-shapes" });
  #lines = draw("g", { class: "mask-lines", "aria-hidden": "true" });
  #draft = draw("g", { class: "mask-draft", "aria-hidden": "true" });
  #edge = draw("rect", { class: "mask-edge" });
  #world = draw("g", {}, this.#edge, this.#labels, this.#ghosts, this.#shapes, this.#lines, this.#draft);
  /** In pixels of the screen: for what has the same size at every zoom. */
  over = draw("g", { class: "mask-over", "aria-hidden": "true" });
  layer = draw("svg", { class: "mask-layer", role: "group" }, this.#world, this.over);
  #tag = make("p", { class: "mask-tag", hidden: true, "aria-hidden": "true" });
  stage = make("div", { class: "mask-stage" }, this.#picture, this.layer, this.#tag);

  /** @type {Size} */
  size = { width: 1, height: 1 };
  /** @type {view.View} */
  view = { scale: 1, x: 0, y: 0 };
  /** @type {Size} */
  room = { width: 1, height: 1 };
  #isFitted = true;
  #changed;
  /** @type {Map<string, { mask: Mask, element: SVGElement, told: string }>} */
  #drawn = new Map();
  /** @type {readonly Label[]} */
  #shownLabels = [];
  /** @type {readonly Mask[]} */
  #shownGhosts = [];

  /** @param {() => void} changed  the picture is elsewhere */
  constructor(changed) {
    this.#changed = changed;
    new ResizeObserver(() => this.#fill()).observe(this.stage);
    this.stage.addEventListener("pointerenter", () => this.#measure());
    this.#picture.addEventListener("load", () => this.stage.classList.add("is-loaded"));
  }

  /**
   * @param {string} address
   * @param {string} path
   * @param {Size} size
   * @param {boolean} again  the same picture, which stays where it is
   */
  show(address, path, size, again) {
    const stays = again && size.width === this.size.width && size.height === this.size.height;
    this.size = size;
    if (this.#picture.getAttribute("src") !== address) {
      if (!again) this.stage.classList.remove("is-loaded");
      this.#picture.src = address;
    }
    for (const one of [this.#picture, this.#edge]) set(one, { width: size.width, height: size.height });
    set(this.layer, { "aria-label": `Masks of ${path}` });
    this.#measure();
    if (!stays) this.fit();
  }

  // Where the picture is

  fit() {
    this.#isFitted = true;
    this.look(view.fitted(this.size, this.room));
  }

  /** As large as it is, its middle in the middle of the room. */
  actual() {
    this.#isFitted = false;
    this.look(view.centred(1, this.size, this.room));
  }

  /**
   * @param {number} factor
   * @param {Point} [at]  in the room; else its middle
   */
  zoom(factor, at = { x: this.room.width / 2, y: this.room.height / 2 }) {
    this.#isFitted = false;
    this.look(view.zoomed(this.view, factor, at, this.size, this.room));
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  pan(x, y) {
    this.#isFitted = false;
    this.look(view.panned(this.view, x, y, this.size, this.room));
  }

  /** @param {view.View} to */
  look(to) {
    this.view = to;
    const { scale, x, y } = to;
    this.#picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.#picture.classList.toggle("is-large", scale > 3);
    set(this.#world, { transform: `translate(${x} ${y}) scale(${scale})` });
    this.#changed();
  }

  /** So that a mask can be seen. @param {import("./shapes.js").Box} box */
  reveal(box) {
    const at = view.toRoom(this.view, { x: box.left + box.width / 2, y: box.top + box.height / 2 });
    const isSeen = at.x > 0 && at.y > 0 && at.x < this.room.width && at.y < this.room.height;
    if (!isSeen) this.pan(this.room.width / 2 - at.x, this.room.height / 2 - at.y);
  }

  /**
   * Where an event is, in the room.
   * @param {{ clientX: number, clientY: number }} event
   * @returns {Point}
   */
  inRoom({ clientX, clientY }) {
    return { x: clientX - this.#corner.x, y: clientY - this.#corner.y };
  }

  /** @param {{ clientX: number, clientY: number }} event */
  inPicture(event) {
    return view.toPicture(this.view, this.inRoom(event));
  }

  /** A place in the room as one in the picture. @param {Point} at */
  inView(at) {
    return view.toPicture(this.view, at);
  }

  /** How many pixels of the picture so many of the screen are. @param {number} pixels */
  reach(pixels) {
    return pixels / this.view.scale;
  }

  #corner = { x: 0, y: 0 };

  #measure() {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    this.#corner = { x: left, y: top };
    if (width && height) this.room = { width, height };
  }

  /** Measured before anything is done with a pointer. */
  measure() {
    this.#measure();
  }

  #fill() {
    const before = this.room;
    this.#measure();
    set(this.layer, { width: this.room.width, height: this.room.height });
    if (this.#isFitted) this.fit();
    else this.pan((this.room.width - before.width) / 2, (this.room.height - before.height) / 2);
  }

  // What is in it

  /**
   * @param {readonly Mask[]} masks
   * @param {ReadonlySet<string>} selected
   * @param {ReadonlySet<string>} wrong
   */
  draw(masks, selected, wrong) {
    const keys = new Set(masks.filter((mask) => mask.group && selected.has(mask.uid)).map(keyOf));
    const seen = new Set();
    /** @type {SVGElement | null} */
    let last = null;
    for (const mask of masks) {
      seen.add(mask.uid);
      const classes = [
        "mask",
        selected.has(mask.uid) && "is-selected",
        !selected.has(mask.uid) && mask.group && keys.has(mask.group) && "is-mate",
        wrong.has(mask.uid) && "is-wrong",
      ];
      const told = classes.filter(Boolean).join(" ");
      let drawn = this.#drawn.get(mask.uid);
      if (!drawn) {
        drawn = { mask, element: drawnMask(mask), told: "" };
        form(drawn.element, mask);
        this.#drawn.set(mask.uid, drawn);
      } else if (drawn.mask !== mask) {
        form(drawn.element, mask);
        if (drawn.mask.name !== mask.name || drawn.mask.group !== mask.group) drawn.told = "";
        drawn.mask = mask;
      }
      if (drawn.told !== told) {
        drawn.told = told;
        const group = mask.group ? `, in the group ${mask.group}` : "";
        set(drawn.element, {
          class: told,
          "aria-pressed": String(selected.has(mask.uid)),
          "aria-label": `${mask.name || "mask without a name"}, ${WORDS[mask.shape]}${group}`,
        });
      }
      /** @type {Node | null} */
      const place = last ? last.nextSibling : this.#shapes.firstChild;
      if (place !== drawn.element) this.#shapes.insertBefore(drawn.element, place);
      last = drawn.element;
    }
    if (this.#drawn.size === seen.size) return;
    for (const [uid, { element }] of this.#drawn) {
      if (seen.has(uid)) continue;
      element.remove();
      this.#drawn.delete(uid);
    }
  }

  /** @param {string} uid */
  focus(uid) {
    this.#drawn.get(uid)?.element.focus({ preventScroll: true });
  }

  /** No mask and no label has the focus any more. */
  leave() {
    const focused = document.activeElement;
    if (focused instanceof SVGElement && this.stage.contains(focused)) focused.blur();
  }

  /**
   * @param {readonly Label[]} labels
   * @param {readonly Label[]} aimed  those that become a mask when the pointer is let go
   * @param {string} words  what a press does
   */
  drawLabels(labels, aimed, words) {
    if (labels !== this.#shownLabels) {
      this.#shownLabels = labels;
      this.#labels.replaceChildren(
        ...labels.map((label, place) => {
          const box = { x: label.box.left, y: label.box.top, width: label.box.width, height: label.box.height };
          const told = { role: "button", tabindex: 0, "aria-label": `${words}: ${label.text}`, "data-label": place };
          return draw("rect", { class: "mask-label", ...box, ...told });
        }),
      );
    }
    labels.forEach((label, place) => {
      this.#labels.children[place]?.classList.toggle("is-aimed", aimed.includes(label));
    });
  }

  /** Masks that are on the disk. @param {readonly Mask[]} ghosts */
  drawGhosts(ghosts) {
    if (ghosts === this.#shownGhosts) return;
    this.#shownGhosts = ghosts;
    this.#ghosts.replaceChildren(
      ...ghosts.map((mask) => {
        const element = draw(mask.shape, { class: "mask-ghost" });
        form(element, mask);
        return element;
      }),
    );
  }

  /** The lines to which edges are drawn. @param {Lines} lines */
  drawLines({ xs, ys }) {
    const { width, height } = this.size;
    this.#lines.replaceChildren(
      ...xs.map((x) => draw("line", { x1: x, x2: x, y1: 0, y2: height })),
      ...ys.map((y) => draw("line", { x1: 0, x2: width, y1: y, y2: y })),
    );
  }

  /** @param {Draft | null} draft */
  drawDraft(draft) {
    const [first] = draft?.points ?? [];
    if (!draft || !first) return this.#draft.replaceChildren();
    const all = draft.to ? [...draft.points, draft.to] : draft.points;
    const dot = this.reach(draft.closes ? 7 : 4.5);
    this.#draft.replaceChildren(
      draw("polygon", { points: written(all) }),
      draw("polyline", { points: written(all) }),
      ...draft.points.map((point, place) =>
        draw("circle", { cx: point.x, cy: point.y, r: place ? this.reach(3.5) : dot, class: place ? "" : "is-first" }),
      ),
    );
  }

  /** A box that selects what it touches. @param {import("./shapes.js").Box | null} box */
  drawRubber(box) {
    const attributes = box && { x: box.left, y: box.top, width: box.width, height: box.height, class: "mask-rubber" };
    this.#draft.replaceChildren(...(attributes ? [draw("rect", attributes)] : []));
  }

  /**
   * The name of a mask, above it.
   * @param {string} name
   * @param {import("./shapes.js").Box | null} box
   */
  drawTag(name, box) {
    this.#tag.hidden = !box;
    if (!box) return;
    if (this.#tag.textContent !== name) this.#tag.textContent = name;
    const { x, y } = view.toRoom(this.view, { x: box.left, y: box.top });
    // Below it, where no handle is that turns it.
    const below = y + box.height * this.view.scale + 18;
    const top = below + 26 < this.room.height ? below : Math.max(y - 30, 4);
    this.#tag.style.transform = `translate(${Math.max(x, 4)}px, ${top}px)`;
  }
}

const WORDS = { rect: "rectangle", ellipse: "ellipse", polygon: "polygon" };

/** @param {Mask} mask */
function drawnMask(mask) {
  return draw(mask.shape, { "data-uid": mask.uid, role: "button", tabindex: 0 });
}

/**
 * Gives an element the form of a mask.
 * @param {Element} element
 * @param {Mask} mask
 */
export function form(element, mask) {
  const { left, top, width, height } = mask;
  if (mask.shape === "rect") set(element, { x: left, y: top, width, height });
  else if (mask.shape === "ellipse")
    set(element, { cx: left + width / 2, cy: top + height / 2, rx: width / 2, ry: height / 2 });
  else set(element, { points: written(mask.points) });
  if (mask.angle) set(element, { transform: `rotate(${mask.angle} ${left} ${top})` });
  else if (element.hasAttribute("transform")) element.removeAttribute("transform");
}

/** @param {readonly Point[]} points */
function written(points) {
  return points.map(({ x, y }) => `${x},${y}`).join(" ");
}
