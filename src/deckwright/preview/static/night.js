// Light or night: what the system says, unless somebody has chosen here. The choice holds as long as the tab.

import { find } from "./dom.js";

const KEPT = "deckwright-night";

export class Night {
  #system = matchMedia("(prefers-color-scheme: dark)");
  #button = find("night", HTMLButtonElement);
  #said = "";

  /**
   * @param {() => void} toggle
   * @param {() => void} changed  the system has changed its mind
   */
  constructor(toggle, changed) {
    this.#button.addEventListener("click", toggle);
    this.#system.addEventListener("change", () => {
      if (this.#chosen() === "") changed();
    });
  }

  get on() {
    const chosen = this.#chosen();
    return chosen === "" ? this.#system.matches : chosen === "1";
  }

  /**
   * Takes what the address says; where it says nothing, what was chosen before holds.
   * @param {"" | "0" | "1"} said
   */
  show(said) {
    this.#said = said;
    if (said) sessionStorage.setItem(KEPT, said);
    document.documentElement.dataset.night = this.on ? "1" : "0";
    this.#button.setAttribute("aria-pressed", String(this.on));
  }

  #chosen() {
    return this.#said || (sessionStorage.getItem(KEPT) ?? "");
  }
}
