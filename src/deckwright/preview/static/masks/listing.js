// The list of masks: each by its name, with what is wrong with it. Arrow keys lead through it.

import { make, say } from "../dom.js";
import { icon } from "./svg.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./work.js").Work} Work */
/** @typedef {{ element: HTMLElement, name: HTMLElement, group: HTMLElement, mask: Mask | null, told: string }} Row */

export class Listing {
  #work;
  #reveal;
  #rename;
  #count = make("span", { class: "count" });
  #rows = make("ul", {
    class: "mask-list",
    role: "listbox",
    "aria-multiselectable": "true",
    "aria-label": "Masks",
    tabindex: 0,
  });
  #none = make("p", { class: "soft" });
  element = make("section", { class: "mask-listing" }, make("h3", {}, "Masks ", this.#count), this.#none, this.#rows);
  /** @type {Map<string, Row>} */
  #drawn = new Map();
  /** From where Shift selects. */
  #anchor = "";
  /** Where the arrow keys are. */
  #at = "";
  /** @type {ReadonlySet<string>} */
  #selected = new Set();

  /**
   * @param {Work} work
   * @param {(mask: Mask) => void} reveal
   * @param {() => void} rename
   */
  constructor(work, reveal, rename) {
    this.#work = work;
    this.#reveal = reveal;
    this.#rename = rename;
    this.#rows.addEventListener("keydown", (event) => this.#press(event));
    this.#rows.addEventListener("click", (event) => this.#click(event));
    this.#rows.addEventListener("dblclick", () => this.#rename());
  }

  /** @param {string} words  where there are no masks */
  empty(words) {
    say(this.#none, words);
  }

  /**
   * @param {readonly Mask[]} masks
   * @param {ReadonlySet<string>} selected
   * @param {ReadonlySet<string>} wrong
   */
  draw(masks, selected, wrong) {
    say(this.#count, masks.length ? String(masks.length) : "");
    this.#none.hidden = masks.length > 0;
    this.#rows.hidden = !masks.length;
    const seen = new Set(masks.map((mask) => mask.uid));
    for (const [uid, row] of this.#drawn) {
      if (seen.has(uid)) continue;
      row.element.remove();
      this.#drawn.delete(uid);
    }
    masks.forEach((mask, place) => {
      const row = this.#drawn.get(mask.uid) ?? this.#made(mask);
      if (row.mask !== mask) {
        row.mask = mask;
        say(row.name, mask.name || "No name");
        say(row.group, mask.group);
      }
      const told = `${selected.has(mask.uid)} ${wrong.has(mask.uid)}`;
      if (row.told !== told) {
        row.told = told;
        row.element.setAttribute("aria-selected", String(selected.has(mask.uid)));
        row.element.classList.toggle("is-wrong", wrong.has(mask.uid));
      }
      if (this.#rows.children[place] !== row.element) {
        this.#rows.insertBefore(row.element, this.#rows.children[place] ?? null);
      }
    });
    if (selected !== this.#selected) this.#follow(selected);
  }

  /** The list shows what was selected elsewhere. @param {ReadonlySet<string>} selected */
  #follow(selected) {
    this.#selected = selected;
    if (!selected.has(this.#at)) this.#at = [...selected][0] ?? this.#at;
    if (!selected.has(this.#anchor)) this.#anchor = this.#at;
    const row = this.#drawn.get(this.#at);
    if (!row || !selected.size) return this.#rows.removeAttribute("aria-activedescendant");
    this.#rows.setAttribute("aria-activedescendant", row.element.id);
    // The list alone is scrolled, not what it is in.
    const list = this.#rows;
    const { offsetTop, offsetHeight } = row.element;
    if (offsetTop < list.scrollTop) list.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = offsetTop + offsetHeight - list.clientHeight;
    }
  }

  /** @param {Mask} mask @returns {Row} */
  #made(mask) {
    const name = make("span", { class: "name" });
    const group = make("span", { class: "mask-group" });
    const element = make(
      "li",
      { role: "option", id: `mask-row-${mask.uid}`, "data-uid": mask.uid, "aria-selected": "false" },
      icon(mask.element === null ? mask.shape : "mark"),
      name,
      group,
      icon("warning"),
    );
    const row = { element, name, group, mask: null, told: "" };
    this.#drawn.set(mask.uid, row);
    return row;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const row = event.target instanceof Element ? event.target.closest("li") : null;
    const uid = row?.dataset.uid;
    if (!uid) return;
    this.#at = uid;
    if (event.shiftKey) this.#range();
    else {
      this.#anchor = uid;
      if (event.ctrlKey || event.metaKey) this.#work.toggle(uid);
      else this.#work.select([uid]);
    }
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const all = this.#work.masks;
    const place = all.findIndex((mask) => mask.uid === this.#at);
    const page = 10;
    const to = {
      ArrowDown: place + 1,
      ArrowUp: place < 0 ? 0 : place - 1,
      Home: 0,
      End: all.length - 1,
      PageDown: place + page,
      PageUp: place - page,
    }[event.key];
    if (event.altKey || ((event.ctrlKey || event.metaKey) && event.key !== " ")) return;
    if (event.key === "Enter") this.#rename();
    else if (event.key === " ") this.#work.toggle(this.#at);
    else if (to === undefined || !all.length) return;
    else {
      this.#at = all[Math.min(Math.max(to, 0), all.length - 1)]?.uid ?? "";
      if (event.shiftKey) this.#range();
      else {
        this.#anchor = this.#at;
        this.#work.select([this.#at]);
      }
    }
    event.preventDefault();
    this.#show();
  }

  #range() {
    const uids = this.#work.masks.map((mask) => mask.uid);
    const [from, to] = [uids.indexOf(this.#anchor), uids.indexOf(this.#at)].sort((a, b) => a - b);
    this.#work.select(uids.slice(Math.max(from ?? 0, 0), (to ?? 0) + 1));
  }

  #show() {
    const mask = this.#work.masks.find((one) => one.uid === this.#at);
    if (mask) this.#reveal(mask);
  }
}
