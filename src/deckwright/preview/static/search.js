// The field in the head of the page: it searches what is seen, cards or pictures.

import { find } from "./dom.js";

/** @typedef {import("./address.js").State} State */

/** Milliseconds after the last letter, before it is searched. */
const TYPING = 150;

export class Search {
  #form = find("search-form", HTMLFormElement);
  #field = find("search", HTMLInputElement);
  #typing = 0;
  #on;

  /**
   * @param {object} on
   * @param {(words: string, done: boolean) => void} on.searched  `done`: they were not only typed, but sent
   * @param {() => void} on.left  with Escape
   */
  constructor(on) {
    this.#on = on;
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#search(false), TYPING);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search(true);
    });
  }

  /** Whether somebody is searching. */
  get isActive() {
    return document.activeElement === this.#field;
  }

  /** Leads the keys to the field. */
  select() {
    this.#field.select();
    this.#field.focus();
  }

  /** Empties the field, or leaves it where it is empty. */
  escape() {
    if (!this.#field.value) return this.#on.left();
    this.#field.value = "";
    this.#search(false);
  }

  /** @param {State} state */
  show({ view, q }) {
    this.#form.hidden = view === "masks";
    const words = view === "pictures" ? "Search in all pictures" : "Search in all cards";
    this.#field.placeholder = words;
    this.#field.setAttribute("aria-label", words);
    if (!this.isActive && !this.#typing && this.#field.value.trim() !== q) this.#field.value = q;
  }

  /** @param {boolean} done */
  #search(done) {
    clearTimeout(this.#typing);
    this.#typing = 0;
    this.#on.searched(this.#field.value.trim(), done);
  }
}
