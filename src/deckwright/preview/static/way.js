// Where somebody is in the page, where they were before, and how they go elsewhere. What is chosen stands in the address.

import { isOfCards, read, START, write } from "./address.js";
import { find } from "./dom.js";

/** @typedef {import("./address.js").State} State */

/** Milliseconds that something has to be seen to be a step "back". */
const STEP = 700;

/** All pictures, whatever they are. @type {Readonly<State>} */
const PICTURES = { ...START, view: "pictures" };

export class Way {
  #state = read(location.hash);
  #stepped = 0;
  /** What was seen before: of the cards, of the pictures, and of either. @type {Record<"cards" | "pictures" | "last", State>} */
  #before = { cards: START, pictures: PICTURES, last: PICTURES };
  #on;

  /**
   * @param {object} on
   * @param {(from: State, to: State) => boolean} on.leaves  false if the author wants to stay with what is not saved
   * @param {(from: State, first: boolean, isFollowed: boolean) => void} on.went  `isFollowed`: by a link, by hand, or "back"
   */
  constructor(on) {
    this.#on = on;
    addEventListener("hashchange", () => this.#follow());
  }

  get state() {
    return this.#state;
  }

  /**
   * Changes what is chosen. `step`: "back" leads to what was before. `first`: where the card is not among those that are
   * kept, the first of them takes its place.
   * @param {Partial<State>} change
   * @param {boolean} step
   * @param {boolean} [first]
   */
  go(change, step, first = false) {
    const from = this.#state;
    if (!this.#enter({ ...from, ...change })) return;
    const now = performance.now();
    const address = write(this.#state);
    if (address !== location.hash) {
      if (step && now - this.#stepped > STEP) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    }
    if (step) this.#stepped = now;
    this.#on.went(from, first, false);
  }

  /**
   * Another card takes the place of the one in the address.
   * @param {string} key
   */
  take(key) {
    this.#state = { ...this.#state, key, side: "front" };
    history.replaceState(null, "", write(this.#state));
  }

  /** From pictures back to the cards, and from masks to where the author came from. */
  leave() {
    const { view, night } = this.#state;
    if (!isOfCards(this.#state)) this.go({ ...this.#before[view === "masks" ? "last" : "cards"], night }, true);
  }

  /** @param {State["view"]} view */
  turnTo(view) {
    const { night } = this.#state;
    if (view === "pictures") this.go({ ...this.#before.pictures, night }, true);
    else this.go({ ...(isOfCards(this.#state) ? this.#state : this.#before.cards), night, view }, true);
  }

  /**
   * Gives the page its title.
   * @param {string} [card]  what the card asks that is seen
   */
  entitle(card) {
    const { view, picture } = this.#state;
    const name = find("deck-name", HTMLElement).textContent;
    const what = { stack: card, grid: "", pictures: "Pictures", masks: `Masks of ${picture}` }[view];
    document.title = what ? `${what.slice(0, 60)} · ${name}` : `${name} · Preview`;
  }

  /** @param {string} key */
  cardAddress(key) {
    return write({ ...START, night: this.#state.night, width: this.#state.width, key });
  }

  /** @param {string} picture */
  masksAddress(picture) {
    return write({ ...PICTURES, view: "masks", night: this.#state.night, picture });
  }

  /** The address was changed by a link, by hand, or by "back". */
  #follow() {
    const from = this.#state;
    if (!this.#enter(read(location.hash))) return history.pushState(null, "", write(from));
    this.#stepped = performance.now();
    this.#on.went(from, false, true);
  }

  /** @param {State} state */
  #enter(state) {
    const from = this.#state;
    if (!this.#on.leaves(from, state)) return false;
    if (from.view !== "masks") this.#before.last = this.#before[isOfCards(from) ? "cards" : "pictures"] = from;
    this.#state = state;
    return true;
  }
}
