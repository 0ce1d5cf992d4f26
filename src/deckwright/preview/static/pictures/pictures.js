// All pictures of the project: those that cards ask for first, to be searched and filtered. Each leads to its masks.

import { find, make, press, say } from "../dom.js";
import { pictures } from "../server.js";
import { Tiles } from "../tiles.js";
import { Thumbnails } from "./thumbnails.js";
import { fill } from "./tile.js";

/** @typedef {import("../address.js").State} State */
/** @typedef {import("../server.js").Picture} Picture */

/** What a filter keeps, by its name. @type {ReadonlyMap<string, (picture: Picture) => boolean>} */
const ONLY = new Map([
  ["", () => true],
  ["masked", (/** @type {Picture} */ picture) => picture.masks > 0],
  ["unmasked", (/** @type {Picture} */ picture) => picture.masks === 0],
  ["problems", (/** @type {Picture} */ picture) => picture.problem !== ""],
]);

export class Pictures {
  #room = find("pictures-room", HTMLElement);
  #list = find("pictures-list", HTMLOListElement);
  #none = find("pictures-none", HTMLElement);
  /** What the server has told; null until it has. @type {{ picture: Picture, words: string }[] | null} */
  #all = null;
  /** What the search and the filter keep. @type {Picture[]} */
  #kept = [];
  #folder = "";
  #stale = true;
  #turn = 0;
  #shown = "";
  /** The picture that the keys are led to as soon as it is there. @type {string | null} */
  #wish = null;
  #q = "";
  #only = "";
  #thumbnails = new Thumbnails();
  #choose;
  #tiles;

  /**
   * @param {object} on
   * @param {(change: Partial<State>) => void} on.choose
   * @param {(path: string) => string} on.address  of the masks of a picture
   * @param {(key: string) => string} on.cardAddress
   */
  constructor({ choose, address, cardAddress }) {
    this.#choose = choose;
    this.#tiles = new Tiles(this.#room, this.#list, this, {
      narrowest: (room) => (room < 600 ? 150 : 200),
      height: 246,
      address: ({ path }) => address(path),
      shown: (picture) => JSON.stringify([picture, cardAddress("")]),
      fill: (link, picture) => fill(link, picture, this.#folder, cardAddress),
    });
    for (const button of document.querySelectorAll("button[data-pictures]")) {
      const { pictures: only = "" } = /** @type {HTMLElement} */ (button).dataset;
      button.addEventListener("click", () => choose({ only }));
    }
  }

  /** The folder in which pictures are saved; empty until the server has said so. */
  get folder() {
    return this.#folder;
  }

  /** How many pictures the search and the filter keep; null until it is known. */
  get total() {
    return this.#all && this.#kept.length;
  }

  /** @param {number} place */
  at(place) {
    return this.#kept[place];
  }

  /** Fetches the small pictures of what is seen. */
  want() {
    this.#thumbnails.want(this.#list.querySelectorAll("img"));
  }

  /** @param {State} state */
  show({ q, only }) {
    const [before, beforeOnly] = [this.#q, this.#only];
    this.#q = q;
    this.#only = ONLY.has(only) ? only : "";
    this.#choice();
    if (this.#q !== before || this.#only !== beforeOnly) this.#tiles.restart();
    this.#tiles.draw();
  }

  /** What was told is asked for again when it is wanted. */
  forget() {
    this.#stale = true;
  }

  /** Gets the pictures, unless they are here. What is shown meanwhile stays. */
  async load() {
    if (!this.#stale) return;
    const turn = ++this.#turn;
    this.#stale = false;
    try {
      const told = await pictures();
      if (turn !== this.#turn) return;
      this.#folder = told.folders[0] ?? "";
      this.#all = told.pictures.map((picture) => ({ picture, words: words(picture) }));
    } catch {
      this.#stale = true; // The server is gone or not ready. After its next build everything is asked for again.
      return;
    }
    this.#shown = "";
    this.#choice();
    this.#tiles.draw();
    if (this.#wish !== null) this.reveal(this.#wish);
  }

  /**
   * Leads the keys to a picture, now or as soon as it is known; to the first one where it is not there.
   * @param {string} path
   */
  reveal(path) {
    this.#wish = this.#all && !this.#stale ? null : path;
    if (!this.#all || !this.#kept.length) return;
    const place = this.#kept.findIndex((picture) => picture.path === path);
    this.#tiles.reveal(Math.max(0, place));
    this.#tiles.focus();
  }

  /** Leads the keys to the pictures. */
  focus() {
    this.#tiles.focus();
  }

  /** Finds out which pictures are kept, if anything is new. */
  #choice() {
    press("button[data-pictures]", "pictures", this.#only);
    const shown = JSON.stringify([this.#q, this.#only]);
    if (!this.#all || shown === this.#shown) return;
    this.#shown = shown;
    const sought = folded(this.#q).split(/\s+/).filter(Boolean);
    const found = this.#all.filter(({ words }) => sought.every((word) => words.includes(word)));
    const kept = found.map(({ picture }) => picture).filter((picture) => ONLY.get(this.#only)?.(picture));
    this.#kept = [...kept.filter(isUsed), ...kept.filter((picture) => !isUsed(picture))];
    this.#counts();
    this.#none.hidden = this.#kept.length > 0;
    if (!this.#kept.length) this.#none.replaceChildren(...this.#why());
  }

  #counts() {
    const all = this.#all?.map(({ picture }) => picture) ?? [];
    for (const [only, keeps] of ONLY) {
      const count = all.filter(keeps).length;
      const button = find(`pictures-${only || "all"}`, HTMLButtonElement);
      const counter = button.querySelector(".count");
      if (counter) say(counter, count.toLocaleString("en"));
      button.hidden = only === "problems" && count === 0 && this.#only !== "problems";
    }
  }

  /** @returns {Node[]} */
  #why() {
    if (!this.#q && !this.#only)
      return [
        make("h2", {}, "There are no pictures yet"),
        make(
          "p",
          {},
          "Paste one here, drop one, or choose a file. It is saved in the project, and masks make cards of it.",
        ),
      ];
    const lift = () => this.#choose({ q: "", only: "" });
    return [
      make("h2", {}, "No picture is like that"),
      make("p", {}, "Nothing fits the search and the filter."),
      make("button", { type: "button", class: "button", onclick: lift }, "Show all pictures"),
    ];
  }
}

/** @param {Picture} picture */
function isUsed(picture) {
  return picture.masks > 0 || picture.notes.length > 0;
}

/**
 * What is searched.
 * @param {Picture} picture
 */
function words({ path, notes, problem }) {
  return folded([path, problem, ...notes.flatMap(({ id, title }) => [id, title])].join("\n"));
}

/** @param {string} text */
function folded(text) {
  return text.normalize("NFC").toLowerCase();
}
