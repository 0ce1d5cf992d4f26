// The frame around what is selected: eight handles, one to turn it, and the corners of a polygon.

import { whole } from "./arrange.js";
import { corners, rotated } from "./shapes.js";
import { draw, set } from "./svg.js";
import { toRoom } from "./view.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Side} Side */
/** @typedef {import("./view.js").View} View */

/** @type {readonly { side: Side, x: number, y: number }[]} */
const SIDES = [
  { side: "n", x: 0.5, y: 0 },
  { side: "e", x: 1, y: 0.5 },
  { side: "s", x: 0.5, y: 1 },
  { side: "w", x: 0, y: 0.5 },
  { side: "nw", x: 0, y: 0 },
  { side: "ne", x: 1, y: 0 },
  { side: "se", x: 1, y: 1 },
  { side: "sw", x: 0, y: 1 },
];

const CURSORS = ["ns", "nesw", "ew", "nwse"];
const TURNS = { n: 0, ne: 1, e: 2, se: 3, s: 4, sw: 5, w: 6, nw: 7 };

/** Pixels of the screen: of a handle, of what can be hit, and from the frame to the handle that turns. */
const HANDLE = 9;
const STEM = 24;
/** Where a side is shorter, it has no handle in its middle. */
const SHORT = 34;

/** Which corner of the frame a handle is at, in pixels of the picture.
 * @param {readonly Mask[]} masks @param {Side} side @returns {Point} */
export function handleAt(masks, side) {
  const [only] = masks;
  const box = masks.length === 1 && only ? only : whole(masks);
  const { x, y } = SIDES.find((one) => one.side === side) ?? { x: 0, y: 0 };
  const at = { x: box.left + box.width * x, y: box.top + box.height * y };
  return masks.length === 1 && only ? rotated(at, { x: only.left, y: only.top }, only.angle) : at;
}

export class Frame {
  #over;
  #isCoarse = matchMedia("(pointer: coarse)").matches;
  #edge = draw("rect", { class: "frame-edge" });
  #stem = draw("line", { class: "frame-stem" });
  #turn = draw("g", { class: "frame-turn", "data-turn": "" });
  /** @type {Map<Side, SVGElement>} */
  #handles = new Map();
  #group = draw("g");
  #points = draw("g");

  /** @param {SVGElement} over */
  constructor(over) {
    this.#over = over;
    const hit = this.#isCoarse ? 20 : 9;
    this.#turn.append(draw("circle", { r: hit, class: "frame-hit" }), draw("circle", { r: 5.5, class: "frame-knob" }));
    this.#group.append(this.#edge, this.#stem, this.#turn);
    for (const { side } of SIDES) {
      const long = side.length === 1;
      const size = { x: -HANDLE / 2, y: -HANDLE / 2, width: HANDLE, height: HANDLE, rx: 2 };
      const handle = draw(
        "g",
        { class: `frame-handle${long ? " is-side" : ""}`, "data-side": side },
        draw("circle", { r: hit, class: "frame-hit" }),
        draw("rect", { class: "frame-knob", ...size }),
      );
      this.#handles.set(side, handle);
      this.#group.append(handle);
    }
    this.#over.append(this.#group, this.#points);
  }

  /**
   * @param {readonly Mask[]} masks  what is selected
   * @param {View} view
   * @param {boolean} isShown
   */
  draw(masks, view, isShown) {
    const [only] = masks;
    const some = isShown && masks.length > 0;
    this.#group.setAttribute("visibility", some ? "visible" : "hidden");
    for (const one of [this.#group, this.#points]) one.classList.toggle("is-off", !some);
    if (!some || !only) return this.#points.replaceChildren();
    const alone = masks.length === 1;
    const box = alone ? only : whole(masks);
    const angle = alone ? only.angle : 0;
    const [width, height] = [box.width * view.scale, box.height * view.scale];
    const isSmall = Math.min(width, height) < SHORT;
    const pad = this.#isCoarse ? 14 : only.shape === "polygon" && alone ? 12 : isSmall ? 5 : 0;
    const at = toRoom(view, { x: box.left, y: box.top });
    set(this.#group, { transform: `translate(${at.x} ${at.y}) rotate(${angle})` });
    set(this.#edge, { x: -pad, y: -pad, width: width + 2 * pad, height: height + 2 * pad });
    for (const { side, x, y } of SIDES) {
      const handle = this.#handles.get(side);
      if (!handle) continue;
      const place = { x: -pad + (width + 2 * pad) * x, y: -pad + (height + 2 * pad) * y };
      const hidden = side.length === 1 && ("ns".includes(side) ? width : height) + 2 * pad < SHORT;
      const cursor = CURSORS[(TURNS[side] + Math.round(angle / 45)) % 4] ?? "ns";
      set(handle, { transform: `translate(${place.x} ${place.y})`, "data-cursor": cursor });
      handle.classList.toggle("is-off", hidden);
    }
    const isHigh = rotated({ x: at.x + width / 2, y: at.y - pad - STEM }, at, angle).y < 12;
    const end = isHigh ? height + pad + STEM : -pad - STEM;
    set(this.#turn, { transform: `translate(${width / 2} ${end})` });
    set(this.#stem, { x1: width / 2, x2: width / 2, y1: isHigh ? height + pad : -pad, y2: end });
    this.#drawPoints(alone && only.shape === "polygon" ? only : null, view);
  }

  /**
   * The corners of a polygon, and between each two a place for one more.
   * @param {Mask | null} mask
   * @param {View} view
   */
  #drawPoints(mask, view) {
    const points = mask ? corners(mask).map((point) => toRoom(view, point)) : [];
    if (this.#points.childElementCount !== 2 * points.length) {
      const hit = this.#isCoarse ? 16 : 8;
      const made = (/** @type {"corner" | "between"} */ name, /** @type {number} */ radius) =>
        points.map((_, place) =>
          draw(
            "g",
            { class: `frame-${name}`, [`data-${name}`]: place },
            draw("circle", { r: hit, class: "frame-hit" }),
            draw("circle", { r: radius, class: "frame-knob" }),
          ),
        );
      this.#points.replaceChildren(...made("between", 3), ...made("corner", 4.5));
    }
    points.forEach((point, place) => {
      const next = points[(place + 1) % points.length] ?? point;
      const between = this.#points.children[place];
      const corner = this.#points.children[points.length + place];
      if (between) {
        set(between, { transform: `translate(${(point.x + next.x) / 2} ${(point.y + next.y) / 2})` });
        between.classList.toggle("is-off", Math.hypot(point.x - next.x, point.y - next.y) < SHORT);
      }
      if (corner) set(corner, { transform: `translate(${point.x} ${point.y})` });
    });
  }
}
