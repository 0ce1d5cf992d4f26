// Where the parts of the editor stand: beside the picture, or below it on a phone, one at a time.

import { make, press } from "../dom.js";

const TABS = { mask: "Mask", list: "Masks", card: "Card" };

/** @typedef {keyof typeof TABS} Tab */

export class Panes {
  element;

  /**
   * @param {HTMLElement} head
   * @param {readonly HTMLElement[]} area  the picture, and what lies over it
   * @param {readonly HTMLElement[]} panel
   * @param {HTMLElement} told
   */
  constructor(head, area, panel, told) {
    const tabs = make("div", { class: "mask-tabs", role: "group", "aria-label": "Below the picture" });
    for (const [name, words] of Object.entries(TABS)) {
      const open = () => this.show(this.element.dataset.tab === name ? "" : /** @type {Tab} */ (name));
      tabs.append(make("button", { type: "button", "data-tab": name, "aria-pressed": "false", onclick: open }, words));
    }
    const beside = make("aside", { class: "mask-panel", "aria-label": "Masks", tabindex: -1 }, ...panel);
    const main = make("div", { class: "mask-main" }, make("div", { class: "mask-area" }, ...area), tabs, beside);
    this.element = make("div", { class: "mask-editor", "data-tab": "" }, head, main, told);
  }

  /** On a phone: which part is below the picture. @param {Tab | ""} tab */
  show(tab) {
    this.element.dataset.tab = tab;
    press("button[data-tab]", "tab", tab, this.element);
  }

  /** Whether a part is below the picture. */
  get isShown() {
    return this.element.dataset.tab !== "";
  }

  /** Whether there is a picture. @param {boolean} open */
  open(open) {
    this.element.classList.toggle("is-open", open);
  }
}
