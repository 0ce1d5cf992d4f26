// One card at a time, as in Anki's reviewer: the card in the width of a device, its place among the others, and the turning.

import { counted, find, make, say, widthWithin } from "./dom.js";
import { Frames } from "./frames.js";
import { side as addressOf } from "./server.js";

/** @typedef {import("./address.js").State} State */
/** @typedef {import("./server.js").Card} Card */

/** Width and height in pixels, as devices have them. */
const DEVICES = { phone: [390, 844], tablet: [820, 1180], desktop: [1280, 800] };

export class Stack {
  #room = find("stage", HTMLElement);
  #paper = find("paper", HTMLElement);
  #none = find("stack-none", HTMLElement);
  #place = find("place", HTMLElement);
  #turn = find("turn", HTMLElement);
  #flip = find("flip", HTMLButtonElement);
  #previous = find("previous", HTMLButtonElement);
  #next = find("next", HTMLButtonElement);
  #width = "";
  /** The card and the side that were shown last. */
  #before = "";
  /** What was typed, and on which card. */
  #typed = { key: "", text: "" };
  #key = "";
  #frames;

  /**
   * @param {object} on
   * @param {() => void} on.flip
   * @param {(by: -1 | 1) => void} on.step
   * @param {(key: string, shift: boolean) => void} on.key
   */
  constructor(on) {
    this.#frames = new Frames(this.#paper, {
      grew: () => this.#fit(),
      told: (told) => {
        if (typeof told.typed === "string") this.#typed = { key: this.#key, text: told.typed };
        else if (told.tap) on.flip();
        else if (typeof told.link === "string") follow(told.link);
        else if (typeof told.key === "string") on.key(told.key, Boolean(told.shift));
      },
    });
    this.#flip.addEventListener("click", on.flip);
    this.#previous.addEventListener("click", () => on.step(-1));
    this.#next.addEventListener("click", () => on.step(1));
    // A click leaves the focus where it is, so that Space goes on turning the card.
    this.#turn.addEventListener("mousedown", (event) => event.preventDefault());
    new ResizeObserver(() => this.#fit()).observe(this.#room);
  }

  /** Leads the keys to the answer that is typed. */
  type() {
    this.#frames.focus();
  }

  /**
   * Shows a card. What is shown already stays as it is.
   * @param {Card} card
   * @param {State} state
   * @param {boolean} night
   */
  show(card, state, night) {
    const other = card.key !== this.#key;
    this.#key = card.key;
    if (this.#typed.key !== card.key) this.#typed = { key: card.key, text: "" };
    this.#width = state.width;
    this.#none.hidden = true;
    this.#paper.hidden = false;
    const screen = this.#device?.[1];
    const side = (/** @type {"front" | "back"} */ which) => addressOf(card.key, which, night, card.digest, screen);
    const turned = state.side === "front" ? "back" : "front";
    const now = `${state.side} ${card.key}`;
    const play = now !== this.#before;
    this.#before = now;
    this.#frames.show(side(state.side), named(card, state.side), {
      typed: this.#typed.text,
      play,
      ahead: [side(turned)],
    });
    if (other) this.#room.scrollTo({ top: 0 });
    this.#fit();
    this.#places(card);
    say(this.#flip, state.side === "front" ? "Show answer" : "Show question");
    this.#flip.disabled = false;
    this.#previous.disabled = card.neighbours.previous === null;
    this.#next.disabled = card.neighbours.next === null;
    this.#paper.classList.toggle("last", card.neighbours.next === null);
  }

  /**
   * Shows that there is no card, and what can be done.
   * @param {string} title
   * @param {string} words
   * @param {...Node} ways
   */
  nothing(title, words, ...ways) {
    this.#frames.clear();
    this.#key = "";
    this.#paper.hidden = true;
    this.#none.hidden = false;
    this.#none.replaceChildren(make("h2", {}, title), make("p", {}, words), ...ways);
    this.#place.replaceChildren();
    for (const button of [this.#flip, this.#previous, this.#next]) button.disabled = true;
  }

  /**
   * A key for the document of the card: its masks, its sounds.
   * @param {string} key
   */
  tell(key) {
    this.#frames.tell(key);
  }

  /** @param {Card} card */
  #places(card) {
    const place =
      card.position === null
        ? make("span", {}, "Not among ", counted(card.total, "card"))
        : make(
            "span",
            {},
            make("strong", {}, (card.position + 1).toLocaleString("en")),
            ` of ${card.total.toLocaleString("en")}`,
          );
    const deck = make("span", { class: "crumb", dir: "auto" }, card.deck.split("::").join(" › "));
    this.#place.replaceChildren(place, deck);
  }

  get #device() {
    return Object.entries(DEVICES).find(([name]) => name === this.#width)?.[1];
  }

  /** Gives the card its width, and makes it smaller where that is more than there is. */
  #fit() {
    if (this.#paper.hidden) return;
    const room = widthWithin(this.#room);
    if (room <= 0) return;
    const wanted = this.#device?.[0];
    const width = wanted ?? room;
    const scale = Math.min(1, room / width);
    const inner = this.#paper.style;
    inner.setProperty("--width", `${width}px`);
    inner.setProperty("--scale", String(scale));
    inner.setProperty("--height", `${this.#frames.height}px`);
  }
}

/**
 * What a card is called for those who do not see it.
 * @param {Card} card
 * @param {"front" | "back"} side
 */
function named(card, side) {
  return `${side === "front" ? "Question" : "Answer"}: ${card.title}`;
}

/**
 * Opens a link of a card in a tab of its own.
 * @param {string} link
 */
function follow(link) {
  if (/^https?:\/\//i.test(link)) open(link, "_blank", "noopener,noreferrer");
}
