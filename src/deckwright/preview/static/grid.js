// All cards that the filters keep, as tiles.

import { find, make } from "./dom.js";
import { Tiles } from "./tiles.js";

/** @typedef {import("./server.js").Entry} Entry */
/** @typedef {import("./listing.js").Listing} Listing */

/** @extends {Tiles<Entry>} */
export class Grid extends Tiles {
  #none = find("grid-none", HTMLElement);
  #listing;
  #marksNew = false;

  /**
   * @param {Listing} listing
   * @param {(key: string) => string} addressOf
   */
  constructor(listing, addressOf) {
    super(find("grid", HTMLElement), find("tiles", HTMLOListElement), listing, {
      narrowest: () => 250,
      height: 168,
      address: (entry) => addressOf(entry.key),
      shown: (entry) => JSON.stringify([entry, this.#marksNew]),
      fill: (link, entry) => fill(link, entry, this.#marksNew),
    });
    this.#listing = listing;
  }

  /**
   * Where nothing was released yet, it says nothing that a card is new.
   * @param {boolean} marks
   */
  set marksNew(marks) {
    this.#marksNew = marks;
  }

  /**
   * Draws what is seen, once before the next picture of the screen.
   * @override
   */
  draw() {
    this.#none.hidden = this.#listing.total !== 0;
    super.draw();
  }

  /**
   * What is said where there are no cards.
   * @param {string} title
   * @param {string} words
   * @param {...Node} ways
   */
  nothing(title, words, ...ways) {
    this.#none.replaceChildren(make("h2", {}, title), make("p", {}, words), ...ways);
  }
}

/**
 * @param {HTMLAnchorElement} link
 * @param {Entry} entry
 * @param {boolean} marksNew
 */
function fill(link, entry, marksNew) {
  const deck = entry.deck.split("::").at(-1) ?? entry.deck;
  const marks = make("span", { class: "marks" });
  if (entry.problems)
    marks.append(
      make("span", { class: "mark-problem" }, entry.problems === 1 ? "1 problem" : `${entry.problems} problems`),
    );
  if (entry.state === "changed" || (entry.state === "new" && marksNew))
    marks.append(make("span", { class: `mark-${entry.state}` }, entry.state));
  link.replaceChildren(
    make("span", { class: "tile-deck", dir: "auto" }, deck),
    make("span", { class: "tile-title", dir: "auto" }, entry.title || "(no text)"),
    make("span", { class: "tile-foot" }, make("code", {}, entry.key), marks),
  );
}
