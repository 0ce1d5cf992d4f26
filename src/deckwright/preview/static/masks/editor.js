// The editor of masks, in the preview: it puts its parts together, and draws them once a frame.

import { make, say } from "../dom.js";
import { Bars } from "./bars.js";
import { Canvas } from "./canvas.js";
import { Cards } from "./cards.js";
import { commands, KEYS } from "./commands.js";
import { Frame } from "./frame.js";
import { Gestures } from "./gestures.js";
import { Keyboard } from "./keyboard.js";
import { Labels } from "./labels.js";
import { Listing } from "./listing.js";
import { enter } from "./marking.js";
import { problems } from "./names.js";
import { Panes } from "./panes.js";
import { Properties } from "./properties.js";
import { Saving } from "./saving.js";
import { bounds } from "./shapes.js";
import * as wire from "./wire.js";
import { counted, Work } from "./work.js";

export { KEYS };

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./snapping.js").Label} Label */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./desk.js").Tool} Tool */
/** @typedef {import("../pictures/editing.js").Hooks} Hooks */

/** Pictures below this side, in pixels, have masks with tenths of pixels. */
const TINY = 200;

/** The commands with a button beside the picture. */
const BUTTONS = "duplicate group ungroup left centre right top middle bottom across down remove".split(" ");

/** @implements {Desk} */
export class Editor {
  #hooks;
  work = new Work(() => this.#redraw());
  canvas = new Canvas(() => this.#redraw());
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
  #panes;
  #keyboard;
  #labels = new Labels();
  #told = make("p", { class: "told", role: "status", "aria-live": "polite" });
  #frameAsked = 0;
  #covers = false;
  /** @type {Mask | null} */
  #hovered = null;
  /** @type {readonly Label[]} */
  #aimed = [];
  /** Of `problems`, and the masks that it was made of. @type {{ of: readonly Mask[], found: ReturnType<typeof problems> }} */
  #wrong = { of: [], found: new Map() };

  /**
   * @param {HTMLElement} room
   * @param {Hooks} hooks
   */
  constructor(room, hooks) {
    this.#hooks = hooks;
    this.gestures = new Gestures(this);
    this.cards = new Cards(
      (uids) => this.#select(uids),
      () => this.#redraw(),
    );
    const all = commands(this);
    this.#bars = new Bars(all, () => hooks.leave());
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
    this.#properties.addButtons(all.filter(({ id }) => BUTTONS.includes(id)));
    this.#keyboard = new Keyboard(room, all, {
      hold: (event) => this.gestures.hold(event),
      escape: () => this.#escape(),
      leaveField: () => this.#backToPicture(),
      choose: ({ dataset }) => (dataset.uid ? this.work.toggle(dataset.uid) : enter(this)),
    });
    const area = make("div", { class: "mask-float" }, this.#bars.tools, this.#bars.zoom);
    this.#panes = new Panes(
      this.#bars.head,
      [this.canvas.stage, area, this.#bars.banner],
      [this.cards.element, this.#properties.element, this.#listing.element],
      this.#told,
    );
    room.replaceChildren(this.#panes.element);
  }

  /** The labels of the picture, in its pixels. */
  get labels() {
    return this.#labels.all;
  }

  /** Those that have no mask yet. */
  get free() {
    return this.#labels.free(this.work.settled);
  }

  // What the page calls

  /** @param {string} path */
  async open(path) {
    this.#labels = new Labels();
    this.#panes.open(false);
    this.#bars.name(path);
    this.#listen(true);
    if (await this.#saving.open(path)) {
      this.#panes.open(true);
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
    if (tool !== "select" && tool !== "mark") {
      // What is selected or has the focus would take the next Enter, which is to draw.
      this.work.select([]);
      this.canvas.leave();
    }
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
    this.#panes.show("mask");
    this.#redraw(true);
    this.#properties.focus();
  }

  /** Has the focus in the picture. @param {Mask} mask */
  focus(mask) {
    this.canvas.reveal(bounds(mask));
    this.#redraw(true);
    this.canvas.focus(mask.uid);
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
    if (mask) this.focus(mask);
  }

  /** Reads the labels of a picture; what is missing for that is told. */
  async readLabels() {
    const { picture } = this.#saving;
    const labels = this.#labels;
    if (!picture || labels.isReading || this.work.isDrawing) return;
    this.say("Reading the labels…");
    const wrong = labels.read(picture.path, this.work.size);
    this.#redraw();
    const words = await wrong;
    if (labels !== this.#labels) return; // Another picture is shown by now.
    if (words) this.#bars.tell(words, [{ words: "Close", run: () => this.#bars.hush() }]);
    else {
      const count = labels.all.length;
      this.say(count ? `Found ${count} labels. Click one to mask it.` : "No labels were found.");
    }
    this.#redraw();
  }

  cover() {
    this.#covers = !this.#covers;
    this.canvas.stage.classList.toggle("is-covered", this.#covers);
    this.#redraw();
  }

  // Its own

  /** @param {string[]} uids */
  #select(uids) {
    this.work.select(uids);
    const [mask] = this.work.chosen;
    if (mask) this.canvas.reveal(bounds(mask));
  }

  #backToPicture() {
    this.#panes.show("");
    const [mask] = this.work.chosen;
    if (mask) this.canvas.focus(mask.uid);
  }

  /** The picture was read or saved. @param {boolean} again */
  #show(again) {
    const { picture } = this.#saving;
    if (!picture) return;
    const { size } = this.work;
    const address = wire.pictureOf(picture.path, picture.version);
    this.#labels.take(picture, size);
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
    canvas.drawLabels(this.free, this.#aimed, work.isDrawing ? "Mark" : "Mask");
    canvas.drawGhosts(this.#saving.ghosts);
    this.#frame.draw(chosen, canvas.view, !work.isDrawing && !work.isFixed && !isDrawing);
    const named = this.#hovered ?? (chosen.length === 1 ? chosen[0] : undefined);
    const tagged = work.isBusy || !named ? undefined : masks.find((mask) => mask.uid === named.uid);
    canvas.drawTag(tagged?.name ?? "", tagged ? bounds(tagged) : null);
    this.cards.draw(masks, chosen);
    this.#properties.draw(chosen, wrong);
    if (!work.isBusy) {
      this.#saving.catchUp();
      this.#listing.draw(work.settled, selected, uids);
      this.#bars.draw({
        tool: this.tool,
        covers: this.#covers,
        scale: canvas.view.scale,
        unsaved: this.#saving.isUnsaved,
        saving: this.#saving.isSaving,
        refused: this.#saving.picture?.refused ?? "",
        reading: this.#labels.isReading,
      });
    }
  }

  #warn = (/** @type {BeforeUnloadEvent} */ event) => {
    if (this.#saving.isUnsaved) event.preventDefault();
  };

  /** @param {boolean} on */
  #listen(on) {
    this.#keyboard.listen(on);
    const what = on ? "addEventListener" : "removeEventListener";
    window[what]("beforeunload", /** @type {EventListener} */ (this.#warn));
  }

  /** Gives up what is done, or the selection; whether there was something. */
  #escape() {
    if (this.gestures.drop()) return true;
    if (this.#panes.isShown) {
      this.#panes.show("");
      return true;
    }
    if (this.work.selected.size) this.work.select([]);
    else if (this.tool !== "select" && this.tool !== "mark") this.setTool("select");
    // One press too many does not lead away from what was done.
    else return this.work.undoes !== "" || this.work.redoes !== "";
    return true;
  }
}
