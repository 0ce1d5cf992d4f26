// The panes beside the cards. Where there is no room beside them, a pane is a drawer: it lies over the page and has the focus.

import { find } from "./dom.js";

/** @typedef {"filters" | "about"} Name */

export class Drawers {
  #backdrop = find("backdrop", HTMLElement);
  /** @type {Name | null} */
  #open = null;
  /** Where the focus was. @type {Element | null} */
  #before = null;

  constructor() {
    for (const name of /** @type {const} */ (["filters", "about"])) {
      this.#opener(name).addEventListener("click", () => this.toggle(name));
      this.#pane(name)
        .querySelector("[data-close]")
        ?.addEventListener("click", () => this.close());
    }
    this.#backdrop.addEventListener("click", () => this.close());
    addEventListener("resize", () => {
      if (this.#open && !this.#isDrawer(this.#open)) this.close();
    });
  }

  get isOpen() {
    return this.#open !== null;
  }

  /**
   * Opens a drawer or closes it; a pane that has its place beside the cards gets the focus.
   * @param {Name} name
   */
  toggle(name) {
    const again = this.#open === name;
    this.close();
    if (again) return;
    this.#before = document.activeElement;
    if (this.#isDrawer(name)) {
      this.#open = name;
      this.#pane(name).classList.add("open");
      this.#set(name, true);
    }
    this.#pane(name).focus({ preventScroll: true });
  }

  /** Closes the drawer, if one is open; the focus goes back to where it was. */
  close() {
    const name = this.#open;
    if (!name) return;
    this.#open = null;
    this.#set(name, false);
    this.#pane(name).classList.remove("open");
    const before = this.#before instanceof HTMLElement && this.#before.isConnected ? this.#before : this.#opener(name);
    before.focus({ preventScroll: true });
  }

  /**
   * @param {Name} name
   * @param {boolean} open
   */
  #set(name, open) {
    this.#backdrop.hidden = !open;
    this.#opener(name).setAttribute("aria-expanded", String(open));
    for (const id of ["skip", "top", "main", "filters", "about"]) find(id, HTMLElement).inert = open && id !== name;
  }

  /** @param {Name} name */
  #pane(name) {
    return find(name, HTMLElement);
  }

  /** @param {Name} name */
  #opener(name) {
    return find(`${name}-open`, HTMLButtonElement);
  }

  /** @param {Name} name */
  #isDrawer(name) {
    return getComputedStyle(this.#pane(name)).position === "fixed";
  }
}
