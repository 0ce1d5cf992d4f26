// What keys do, and the dialog that lists them.

import { find, make, takesText } from "./dom.js";

/**
 * @typedef {object} Deed
 * @property {string[]} keys  as events name them; letters small
 * @property {string} [shown]  where that is not how people call them
 * @property {string} words
 * @property {(key: string) => void} run
 * @property {boolean} [again]  whether holding the key repeats it
 */

export class Keys {
  #dialog = find("help", HTMLDialogElement);
  /** @type {Map<string, Deed>} */
  #deeds = new Map();

  /** @param {Deed[]} deeds */
  constructor(deeds) {
    const all = [...deeds, { keys: ["?"], words: "These keys", run: () => this.help() }];
    for (const deed of all) for (const key of deed.keys) this.#deeds.set(key, deed);
    find("help-keys", HTMLElement).append(
      ...all.flatMap(({ keys, shown, words }) => [
        make("dt", {}, ...(shown?.split(" ") ?? keys).map((key) => make("kbd", {}, key))),
        make("dd", {}, words),
      ]),
    );
    find("help-open", HTMLButtonElement).addEventListener("click", () => this.help());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    addEventListener("keydown", (event) => this.#hear(event));
  }

  help() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /**
   * Does what belongs to a key; whether there was something.
   * @param {string} key
   * @param {boolean} [repeated]
   */
  press(key, repeated = false) {
    const deed = this.#deeds.get(key.length === 1 ? key.toLowerCase() : key);
    if (!deed) return false;
    if (!repeated || deed.again) deed.run(key);
    return true;
  }

  /** @param {KeyboardEvent} event */
  #hear(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || this.#dialog.open) return;
    if (takesText(event.target) && event.key !== "Escape") return;
    const presses = event.key === " " || event.key === "Enter";
    if (presses && event.target instanceof Element && event.target.closest("button, a, summary")) return;
    if (this.press(event.key, event.repeat)) event.preventDefault();
  }
}
