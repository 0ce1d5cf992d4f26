// All cards that the filters keep, as tiles. Only the rows that are seen are in the page, however many there are.

import { find, make, say, widthWithin } from "./dom.js";

/** @typedef {import("./server.js").Entry} Entry */
/** @typedef {import("./listing.js").Listing} Listing */

/** Pixels of a tile, and between two; the stylesheet draws them as high. */
const NARROWEST = 250;
const HEIGHT = 168;
const GAP = 14;
/** Rows above and below those that are seen. */
const MORE = 3;
/** Milliseconds without scrolling, after a jump. */
const REST = 60;

export class Grid {
  #room = find("grid", HTMLElement);
  #tiles = find("tiles", HTMLOListElement);
  #none = find("grid-none", HTMLElement);
  /** By place. @type {Map<number, { element: HTMLLIElement, link: HTMLAnchorElement, shown: string }>} */
  #made = new Map();
  #columns = 1;
  #listing;
  #addressOf;
  #drawing = false;
  #marksNew = false;
  /** Where it was scrolled to when cards were asked for. */
  #top = 0;
  #wanting = 0;
  /** The tile that Tab leads to. */
  #active = 0;

  /**
   * @param {Listing} listing
   * @param {(key: string) => string} addressOf
   */
  constructor(listing, addressOf) {
    this.#listing = listing;
    this.#addressOf = addressOf;
    this.#room.addEventListener("scroll", () => this.draw(), { passive: true });
    this.#tiles.addEventListener("keydown", (event) => this.#move(event));
    this.#tiles.addEventListener("focusin", (event) => this.#enter(event));
    new ResizeObserver(() => this.draw()).observe(this.#room);
  }

  /** The place of the tile that Tab leads to. */
  get active() {
    return this.#active;
  }

  /**
   * Where nothing was released yet, it says nothing that a card is new.
   * @param {boolean} marks
   */
  set marksNew(marks) {
    this.#marksNew = marks;
  }

  /** Draws what is seen, once before the next picture of the screen. */
  draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (!this.#room.hidden) this.#draw();
    });
  }

  /**
   * Scrolls to a place, unless it is seen already, and makes it the one that Tab leads to.
   * @param {number} place
   */
  reveal(place) {
    this.#measure();
    this.#active = place;
    const top = Math.floor(place / this.#columns) * (HEIGHT + GAP);
    const seen = { top: this.#room.scrollTop, bottom: this.#room.scrollTop + this.#room.clientHeight };
    if (top < seen.top) this.#room.scrollTop = top;
    else if (top + HEIGHT + 2 * GAP > seen.bottom)
      this.#room.scrollTop = top + HEIGHT + 2 * GAP - this.#room.clientHeight;
    this.#draw();
  }

  /** Begins at the top. */
  restart() {
    this.#active = 0;
    this.#room.scrollTop = 0;
  }

  /** Leads the keys to the tiles. */
  focus() {
    this.#draw();
    this.#made.get(this.#active)?.link.focus({ preventScroll: true });
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

  #measure() {
    const room = widthWithin(this.#room);
    this.#columns = Math.max(1, Math.floor((room + GAP) / (NARROWEST + GAP)));
    const width = (room - (this.#columns - 1) * GAP) / this.#columns;
    const rows = Math.ceil((this.#listing.total ?? 0) / this.#columns);
    this.#tiles.style.height = `${Math.max(0, rows * (HEIGHT + GAP) - GAP)}px`;
    return width;
  }

  #draw() {
    const total = this.#listing.total;
    this.#none.hidden = total !== 0;
    this.#tiles.hidden = total === 0;
    if (total === null) return;
    this.#active = Math.min(this.#active, Math.max(0, total - 1));
    const width = this.#measure();
    const row = HEIGHT + GAP;
    const first = Math.max(0, Math.floor(this.#room.scrollTop / row) - MORE) * this.#columns;
    const rows = Math.ceil(this.#room.clientHeight / row) + 2 * MORE + 1;
    const last = Math.min(total, first + rows * this.#columns) - 1;
    const wanted = new Set([this.#active]);
    for (let place = first; place <= last; place++) wanted.add(place);
    if (total === 0) wanted.clear();
    for (const [place, { element }] of this.#made) {
      if (wanted.has(place)) continue;
      element.remove();
      this.#made.delete(place);
    }
    for (const place of [...wanted].sort((a, b) => a - b)) this.#put(place, total, width);
    if (last >= first) this.#want(first, last);
  }

  /**
   * Asks for the cards that are seen; what is only passed on the way elsewhere is not asked for.
   * @param {number} first
   * @param {number} last
   */
  #want(first, last) {
    const far = Math.abs(this.#room.scrollTop - this.#top) > this.#room.clientHeight;
    this.#top = this.#room.scrollTop;
    clearTimeout(this.#wanting);
    if (!far) void this.#listing.want(first, last);
    else this.#wanting = setTimeout(() => void this.#listing.want(first, last), REST);
  }

  /**
   * @param {number} place
   * @param {number} total
   * @param {number} width
   */
  #put(place, total, width) {
    let made = this.#made.get(place);
    if (!made) {
      const link = make("a", { class: "tile" });
      made = { element: make("li", {}, link), link, shown: "" };
      this.#made.set(place, made);
      // In the order of the deck, for those who hear the page.
      const after = [...this.#made].filter(([other]) => other > place).sort(([a], [b]) => a - b)[0];
      this.#tiles.insertBefore(made.element, after?.[1].element ?? null);
    }
    const { element, link } = made;
    const left = (place % this.#columns) * (width + GAP);
    const top = Math.floor(place / this.#columns) * (HEIGHT + GAP);
    element.style.transform = `translate(${left}px, ${top}px)`;
    element.style.width = `${width}px`;
    element.setAttribute("aria-setsize", String(total));
    element.setAttribute("aria-posinset", String(place + 1));
    link.tabIndex = place === this.#active ? 0 : -1;
    link.dataset.place = String(place);
    const entry = this.#listing.at(place);
    const shown = entry ? JSON.stringify([entry, this.#marksNew]) : "waiting";
    if (entry) link.href = this.#addressOf(entry.key);
    if (shown === made.shown) return;
    made.shown = shown;
    link.classList.toggle("waiting", !entry);
    if (entry) fill(link, entry, this.#marksNew);
    else say(link, "");
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const total = this.#listing.total ?? 0;
    const page = Math.max(1, Math.floor(this.#room.clientHeight / (HEIGHT + GAP))) * this.#columns;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowLeft: this.#active - 1,
      ArrowRight: this.#active + 1,
      ArrowUp: this.#active - this.#columns,
      ArrowDown: this.#active + this.#columns,
      PageUp: Math.max(this.#active - page, this.#active % this.#columns),
      PageDown: Math.min(this.#active + page, total - 1),
      Home: 0,
      End: total - 1,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (to < 0 || to >= total) return;
    this.reveal(to);
    this.#made.get(to)?.link.focus({ preventScroll: true });
  }

  /** @param {FocusEvent} event */
  #enter(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const place = Number(link?.dataset.place ?? this.#active);
    if (place === this.#active) return;
    const before = this.#made.get(this.#active);
    if (before) before.link.tabIndex = -1;
    this.#active = place;
    if (link) link.tabIndex = 0;
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
