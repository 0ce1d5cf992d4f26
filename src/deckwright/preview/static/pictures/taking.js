// Pictures that somebody pastes, drops or chooses. What is dropped beside the target never leads the page elsewhere.

import { find } from "../dom.js";

/** Milliseconds that a notice is seen. */
const SEEN = 6000;

export class Taking {
  #target = find("drop", HTMLElement);
  #notice = find("notice", HTMLElement);
  #hiding = 0;
  #on;

  /**
   * @param {object} on
   * @param {(files: File[]) => void} on.taken
   * @param {() => "gladly" | "silently" | "never"} on.takes  whether pictures are taken now: where they are seen, where a paste
   *   may also mean something else, or not at all
   * @param {() => string} on.folder  in which they are saved
   */
  constructor(on) {
    this.#on = on;
    addEventListener("paste", (event) => this.#paste(event));
    for (const name of /** @type {const} */ (["dragenter", "dragover"])) {
      addEventListener(name, (event) => this.#drag(event));
    }
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) this.#target.hidden = true;
    });
    addEventListener("drop", (event) => this.#drop(event));
    const input = find("pictures-files", HTMLInputElement);
    find("pictures-add", HTMLButtonElement).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.#take([...(input.files ?? [])]);
      input.value = "";
    });
  }

  /**
   * Says for a moment what somebody has to know.
   * @param {string} words
   */
  say(words) {
    this.#notice.textContent = words;
    this.#notice.hidden = false;
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => {
      this.#notice.hidden = true;
    }, SEEN);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const takes = this.#takes();
    if (takes === "never") return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      this.#take(files.map(unnamed));
    } else if (takes === "gladly" && !(event.target instanceof HTMLInputElement)) {
      this.say("There is no picture in the clipboard.");
    }
  }

  /** @param {DragEvent} event */
  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const takes = this.#takes() !== "never";
    event.dataTransfer.dropEffect = takes ? "copy" : "none";
    if (!takes || !this.#target.hidden) return;
    find("drop-folder", HTMLElement).textContent = this.#on.folder();
    this.#target.hidden = false;
  }

  /** @param {DragEvent} event */
  #drop(event) {
    this.#target.hidden = true;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (this.#takes() !== "never") this.#take([...event.dataTransfer.files]);
  }

  #takes() {
    return document.querySelector("dialog[open]") ? "never" : this.#on.takes();
  }

  /** @param {File[]} files */
  #take(files) {
    const pictures = files.filter(({ type }) => type.startsWith("image/"));
    const other = files.find((file) => !pictures.includes(file));
    if (other) this.say(`${other.name} is not a picture.`);
    if (pictures.length) this.#on.taken(pictures);
  }
}

/**
 * Browsers name what is pasted from a screenshot, and that is no name.
 * @param {File} file
 */
function unnamed(file) {
  return /^image\.\w+$/.test(file.name) ? new File([file], "", { type: file.type }) : file;
}
