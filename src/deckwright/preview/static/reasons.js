// Why there is no card to be seen, and what can be done.

import { FILTERS } from "./address.js";
import { make } from "./dom.js";

/** @typedef {import("./address.js").State} State */
/** @typedef {[title: string, words: string, ...ways: Node[]]} Reason */

/**
 * No card has this address.
 * @param {import("./server.js").Missing} missing
 * @param {boolean} hasErrors  whether some notes are left out
 * @param {string} href  of the card to go to
 * @returns {Reason}
 */
export function missed({ message, near }, hasErrors, href) {
  const words = hasErrors ? `${message} If its note has an error, it comes back when the error is mended.` : message;
  const way = make("a", { class: "button", href }, near ? "Go to the nearest card" : "Go to the first card");
  return ["This card is not there", words, way];
}

/**
 * There are no cards, or none that the search and the filters keep.
 * @param {State} state
 * @param {() => void} lift  lifts the search and all filters
 * @returns {Reason}
 */
export function none(state, lift) {
  if (!FILTERS.some((name) => state[name]))
    return ["There are no cards yet", "Cards appear here as soon as a note is saved."];
  const way = make("button", { type: "button", class: "button", onclick: lift }, "Show all cards");
  return ["No card is like that", "Nothing fits the search and all filters.", way];
}
