// The editor of masks, in the preview: it puts its parts together, and draws them once a frame.

import { make, say, takesText } from "../dom.js";
import { Bars } from "./bars.js";
import { Canvas } from "./canvas.js";
import { Cards } from "./cards.js";
import { commands, KEYS, pressed } from "./commands.js";
import * as drawing from "./drawing.js";
import { Frame } from "./frame.js";
import { Gestures } from "./gestures.js";
import { Listing } from "./listing.js";
import { problems } from "./names.js";
import { Properties } from "./properties.js";
import { Saving } from "./saving.js";
import { bounds } from "./shapes.js";
import { labelAt, shared } from "./snapping.js";
import * as wire from "./wire.js";
import { counted, Work } from "./work.js";

export { KEYS };

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./snapping.js").Label} Label */
/** @typedef {"select" | "rect" | "ellipse" | "polygon" | "mark"} Tool */

/**
 * What the page does for the editor.
 * @typedef {object} Hooks
 * @property {(path: string) => string} address
 * @property {(words: string) => void} told
 * @property {() => boolean} night
 * @property {() => void} [leave]
 */

/**
 * What the parts of the editor know of one another.
 * @typedef {object} Desk
 * @property {Work} work
 * @property {Canvas} canvas
 * @property {Cards} cards
 * @property {Gestures} gestures
 * @property {readonly Label[]} labels  those of the picture, in its pixels
 * @property {boolean} snaps
 * @property {Tool} tool
 * @property {(tool: Tool) => void} setTool
 * @property {(words: string) => void} say
 * @property {(mask: Mask | null) => void} hover
 * @property {(labels: readonly Label[]) => void} aim  at those that become a mask when the pointer is let go
 * @property {() => void} drawn  a mask was made
 * @property {() => void} rename
 * @property {(at: Point, mask: Mask | null, shift: boolean) => void} mark
 * @property {(label: Label) => boolean} isFree  whether it has no mask yet
 * @property {(length: number) => number} round
 * @property {() => unknown} save
 * @property {() => void} remove
 * @property {(count: number) => void} copied
 * @property {(by: 1 | -1) => void} step
 * @property {() => void} readLabels
 * @property {() => void} cover
 * @property {() => void} enter
 */

/** Pictures below this side, in pixels, have masks with tenths of pixels. */
const TINY = 200;

/** @implements {Desk} */
export class Editor {
  #hooks;
  #room;
  #path = "";
  work = new Work(() => this.#redraw());
  canvas = new Canvas(() => this.#redraw());
  /** @type {readonly Label[]} */
  labels = [];
  snaps = true;
  /** @type {Tool} */
  tool = "rect";
  gestures;
  cards;
  #frame = new Frame(this.canvas.over);
  #bars;
  #saving;
  #listing;
  #properties;
  #commands;
  /** @type {Map<string, import("./commands.js").Command>} */
  #keys = new Map();
  #told = make("p", { class: "told", role: "status", "aria-live": "polite" });
  #element;
  #frameAsked = 0;
  #covers = false;
  #reading = false;
  /** @type {Mask | null} */
  #hovered = null;
  /** @type {readonly Label[]} */
  #aimed = [];
  /** Of `problems`, and the masks that it was made of. @type {{ of: readonly Mask[], found: ReturnType<typeof problems> }} */
  #wrong = { of: [], found: new Map() };
  /** @type {{ masks: readonly Mask[], labels: readonly Label[], free: readonly Label[] }} */
  #shown = { masks: [], labels: [], free: [] };

  /**
   * @param {HTMLElement} room
   * @param {Hooks} hooks
   */
  constructor(room, hooks) {
    this.#room = room;
    this.#hooks = hooks;
    this.gestures = new Gestures(this);
    this.cards = new Cards(
      (uids) => this.#select(uids),
      () => this.#redraw(),
    );
    this.#commands = commands(this);
    for (const command of this.#commands) for (const key of command.keys) this.#keys.set(key, command);
    this.#bars = new Bars(this.#commands, () => this.#leave());
    this.#saving = new Saving(this.work, this.#bars, {
      shown: (again) => this.#show(again),
      changed: () => this.#redraw(),
      say: (words) => this.say(words),
      mode: () => this.cards.mode,
    });
    this.#listing = new Listing(
      this.work,
      (mask) => this.canvas.reveal(bounds(mask)),
      () => this.rename(),
    );
    this.#properties = new Properties(
      this.work,
      {
        isRenamed: (mask) => this.#saving.keeper.isRenamed(mask),
        knownAs: (mask) => this.#saving.keeper.knownAs(mask),
      },
      () => this.#backToPicture(),
    );
    const deeds = [
      "duplicate",
      "group",
      "ungroup",
      "left",
      "centre",
      "right",
      "top",
      "middle",
      "bottom",
      "across",
      "down",
    ];
    this.#properties.addButtons(this.#commands.filter(({ id }) => deeds.includes(id) || id === "remove"));
    this.#element = this.#build();
    room.replaceChildren(this.#element);
  }

