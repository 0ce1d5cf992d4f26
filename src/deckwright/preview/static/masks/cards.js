// Question and answer of a card, as Anki shows them.

import { make, press, say } from "../dom.js";
import { form } from "./canvas.js";
import { keys as keysOf } from "./names.js";
import { keyOf } from "./shapes.js";
import { draw, icon, set } from "./svg.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {import("./wire.js").Note} Note */
/** @typedef {"hide-all" | "hide-one"} Mode */

export class Cards {
  #question = new Side("Question");
  #answer = new Side("Answer");
  #place = make("p", { class: "card-place", "aria-live": "polite" });
  #previous;
  #next;
  #sides = make("div", { class: "card-sides", "data-side": "question" }, this.#question.element, this.#answer.element);
  #flip = make("div", { class: "switch", role: "group", "aria-label": "Side of the card" });
  #modes = make("div", { class: "switch", role: "group", "aria-label": "What is hidden" });
  #note = make("p", { class: "card-note soft" });
  #none = make("p", { class: "soft card-none" }, "Each mask becomes a card. Draw the first one.");
  #body;
  element;
  /** @type {Mode} */
  #mode = "hide-all";
  /** The note whose card is shown, if there are several. */
  #chosen = 0;
  /** @type {readonly Note[]} */
  #notes = [];
  #key = "";
  /** @type {readonly Mask[]} */
  #masks = [];
  #select;
  #changed;

