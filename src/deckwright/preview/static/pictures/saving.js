// The dialog in which a picture gets its name, is saved, and leads on: to the Markdown of its note, and to its masks.

import { find, make, say } from "../dom.js";
import { LARGEST, Refused, save } from "../server.js";

/** @typedef {import("../server.js").Saved} Saved */

/** @type {Record<string, string>} */
const ENDINGS = {
  "image/avif": ".avif",
  "image/bmp": ".bmp",
  "image/gif": ".gif",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/svg+xml": ".svg",
  "image/webp": ".webp",
};

export class Saving {
  #dialog = find("saving", HTMLDialogElement);
  #title = find("saving-title", HTMLElement);
  #body = find("saving-body", HTMLElement);
  #told = find("saving-told", HTMLElement);
  /** Those that come after the one that is shown. @type {File[]} */
  #next = [];
  /** What is sent just now. @type {AbortController | null} */
  #sending = null;
  #on;

  /**
   * @param {object} on
   * @param {() => string} on.folder  in which pictures are saved
   * @param {() => void} on.saved
   */
  constructor(on) {
    this.#on = on;
    this.#dialog.addEventListener("close", () => {
      this.#sending?.abort();
      this.#next = [];
      this.#body.replaceChildren();
    });
  }

  /**
   * Asks for the names of pictures, one after the other.
   * @param {File[]} files
   */
  open(files) {
    const [file, ...next] = files;
    if (!file) return;
    this.#next = next;
    this.#ask(file);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#body.querySelector("input")?.select();
  }

  /** @param {File} file */
  #ask(file) {
    const more = this.#next.length;
    say(this.#title, more ? `Add a picture, and then ${more} more` : "Add a picture");
    say(this.#told, "");
    const [stem, ending] = proposed(file);
    const shown = make("span", {}, ending);
    const field = make("input", {
      id: "saving-name",
      value: stem,
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      "aria-describedby": "saving-fault",
      enterkeyhint: "done",
    });
    const fault = make("p", { class: "fault", id: "saving-fault", role: "alert" });
    const button = make("button", { class: "main-button" }, "Save picture");
    const form = make(
      "form",
      { class: "asked" },
      make("label", { for: "saving-name" }, "Name"),
      make("div", { class: "named path" }, make("span", {}, `${this.#on.folder() || "media"}/`), field, shown),
      fault,
      make("div", { class: "ways" }, button, this.#closer("Cancel")),
    );
    const fail = (/** @type {string} */ words) => {
      say(fault, words);
      field.setAttribute("aria-invalid", "true");
      field.select();
      field.focus();
    };
    field.addEventListener("input", () => {
      say(fault, "");
      field.removeAttribute("aria-invalid");
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (this.#sending) return;
      const name = field.value.trim();
      if (!name) return fail("A picture needs a name.");
      say(fault, "");
      say(button, "Saving…");
      this.#sending = new AbortController();
      try {
        const saved = await save(name + shown.textContent, file, this.#sending.signal);
        this.#on.saved();
        if (form.isConnected) this.#show(saved);
      } catch (error) {
        if (!form.isConnected) return;
        if (error instanceof Refused && error.proposal) [field.value, shown.textContent] = parted(error.proposal);
        fail(
          error instanceof Refused
            ? error.message
            : "The preview does not answer: start it again, then save once more.",
        );
      } finally {
        this.#sending = null;
        say(button, "Save picture");
      }
    });
    const words = "It is saved in your project. Your notes stay as they are.";
    this.#body.replaceChildren(make("p", {}, words), ...seen(file), form);
    if (file.size > LARGEST) fail("The picture is larger than 32 MiB, and cannot be saved here.");
  }

  /** @param {Saved} saved */
  #show({ path, section, masks }) {
    say(this.#title, "The picture is saved");
    const text = make("code", {}, section.trim());
    const copy = make("button", { type: "button", class: "quiet-button" }, "Copy");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(`${section.trim()}\n`);
        say(copy, "Copied");
        say(this.#told, "Copied");
      } catch {
        getSelection()?.selectAllChildren(text); // The browser does not allow it: one key copies what is selected.
        say(this.#told, "The section is selected");
      }
    });
    const draw = make("a", { class: "button", href: masks }, "Draw masks");
    draw.addEventListener("click", () => this.#dialog.close());
    const next = this.#next;
    const more = make(
      "button",
      { type: "button", class: "quiet-button", onclick: () => this.open(next) },
      "Next picture",
    );
    this.#body.replaceChildren(
      make("p", {}, "It is in ", make("code", {}, path), ". Draw its masks, and paste this section into your notes:"),
      make("div", { class: "section" }, make("pre", { class: "source", tabindex: 0 }, text), copy),
      make("div", { class: "ways" }, draw, next.length ? more : this.#closer("Done")),
    );
    say(this.#told, `Saved as ${path}`);
    draw.focus();
  }

  /** @param {string} words */
  #closer(words) {
    return make("button", { type: "button", class: "quiet-button", onclick: () => this.#dialog.close() }, words);
  }
}

/**
 * The picture, and how large it is.
 * @param {File} file
 * @returns {Node[]}
 */
function seen(file) {
  const picture = make("img", { alt: "The picture" });
  const size = make("p", { class: "soft" }, bytes(file.size));
  const room = make("div", { class: "thumb" }, picture);
  picture.addEventListener("load", () => {
    room.classList.add("seen");
    const pixels = `${picture.naturalWidth.toLocaleString("en")} × ${picture.naturalHeight.toLocaleString("en")} pixels`;
    say(size, file.type === "image/svg+xml" ? `SVG, ${bytes(file.size)}` : `${pixels}, ${bytes(file.size)}`);
  });
  picture.addEventListener("error", () => say(size, "Your browser cannot show it."));
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    picture.src = String(reader.result); // The page's policy allows no other address of what is not saved yet.
  });
  if (file.size <= LARGEST) reader.readAsDataURL(file);
  return [room, size];
}

/** @param {number} size */
function bytes(size) {
  if (size < 1 << 20) return `${Math.max(1, Math.round(size / 1024)).toLocaleString("en")} KiB`;
  return `${(size / (1 << 20)).toFixed(1)} MiB`;
}

/**
 * A name for a picture, and its ending: in the way of names in Markdown, without spaces.
 * @param {File} file
 * @returns {[string, string]}
 */
function proposed({ name, type }) {
  const [stem, ending] = parted(name);
  const plain = stem
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return [plain || "picture", ENDINGS[type] ?? ending.toLowerCase()];
}

/**
 * What stands before the last dot of a name, and the rest.
 * @param {string} name
 * @returns {[string, string]}
 */
function parted(name) {
  const [, stem = name, ending = ""] = /^(.+?)(\.\w{1,5})?$/s.exec(name) ?? [];
  return [stem, ending];
}
