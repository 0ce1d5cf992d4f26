// The list of cards that the filters keep. Only parts of it are here, those that somebody wanted to see last.

import * as server from "./server.js";

/** Cards that are asked for at once. */
const PAGE = 100;
/** Pages that are remembered. */
const KEPT = 20;

export class Listing {
  /** How many cards the filters keep; null until the server has said so. @type {number | null} */
  total = null;
  #filters = new URLSearchParams();
  /** By their number, the one wanted last at the end. @type {Map<number, server.Entry[]>} */
  #pages = new Map();
  /** Those that are older than the last build. @type {Set<number>} */
  #stale = new Set();
  /** @type {Map<number, Promise<void>>} */
  #asked = new Map();
  #turn = 0;
  #changed;

  /** @param {() => void} changed  called after each answer */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Begins another list. Resolves when its beginning is there.
   * @param {URLSearchParams} filters
   */
  async choose(filters) {
    if (this.total !== null && String(filters) === String(this.#filters)) return;
    this.#filters = filters;
    this.#turn += 1;
    this.#pages.clear();
    this.#stale.clear();
    this.#asked.clear();
    this.total = null;
    await this.#load(0);
  }

  /** After a build: all is asked for again when it is wanted, and shown as it was until then. */
  async refresh() {
    this.#turn += 1;
    this.#asked.clear();
    for (const number of this.#pages.keys()) this.#stale.add(number);
    await this.#load([...this.#pages.keys()].at(-1) ?? 0);
  }

  /**
   * The card at a place from 0, if it is here.
   * @param {number} place
   */
  at(place) {
    return this.#pages.get(Math.floor(place / PAGE))?.[place % PAGE];
  }

  /**
   * Asks for the cards at some places, those at the end included, which are not here.
   * @param {number} first
   * @param {number} last
   */
  async want(first, last) {
    const numbers = [];
    for (let number = Math.floor(first / PAGE); number <= Math.floor(last / PAGE); number++) numbers.push(number);
    await Promise.all(numbers.map((number) => this.#load(number)));
  }

  /** @param {number} number */
  async #load(number) {
    const page = this.#pages.get(number);
    if (page) {
      this.#pages.delete(number);
      this.#pages.set(number, page);
      if (!this.#stale.has(number)) return;
    }
    const asked = this.#asked.get(number) ?? this.#ask(number);
    this.#asked.set(number, asked);
    await asked;
  }

  /** @param {number} number */
  async #ask(number) {
    const turn = this.#turn;
    try {
      const page = await server.cards(this.#filters, number * PAGE, PAGE);
      if (turn !== this.#turn) return;
      this.total = page.total;
      this.#pages.set(number, page.cards);
      this.#stale.delete(number);
      for (const old of [...this.#pages.keys()].slice(0, -KEPT)) this.#pages.delete(old);
    } catch {
      return; // The server is gone, which the page says elsewhere. After its return everything is asked for again.
    } finally {
      if (turn === this.#turn) this.#asked.delete(number);
    }
    this.#changed();
  }
}