  // What the page calls

  /** @param {string} path */
  async open(path) {
    this.#path = path;
    this.labels = [];
    this.#element.classList.remove("is-open");
    this.#bars.name(path);
    this.#listen(true);
    if (await this.#saving.open(path)) {
      this.#element.classList.add("is-open");
      this.setTool(this.work.isDrawing ? "mark" : this.work.masks.length ? "select" : "rect");
    }
    this.#redraw();
  }

  /** A build came. @param {unknown} _head */
  build(_head) {
    void this.#saving.built();
  }

  /** Whether the page may go elsewhere: with unsaved changes the author is asked. */
  close() {
    this.gestures.drop();
    const words = "There are unsaved changes to the masks. Leave without saving them?";
    if (this.#saving.isUnsaved && !confirm(words)) return false;
    this.#listen(false);
    this.#saving.close();
    return true;
  }

  // What the parts call

  /** @param {Tool} tool */
  setTool(tool) {
    if (this.work.isFixed && tool !== "select") return;
    if (tool !== "select" && (tool === "mark") !== this.work.isDrawing) return;
    this.gestures.polygon.drop();
    this.tool = tool;
    this.canvas.stage.dataset.tool = tool;
    this.#redraw();
  }

  /** @param {string} words */
  say(words) {
    say(this.#told, "");
    say(this.#told, words);
    this.#hooks.told(words);
  }

  /** @param {Mask | null} mask */
  hover(mask) {
    if (mask?.uid === this.#hovered?.uid) return;
    this.#hovered = mask;
    this.#redraw();
  }

  /** @param {readonly Label[]} labels */
  aim(labels) {
    this.#aimed = labels;
  }

  drawn() {
    const [mask] = this.work.chosen;
    if (!mask) return;
    this.say(`${mask.name} is there.`);
    // Its name is written next, unless a label has given it one. Nobody wants the keyboard of a phone unasked.
    if (mask.label || mask.element !== null || !mask.name.startsWith("mask-") || this.gestures.isTouch) return;
    this.#redraw(true);
    this.#properties.focus();
  }

  rename() {
    this.#tab("mask");
    this.#redraw(true);
    this.#properties.focus();
  }

  /**
   * In an SVG: a label becomes a mask, or is none any more.
   * @param {Point} at
   * @param {Mask | null} mask
   * @param {boolean} shift  selects it
   */
  mark(at, mask, shift) {
    if (mask && shift) return this.work.toggle(mask.uid);
    if (mask) {
      this.work.select([mask.uid]);
      this.remove();
      return;
    }
    const label = labelAt(at, this.labels);
    if (label) this.#make(label);
    else this.work.select([]);
  }

  /** @param {Label} label */
  isFree(label) {
    return this.#freeLabels().includes(label);
  }

  /** To whole pixels; in a tiny picture to tenths. @param {number} length */
  round(length) {
    const { width, height } = this.work.size;
    return Math.min(width, height) < TINY ? Math.round(length * 10) / 10 : Math.round(length);
  }

  async save() {
    const [first] = this.#problems().keys();
    if (first) {
      this.#select([first]);
      this.rename();
      this.say("A name is wrong: mend it, then save.");
      return;
    }
    await this.#saving.save();
  }

  remove() {
    const gone = this.work.remove();
    if (!gone.length) return;
    const known = gone.filter((mask) => this.#saving.keeper.knownAs(mask));
    const words = this.work.isDrawing ? `${counted(gone)}: no mask any more.` : `Deleted ${counted(gone)}.`;
    this.say(known.length ? `${words} Learners have had ${known.length === 1 ? "its card" : "their cards"}.` : words);
  }

  /** @param {number} count */
  copied(count) {
    if (count) this.say(count === 1 ? "Copied 1 mask." : `Copied ${count} masks.`);
  }

  /** @param {1 | -1} by */
  step(by) {
    const mask = this.work.step(by);
    if (!mask) return;
    this.canvas.reveal(bounds(mask));
    this.#redraw(true);
    this.canvas.focus(mask.uid);
  }

  /** Reads the labels of a picture: this takes the extra `ocr`, and the message says so. */
  async readLabels() {
    const { picture } = this.#saving;
    if (!picture || this.#reading || this.work.isDrawing) return;
    this.#reading = true;
    this.say("Reading the labels…");
    this.#redraw();
    const answer = await wire
      .labels(picture.path)
      .catch(() => ({ status: 0, message: "The preview has stopped.", problems: [] }));
    this.#reading = false;
    if (picture.path !== this.#path) return;
    if (wire.isRefusal(answer)) this.#bars.tell(answer.message, [{ words: "Close", run: () => this.#bars.hush() }]);
    else {
      this.labels = answer.labels.map((label) => wire.label(label, this.work.size));
      const count = this.labels.length;
      this.say(count ? `Found ${count} labels. Click one to mask it.` : "No labels were found.");
    }
    this.#redraw();
  }

  cover() {
    this.#covers = !this.#covers;
    this.canvas.stage.classList.toggle("is-covered", this.#covers);
    this.#redraw();
  }

  enter() {
    const focused = document.activeElement;
    const { uid, label } = focused instanceof SVGElement ? focused.dataset : {};
    if (this.gestures.polygon.isOpen) this.gestures.polygon.close();
    else if (label !== undefined) {
      const to = this.#freeLabels()[Number(label)];
      if (to && !this.work.isFixed) this.#make(to);
    } else if (uid && !this.work.selected.has(uid)) this.work.select([uid]);
    else if (this.work.selected.size) this.rename();
    else if (this.tool === "rect" || this.tool === "ellipse" || this.tool === "polygon") {
      drawing.inTheMiddle(this, this.tool);
    }
  }

  // Its own

  /** @param {Label} label */
  #make(label) {
    const [mask] = drawing.ofEach(this, [label]);
    if (!mask) return;
    this.drawn();
    this.#redraw(true);
    if (document.activeElement instanceof SVGElement || document.activeElement === document.body)
      this.canvas.focus(mask.uid);
  }

  /** @param {string[]} uids */
  #select(uids) {
    this.work.select(uids);
    const [mask] = this.work.chosen;
    if (mask) this.canvas.reveal(bounds(mask));
  }

  #leave() {
    if (this.#hooks.leave) this.#hooks.leave();
    else location.hash = "#/masks";
  }

  #backToPicture() {
    this.#tab("");
    const [mask] = this.work.chosen;
    if (mask) this.canvas.focus(mask.uid);
  }

  /** The picture was read or saved. @param {boolean} again */
  #show(again) {
    const { picture } = this.#saving;
    if (!picture) return;
    const { size } = this.work;
    const address = wire.pictureOf(picture.path, picture.version);
    if (picture.kind === "drawing" || !this.labels.length) {
      this.labels = picture.labels.map((label) => wire.label(label, size));
    }
    this.canvas.show(address, picture.path, size, again);
    this.cards.show(address, size, picture.notes);
    this.#listing.empty(
      this.work.isDrawing ? "Click a label in the picture to make it a mask." : "Draw over what you want to be asked.",
    );
    this.#redraw();
  }

  #problems() {
    const { settled } = this.work;
    if (this.#wrong.of !== settled) this.#wrong = { of: settled, found: problems(settled) };
    return this.#wrong.found;
  }

  /** The labels that have no mask yet. */
  #freeLabels() {
    const { settled } = this.work;
    if (this.#shown.masks !== settled || this.#shown.labels !== this.labels) {
      const elements = new Set(settled.map((mask) => mask.element));
      const boxes = settled.map(bounds);
      const isFree = (/** @type {Label} */ { element, box }) =>
        element === null
          ? !boxes.some((other) => shared(box, other) > 0.5 * box.width * box.height)
          : !elements.has(element);
      const free = this.labels.filter(isFree);
      const same =
        free.length === this.#shown.free.length && free.every((label, place) => label === this.#shown.free[place]);
      this.#shown = { masks: settled, labels: this.labels, free: same ? this.#shown.free : free };
    }
    return this.#shown.free;
  }

  /** Draws with the next frame, or at once. */
  #redraw(now = false) {
    if (now) {
      cancelAnimationFrame(this.#frameAsked);
      this.#frameAsked = 0;
      this.#draw();
    } else
      this.#frameAsked ||= requestAnimationFrame(() => {
        this.#frameAsked = 0;
        this.#draw();
      });
  }

