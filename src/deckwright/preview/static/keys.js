// What keys do, and the dialog that lists them.

import { find, make, takesText } from "./dom.js";

/** @typedef {import("./address.js").View} View */

/**
 * What the dialog lists.
 * @typedef {object} Listed
 * @property {string[]} keys  as events name them; letters small
 * @property {string} [shown]  where that is not how people call them
 * @property {string} words
 */

/**
 * @typedef {Listed & { run?: (key: string) => void, again?: boolean }} Deed  Holding the key repeats it `again`. What the page
 *   hears elsewhere has no `run`.
 */

export class Keys {
  #dialog = find("help", HTMLDialogElement);
  /** @type {Record<View, Deed[]>} */
  #deeds = { stack: [], grid: [], pictures: [], masks: [] };
  #view;

  /**
   * What else the dialog lists where masks are edited: the editor hears its keys itself.
   * @type {readonly Listed[]}
   */
  ofMasks = [];

  /**
   * @param {[View[], Deed[]][]} deeds  and where they are done
   * @param {() => View} view  what is seen now
   */
  constructor(deeds, view) {
    this.#view = view;
    for (const [views, some] of deeds) for (const one of views) this.#deeds[one].push(...some);
    for (const some of Object.values(this.#deeds))
      some.push({ keys: ["?"], words: "These keys", run: () => this.help() });
    find("help-open", HTMLButtonElement).addEventListener("click", () => this.help());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    addEventListener("keydown", (event) => this.#hear(event));
  }

  /** Lists the keys of what is seen. */
  help() {
    if (document.querySelector("dialog[open]")) return;
    const view = this.#view();
    const listed = [...(view === "masks" ? this.ofMasks : []), ...this.#deeds[view]];
    find("help-keys", HTMLElement).replaceChildren(
      ...listed.flatMap(({ keys, shown, words }) => [
        make("dt", {}, ...(shown?.split(" ") ?? keys).map((key) => make("kbd", {}, key))),
        make("dd", {}, words),
      ]),
    );
    this.#dialog.showModal();
  }

  /**
   * Does what belongs to a key; whether there was something.
   * @param {string} key
   * @param {boolean} [repeated]
   */
  press(key, repeated = false) {
    const pressed = key.length === 1 ? key.toLowerCase() : key;
    const deed = this.#deeds[this.#view()].find(({ keys }) => keys.includes(pressed));
    if (!deed) return false;
    if (!repeated || deed.again) deed.run?.(key);
    return true;
  }

  /** @param {KeyboardEvent} event */
  #hear(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (takesText(event.target) && event.key !== "Escape") return;
    const presses = event.key === " " || event.key === "Enter";
    if (presses && event.target instanceof Element && event.target.closest("button, a, summary")) return;
    if (this.press(event.key, event.repeat)) event.preventDefault();
  }
}
