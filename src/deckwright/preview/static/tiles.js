// A list as tiles. Only the rows that are seen are in the page, however many there are; keys lead from tile to tile.

import { make, widthWithin } from "./dom.js";

/**
 * What is listed.
 * @template Entry
 * @typedef {object} Source
 * @property {number | null} total  null until it is known
 * @property {(place: number) => Entry | undefined} at  undefined where it is not here yet
 * @property {(first: number, last: number) => unknown} want  both included; called when the tiles have been seen for a moment
 */

/**
 * How it looks. What `fill` makes of an entry may only depend on what `shown` says of it.
 * @template Entry
 * @typedef {object} Look
 * @property {(room: number) => number} narrowest  pixels of a tile in a room of so many
 * @property {number} height  in pixels
 * @property {(entry: Entry) => string} address
 * @property {(entry: Entry) => string} shown
 * @property {(link: HTMLAnchorElement, entry: Entry) => void} fill  more links may follow this one in its list item
 */

/** Pixels between two tiles. */
const GAP = 14;
/** Rows above and below those that are seen. */
const MORE = 3;
/** Milliseconds without scrolling, after a jump. */
const REST = 60;

/** @template Entry */
export class Tiles {
  #room;
  #list;
  /** By place. @type {Map<number, { element: HTMLLIElement, link: HTMLAnchorElement, shown: string }>} */
  #made = new Map();
  #columns = 1;
  #source;
  #look;
  #drawing = false;
  /** Where it was scrolled to when tiles were asked for. */
  #top = 0;
  #wanting = 0;
  /** The tile that Tab leads to. */
  #active = 0;

  /**
   * @param {HTMLElement} room  that is scrolled
   * @param {HTMLElement} list
   * @param {Source<Entry>} source
   * @param {Look<Entry>} look
   */
  constructor(room, list, source, look) {
    this.#room = room;
    this.#list = list;
    this.#source = source;
    this.#look = look;
    room.addEventListener("scroll", () => this.draw(), { passive: true });
    list.addEventListener("keydown", (event) => this.#move(event));
    list.addEventListener("focusin", (event) => this.#enter(event));
    new ResizeObserver(() => this.draw()).observe(room);
  }

  /** The place of the tile that Tab leads to. */
  get active() {
    return this.#active;
  }

  /** Draws what is seen, once before the next picture of the screen. */
  draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (this.#room.offsetParent) this.#draw();
    });
  }

  /**
   * Scrolls to a place, unless it is seen already, and makes it the one that Tab leads to.
   * @param {number} place
   */
  reveal(place) {
    this.#measure();
    this.#active = place;
    const height = this.#look.height;
    const top = Math.floor(place / this.#columns) * (height + GAP);
    const seen = { top: this.#room.scrollTop, bottom: this.#room.scrollTop + this.#room.clientHeight };
    if (top < seen.top) this.#room.scrollTop = top;
    else if (top + height + 2 * GAP > seen.bottom)
      this.#room.scrollTop = top + height + 2 * GAP - this.#room.clientHeight;
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

  #measure() {
    const room = widthWithin(this.#room);
    this.#columns = Math.max(1, Math.floor((room + GAP) / (this.#look.narrowest(room) + GAP)));
    const width = (room - (this.#columns - 1) * GAP) / this.#columns;
    const rows = Math.ceil((this.#source.total ?? 0) / this.#columns);
    this.#list.style.height = `${Math.max(0, rows * (this.#look.height + GAP) - GAP)}px`;
    return width;
  }

  #draw() {
    const total = this.#source.total;
    this.#list.hidden = total === 0;
    if (total === null) return;
    this.#active = Math.min(this.#active, Math.max(0, total - 1));
    const width = this.#measure();
    const row = this.#look.height + GAP;
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
   * Asks for what is seen; what is only passed on the way elsewhere is not asked for.
   * @param {number} first
   * @param {number} last
   */
  #want(first, last) {
    const far = Math.abs(this.#room.scrollTop - this.#top) > this.#room.clientHeight;
    this.#top = this.#room.scrollTop;
    clearTimeout(this.#wanting);
    if (!far) void this.#source.want(first, last);
    else this.#wanting = setTimeout(() => void this.#source.want(first, last), REST);
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
      made = { element: make("li", { "data-place": place }, link), link, shown: "" };
      this.#made.set(place, made);
      // In the order of the list, for those who hear the page.
      const after = [...this.#made].filter(([other]) => other > place).sort(([a], [b]) => a - b)[0];
      this.#list.insertBefore(made.element, after?.[1].element ?? null);
    }
    const { element, link } = made;
    const left = (place % this.#columns) * (width + GAP);
    const top = Math.floor(place / this.#columns) * (this.#look.height + GAP);
    element.style.transform = `translate(${left}px, ${top}px)`;
    element.style.width = `${width}px`;
    element.style.height = `${this.#look.height}px`;
    element.setAttribute("aria-setsize", String(total));
    element.setAttribute("aria-posinset", String(place + 1));
    const entry = this.#source.at(place);
    const shown = entry ? this.#look.shown(entry) : "waiting";
    if (entry) link.href = this.#look.address(entry);
    if (shown !== made.shown) {
      made.shown = shown;
      link.classList.toggle("waiting", !entry);
      link.replaceChildren();
      while (link.nextSibling) link.nextSibling.remove(); // Not all anew: the link may have the focus.
      if (entry) this.#look.fill(link, entry);
    }
    lead(element, place === this.#active);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const total = this.#source.total ?? 0;
    const page = Math.max(1, Math.floor(this.#room.clientHeight / (this.#look.height + GAP))) * this.#columns;
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
    const element = event.target instanceof Element ? event.target.closest("li") : null;
    const place = Number(element?.dataset.place ?? this.#active);
    if (place === this.#active) return;
    const before = this.#made.get(this.#active);
    if (before) lead(before.element, false);
    this.#active = place;
    if (element) lead(element, true);
  }
}

/**
 * Whether Tab leads to a tile, and to the links on it.
 * @param {HTMLLIElement} element
 * @param {boolean} leads
 */
function lead(element, leads) {
  for (const link of element.querySelectorAll("a")) link.tabIndex = leads ? 0 : -1;
}
