// What was done, so that it can be undone: a list of states, and which of them is the present one.

/** The most steps that can be undone. */
const MOST = 500;

/** @template T */
export class History {
  /** @type {{ state: T, words: string, merge: string }[]} */
  #steps;
  #at = 0;

  /** @param {T} state */
  constructor(state) {
    this.#steps = [{ state, words: "", merge: "" }];
  }

  /** The present state. */
  get state() {
    return /** @type {{ state: T }} */ (this.#steps[this.#at]).state;
  }

  /** What would be undone, in words; empty if there is nothing. */
  get undoes() {
    return this.#steps[this.#at]?.words ?? "";
  }

  /** What would be done again. */
  get redoes() {
    return this.#steps[this.#at + 1]?.words ?? "";
  }

  /**
   * A step. Steps of the same `merge` that follow one another count as one, as do those of a key that is held.
   * @param {T} state
   * @param {string} words
   * @param {string} [merge]
   */
  add(state, words, merge = "") {
    const merges = merge !== "" && this.#steps[this.#at]?.merge === merge;
    this.#steps.splice(merges ? this.#at : this.#at + 1, Number.POSITIVE_INFINITY, { state, words, merge });
    if (this.#steps.length > MOST + 1) this.#steps.shift();
    this.#at = this.#steps.length - 1;
  }

  /** Puts another state in the place of the present one, without a step. @param {T} state */
  replace(state) {
    const step = this.#steps[this.#at];
    if (step) step.state = state;
  }

  /** Nothing more counts as the same step as the last one. */
  part() {
    const step = this.#steps[this.#at];
    if (step) step.merge = "";
  }

  /** What was undone, in words; empty if there was nothing. */
  undo() {
    const words = this.undoes;
    if (this.#at > 0) this.#at -= 1;
    this.part();
    return words;
  }

  redo() {
    const words = this.redoes;
    if (this.#at < this.#steps.length - 1) this.#at += 1;
    this.part();
    return words;
  }
}
