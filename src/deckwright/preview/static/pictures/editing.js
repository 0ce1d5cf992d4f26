// The room of the mask editor. The editor is loaded when the first picture is opened: who only looks at cards does without.

import { find, make } from "../dom.js";

/** @typedef {import("../masks/editor.js").Editor} Editor */
/** @typedef {import("../keys.js").Listed} Listed */
/**
 * What the editor asks of the page.
 * @typedef {object} Hooks
 * @property {(words: string) => void} told  to those who hear the page
 * @property {() => void} leave  back to where the author was
 */

export class Editing {
  #room = find("masks", HTMLElement);
  /** @type {Editor | null} */
  #editor = null;
  #path = "";
  #hooks;
  #listed;

  /**
   * @param {Hooks} hooks
   * @param {(keys: readonly Listed[]) => void} listed  the keys of the editor are known
   */
  constructor(hooks, listed) {
    this.#hooks = hooks;
    this.#listed = listed;
  }

  /**
   * Opens the masks of a picture, if they are not open.
   * @param {string} path
   */
  async open(path) {
    if (path === this.#path) return;
    this.#path = path;
    try {
      const { Editor, KEYS } = await import("../masks/editor.js");
      this.#listed(KEYS);
      if (path !== this.#path) return;
      if (!this.#editor) {
        this.#room.replaceChildren();
        this.#editor = new Editor(this.#room, this.#hooks);
      }
      await this.#editor.open(path);
    } catch (error) {
      console.error(error);
      if (path === this.#path) this.#fail();
    }
  }

  /** Closes the masks; false if the author wants to stay with what is not saved. */
  close() {
    if (this.#path && this.#editor && !this.#editor.close()) return false;
    this.#path = "";
    return true;
  }

  /** @param {import("../server.js").Deck} deck  as the last build has left it */
  build(deck) {
    if (this.#path) this.#editor?.build(deck);
  }

  #fail() {
    this.#editor = null;
    this.#path = "";
    const back = make("button", { type: "button", class: "button", onclick: () => this.#hooks.leave() }, "Go back");
    const words = "Load the page again. If that does not help, the preview may have stopped.";
    const title = make("h2", {}, "The masks cannot be shown");
    this.#room.replaceChildren(make("div", { class: "none" }, title, make("p", {}, words), back));
  }
}