  #draw() {
    const { work, canvas } = this;
    const { masks, selected, chosen } = work;
    const wrong = this.#problems();
    const uids = new Set(wrong.keys());
    const isDrawing = work.isBusy && masks.length !== work.settled.length;
    canvas.draw(masks, selected, uids);
    canvas.drawLabels(this.#freeLabels(), this.#aimed, work.isDrawing ? "Mark" : "Mask");
    canvas.drawGhosts(this.#saving.ghosts);
    this.#frame.draw(chosen, canvas.view, !work.isDrawing && !work.isFixed && !isDrawing);
    const named = this.#hovered ?? (chosen.length === 1 ? chosen[0] : undefined);
    const tagged = work.isBusy || !named ? undefined : masks.find((mask) => mask.uid === named.uid);
    canvas.drawTag(tagged?.name ?? "", tagged ? bounds(tagged) : null);
    this.cards.draw(masks, chosen);
    this.#properties.draw(chosen, wrong);
    if (!work.isBusy) {
      this.#listing.draw(work.settled, selected, uids);
      this.#bars.draw({
        tool: this.tool,
        covers: this.#covers,
        scale: canvas.view.scale,
        unsaved: this.#saving.isUnsaved,
        saving: this.#saving.isSaving,
        refused: this.#saving.picture?.refused ?? "",
        reading: this.#reading,
      });
    }
  }

  #build() {
    const tabs = make("div", { class: "mask-tabs", role: "group", "aria-label": "Below the picture" });
    for (const [name, words] of [
      ["mask", "Mask"],
      ["list", "Masks"],
      ["card", "Card"],
    ]) {
      const open = () => this.#tab(this.#element.dataset.tab === name ? "" : (name ?? ""));
      tabs.append(
        make("button", { type: "button", "data-tab": name ?? "", "aria-pressed": "false", onclick: open }, words ?? ""),
      );
    }
    const panel = make(
      "aside",
      { class: "mask-panel", "aria-label": "Masks", tabindex: -1 },
      this.cards.element,
      this.#properties.element,
      this.#listing.element,
    );
    const over = make("div", { class: "mask-float" }, this.#bars.tools, this.#bars.zoom);
    const area = make("div", { class: "mask-area" }, this.canvas.stage, over, this.#bars.banner);
    return make(
      "div",
      { class: "mask-editor", "data-tab": "" },
      this.#bars.head,
      make("div", { class: "mask-main" }, area, tabs, panel),
      this.#told,
    );
  }

  /** On a phone: which part is below the picture. @param {string} name */
  #tab(name) {
    this.#element.dataset.tab = name;
    for (const button of this.#element.querySelectorAll("button[data-tab]")) {
      button.setAttribute("aria-pressed", String(button instanceof HTMLElement && button.dataset.tab === name));
    }
  }

  #press = (/** @type {KeyboardEvent} */ event) => this.#hear(event);
  #hold = (/** @type {KeyboardEvent} */ event) => this.gestures.hold(event);
  #warn = (/** @type {BeforeUnloadEvent} */ event) => {
    if (this.#saving.isUnsaved) event.preventDefault();
  };

  /** @param {boolean} on */
  #listen(on) {
    const what = on ? "addEventListener" : "removeEventListener";
    document[what]("keydown", /** @type {EventListener} */ (this.#press));
    document[what]("keyup", /** @type {EventListener} */ (this.#hold));
    window[what]("beforeunload", /** @type {EventListener} */ (this.#warn));
  }

  /** @param {KeyboardEvent} event */
  #hear(event) {
    if (event.defaultPrevented || this.#room.hidden || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    const isOurs = !target || target === document.body || this.#room.contains(target) || target.id === "main";
    const key = pressed(event);
    const command = this.#keys.get(key);
    if (takesText(target) && target instanceof HTMLInputElement && target.type !== "checkbox") {
      if (key === "Escape" && isOurs) this.#backToPicture();
      else if (!command?.everywhere) return;
      if (command?.everywhere && (command.enabled?.() ?? true)) command.run(key);
      return event.preventDefault();
    }
    this.gestures.hold(event);
    const presses = key === "Enter" || key === " ";
    if (presses && target?.closest("button, a, summary")) return;
    if (key === "Escape") {
      if (!this.#escape()) return;
    } else if (key === " ") {
      if (!isOurs) return;
      const uid = target instanceof SVGElement ? target.dataset.uid : undefined;
      if (uid && !event.repeat) this.work.toggle(uid);
      else if (target instanceof SVGElement && target.dataset.label !== undefined && !event.repeat) this.enter();
    } else if (command) {
      const quiet = command.hidden?.() && !command.id.startsWith("label");
      if (!quiet && (command.enabled?.() ?? true)) command.run(key);
    } else return;
    event.preventDefault();
  }

  /** Gives up what is done, or the selection; whether there was something. */
  #escape() {
    if (this.gestures.drop()) return true;
    if (this.#element.dataset.tab) {
      this.#tab("");
      return true;
    }
    if (this.work.selected.size) this.work.select([]);
    else if (this.tool !== "select" && this.tool !== "mark") this.setTool("select");
    // One press too many does not lead away from what was done.
    else return this.work.undoes !== "" || this.work.redoes !== "";
    return true;
  }
}
