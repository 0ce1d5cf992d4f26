// What is wrong with the notes: what, where, and what to do. The cards that can be made stay on the page.

import { counted, find, make, say } from "./dom.js";

/** @typedef {import("./server.js").Deck} Deck */
/** @typedef {import("./server.js").Problem} Problem */

/** Problems that are listed; somebody who has more begins with these. */
const MOST = 200;

export class Problems {
  #section = find("problems", HTMLElement);
  #title = find("problems-title", HTMLElement);
  #words = find("problems-words", HTMLElement);
  #list = find("problems-list", HTMLOListElement);
  #state = find("state", HTMLButtonElement);
  #count = find("state-count", HTMLElement);
  #said = find("state-words", HTMLElement);
  /** Whether the author has closed what is pressing, or opened the problems; null where nobody has. @type {boolean | null} */
  #opened = null;
  /** Where masks are edited: whether somebody wants to see the problems. Nothing moves there by itself. @type {boolean | null} */
  #asked = null;
  #shown = "";
  #any = false;
  /** Whether there is what the author has to see: errors, or a deck that cannot be built. */
  #pressing = false;
  #addressOf;

  /** @param {(key: string) => string} addressOf */
  constructor(addressOf) {
    this.#addressOf = addressOf;
    this.#state.addEventListener("click", () => this.toggle());
    find("problems-close", HTMLButtonElement).addEventListener("click", () => {
      this.toggle(false);
      this.#state.focus();
    });
  }

  /**
   * Opens or closes the problems.
   * @param {boolean} [open]
   */
  toggle(open = Boolean(this.#section.hidden)) {
    if (this.#asked === null) this.#opened = open || this.#pressing ? open : null;
    else this.#asked = open;
    this.#place();
    if (open && this.#any) this.#section.focus({ preventScroll: true });
  }

  /** @param {boolean} calm  whether the problems are shown only to those who ask for them */
  set calm(calm) {
    if (calm === (this.#asked !== null)) return;
    this.#asked = calm ? false : null;
    this.#place();
  }

  /** @param {Deck} deck */
  show(deck) {
    const errors = deck.problems.filter((one) => one.severity === "error").length;
    const stuck = deck.state === "broken" || deck.state === "gone" ? STUCK[deck.state] : null;
    this.#pressing = errors > 0 || stuck !== null;
    if (!this.#pressing && this.#opened === false) this.#opened = null;
    this.#any = stuck !== null || deck.problems.length > 0;
    this.#state.dataset.state = stuck ? "broken" : errors ? "errors" : deck.problems.length ? "warnings" : "built";
    const [count = "", words = ""] = counted(deck.problems.length, "problem").split(" ");
    const many = !stuck && deck.problems.length > 0;
    say(this.#count, many ? count : "");
    say(this.#said, many ? ` ${words}` : stuck ? stuck.short : "No problems");
    const head = stuck ?? headed(deck, errors);
    say(this.#title, head.title);
    say(this.#words, head.words);
    const shown = JSON.stringify(deck.problems);
    if (shown !== this.#shown) {
      this.#shown = shown;
      const top = this.#list.scrollTop;
      this.#fill(deck.problems);
      this.#list.scrollTop = top;
    }
    this.#list.hidden = deck.problems.length === 0;
    this.#place();
  }

  /** @param {Problem[]} problems */
  #fill(problems) {
    const order = [
      ...problems.filter((one) => one.severity === "error"),
      ...problems.filter((one) => one.severity !== "error"),
    ];
    const rows = order.slice(0, MOST).map((one) => problem(one, one.key && this.#addressOf(one.key)));
    if (order.length > MOST)
      rows.push(make("li", { class: "soft" }, `and ${counted(order.length - MOST, "more problem")}`));
    this.#list.replaceChildren(...rows);
  }

  #place() {
    const open = this.#asked ?? this.#opened ?? this.#pressing;
    this.#section.hidden = !(open && this.#any);
    this.#state.setAttribute("aria-expanded", String(!this.#section.hidden));
    this.#state.disabled = !this.#any;
  }
}

const STUCK = {
  broken: {
    short: "Cannot be built",
    title: "The deck cannot be built",
    words: "You see the cards of the last build that could be made.",
  },
  gone: {
    short: "Folder is gone",
    title: "The folder of the project is not there",
    words: "You see the cards as they were last. The preview goes on when the folder is back.",
  },
};

/**
 * @param {Deck} deck
 * @param {number} errors
 */
function headed(deck, errors) {
  const warnings = deck.problems.length - errors;
  const both = [errors && counted(errors, "error"), warnings && counted(warnings, "warning")]
    .filter(Boolean)
    .join(" and ");
  return {
    title: both,
    words: errors ? "Notes with errors are left out. All other cards are here." : "The cards are made all the same.",
  };
}

/**
 * A problem in a list; `address` is that of the card it is about.
 * @param {Problem} one
 * @param {string | null} address
 */
export function problem(one, address) {
  const place = [one.file, one.line, one.line && one.column].filter(Boolean).join(":");
  const where = one.editor
    ? make("a", { href: one.editor, class: "path" }, place)
    : make("span", { class: "path" }, place);
  return make(
    "li",
    { class: `problem is-${one.severity}` },
    make(
      "p",
      { class: "message" },
      make("strong", { class: "severity" }, one.severity === "error" ? "Error" : "Warning"),
      " ",
      one.code && make("code", { class: "code" }, one.code),
      " ",
      ...marked(one.message),
    ),
    one.hint && make("p", { class: "hint" }, ...marked(one.hint)),
    make("p", { class: "where" }, place && where, address && make("a", { href: address }, "Show the card")),
  );
}

/**
 * What stands between backticks is code.
 * @param {string} text
 */
export function marked(text) {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 ? make("code", {}, part) : part));
}