  /**
   * @param {(uids: string[]) => void} select
   * @param {() => void} changed
   */
  constructor(select, changed) {
    this.#select = select;
    this.#changed = changed;
    const step = (/** @type {"previous" | "next"} */ name, /** @type {1 | -1} */ by, /** @type {string} */ key) =>
      make(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": `${name === "next" ? "Next" : "Previous"} card`,
          title: `${name === "next" ? "Next" : "Previous"} card (${key})`,
          onclick: () => this.step(by),
        },
        icon(name),
      );
    this.#previous = step("previous", -1, ",");
    this.#next = step("next", 1, ".");
    for (const side of ["question", "answer"]) {
      const name = side === "question" ? "Question" : "Answer";
      const choose = () => this.flip(side);
      this.#flip.append(
        make("button", { type: "button", "data-side": side, title: `${name} (a)`, onclick: choose }, name),
      );
    }
    for (const mode of /** @type {const} */ (["hide-all", "hide-one"])) {
      const name = mode === "hide-all" ? "Hide all" : "Hide one";
      const choose = () => {
        this.#mode = mode;
        this.#changed();
      };
      this.#modes.append(make("button", { type: "button", "data-mode": mode, onclick: choose }, name));
    }
    this.#body = make(
      "div",
      {},
      make(
        "div",
        { class: "card-head" },
        this.#flip,
        make("div", { class: "card-steps" }, this.#previous, this.#place, this.#next),
      ),
      this.#sides,
      make("div", { class: "card-foot" }, this.#modes, this.#note),
    );
    this.element = make(
      "section",
      { class: "mask-cards", "aria-label": "Card" },
      make("h3", { class: "told" }, "Card"),
      this.#none,
      this.#body,
    );
    this.flip("question");
  }

  /** The mode of the note; where there is none, the one that was chosen here. */
  get mode() {
    return this.#notes[this.#chosen]?.mode ?? this.#mode;
  }

  /** Turns the card. @param {string} [to] */
  flip(to = this.#sides.dataset.side === "question" ? "answer" : "question") {
    this.#sides.dataset.side = to;
    press("button", "side", to, this.#flip);
  }

  /** To the next card or the one before. @param {1 | -1} by */
  step(by) {
    const all = keysOf(this.#asked());
    if (!all.length) return;
    const key = all[(all.indexOf(this.#key) + by + all.length) % all.length];
    this.#select(this.#masks.filter((mask) => keyOf(mask) === key).map((mask) => mask.uid));
  }

  /**
   * @param {string} address  of the picture
   * @param {Size} size
   * @param {readonly Note[]} notes
   */
  show(address, size, notes) {
    this.#notes = notes;
    this.#chosen = Math.min(this.#chosen, Math.max(notes.length - 1, 0));
    this.#question.show(address, size);
    this.#answer.show(address, size);
    this.#showNote();
  }

  /**
   * @param {readonly Mask[]} masks
   * @param {readonly Mask[]} chosen
   */
  draw(masks, chosen) {
    this.#masks = masks;
    const asked = this.#asked();
    const all = keysOf(asked);
    const wanted = chosen.map(keyOf).find((key) => all.includes(key));
    this.#key = wanted ?? (all.includes(this.#key) ? this.#key : (all[0] ?? ""));
    this.#none.hidden = all.length > 0;
    this.#body.hidden = !all.length;
    if (!all.length) return;
    say(this.#place, `${all.indexOf(this.#key) + 1} of ${all.length}`);
    press("button", "mode", this.mode, this.#modes);
    this.#question.draw(asked, this.#key, this.mode, false);
    this.#answer.draw(asked, this.#key, this.mode, true);
  }

  /** The masks that the note asks for. */
  #asked() {
    const names = this.#notes[this.#chosen]?.masks ?? [];
    if (!names.length) return this.#masks;
    return this.#masks.filter((mask) => names.includes(mask.name) || names.includes(mask.group));
  }

  #showNote() {
    const note = this.#notes[this.#chosen];
    this.#modes.hidden = Boolean(note);
    if (!note) return this.#note.replaceChildren("No note shows this picture yet.");
    const words = note.mode === "hide-all" ? "Hides all masks" : "Hides one mask";
    const way = note.editor ? make("a", { href: note.editor }, note.id) : note.id;
    this.#note.replaceChildren(`${words}, as the note says: `, way);
    if (this.#notes.length < 2) return;
    const more = () => {
      this.#chosen = (this.#chosen + 1) % this.#notes.length;
      this.#showNote();
      this.#changed();
    };
    const next = make(
      "button",
      { type: "button", class: "mask-link", onclick: more },
      `Next of ${this.#notes.length} notes`,
    );
    this.#note.append(" ", next);
  }
}

/** One side: the picture, and over it the masks that are seen. */
class Side {
  #picture = make("img", { alt: "", draggable: "false" });
  #group = draw("g");
  #layer = draw("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, this.#group);
  #view = make("div", { class: "card-view" }, this.#picture, this.#layer);
  #words = make("p", { class: "card-words" });
  element;
  /** By uid: the mask that is drawn, and as what. @type {Map<string, { mask: Mask, element: SVGElement, as: string }>} */
  #drawn = new Map();

  /** @param {string} name */
  constructor(name) {
    this.element = make(
      "figure",
      { class: `card-side is-${name.toLowerCase()}` },
      make("figcaption", {}, name),
      this.#view,
      this.#words,
    );
  }

  /**
   * @param {string} address
   * @param {Size} size
   */
  show(address, size) {
    if (this.#picture.getAttribute("src") !== address) this.#picture.src = address;
    set(this.#layer, { viewBox: `0 0 ${size.width} ${size.height}` });
    this.#view.style.aspectRatio = `${size.width} / ${size.height}`;
    this.#view.style.setProperty("--ratio", String(size.width / size.height));
  }

  /**
   * @param {readonly Mask[]} masks
   * @param {string} key
   * @param {Mode} mode
   * @param {boolean} isAnswer
   */
  draw(masks, key, mode, isAnswer) {
    const left = new Set(this.#drawn.keys());
    const own = [];
    for (const mask of masks) {
      const isOwn = keyOf(mask) === key;
      if (isOwn) own.push(mask);
      else if (mode === "hide-one" || mask.hideOne) continue;
      left.delete(mask.uid);
      const as = isOwn ? (isAnswer ? "is-answer" : "is-asked") : "is-covered";
      let drawn = this.#drawn.get(mask.uid);
      if (!drawn) {
        drawn = { mask, element: draw(mask.shape), as: "" };
        form(drawn.element, mask);
        this.#drawn.set(mask.uid, drawn);
        this.#group.append(drawn.element);
      } else if (drawn.mask !== mask) {
        form(drawn.element, mask);
        drawn.mask = mask;
      }
      if (drawn.as === as) continue;
      drawn.as = as;
      set(drawn.element, { class: as });
      if (isOwn) this.#group.append(drawn.element); // What is asked lies over the others.
    }
    for (const uid of left) {
      this.#drawn.get(uid)?.element.remove();
      this.#drawn.delete(uid);
    }
    const texts = own.map((mask) => (isAnswer ? mask.label || mask.name : mask.hint)).filter(Boolean);
    say(this.#words, [...new Set(texts)].join(isAnswer ? ", " : " · "));
  }
}
