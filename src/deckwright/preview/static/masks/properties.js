// What is said of the selected masks, in fields: words, numbers, and what is wrong, beside the field and at once.

import { make, say } from "../dom.js";
import { buttonOf } from "./bars.js";
import { boxed, keyOf, LEAST, turned } from "./shapes.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./work.js").Work} Work */
/** @typedef {Pick<import("./keeper.js").Keeper, "isRenamed" | "knownAs">} Keeper */
/** @typedef {import("./commands.js").Command} Command */
/** @typedef {"name" | "label" | "hint" | "group"} Text */
/** @typedef {"left" | "top" | "width" | "height" | "angle"} Numbered */
/** `shown` is the number that was put into it last: what is being written in it stays.
 * @typedef {{ element: HTMLElement, input: HTMLInputElement, note: HTMLElement, shown: string }} Field */

/** What the fields are called, and what stands in them while they are empty. @type {Record<Text, [string, string]>} */
const TEXTS = {
  name: ["Name", "The card's name"],
  label: ["Label", ""],
  hint: ["Hint", "Below the question"],
  group: ["Group", "As one card"],
};
/** @type {readonly Text[]} */
const NAMES = ["name", "group"];
/** @type {Record<Numbered, string>} */
const NUMBERS = { left: "Left", top: "Top", width: "Width", height: "Height", angle: "Angle" };

export class Properties {
  #work;
  #keeper;
  #title = make("h3", {}, "Mask");
  #none = make("p", { class: "soft" }, "Nothing is selected.");
  #fields = /** @type {Record<Text, Field>} */ ({});
  #numbers = /** @type {Record<Numbered, Field>} */ ({});
  #hideOne = make("input", { type: "checkbox", id: "mask-hide-one" });
  #hideOneField = make(
    "label",
    { class: "mask-check", for: "mask-hide-one" },
    this.#hideOne,
    make("span", {}, "Cover it only when it is asked"),
  );
  #grid = make("div", { class: "mask-numbers", role: "group", "aria-label": "Numbers, in pixels of the picture" });
  #corners = make("details", { class: "mask-corners" }, make("summary", {}, "Corners"));
  #cornerFields = make("ol", {});
  #deeds = make("div", { class: "mask-deeds", role: "toolbar", "aria-label": "What to do with the masks" });
  /** @type {{ command: Command, button: HTMLButtonElement }[]} */
  #buttons = [];
  #body;
  element;

  /**
   * @param {Work} work
   * @param {Keeper} keeper
   * @param {(words: string) => void} done  the author is done with a field
   */
  constructor(work, keeper, done) {
    this.#work = work;
    this.#keeper = keeper;
    for (const key of /** @type {Text[]} */ (Object.keys(TEXTS))) {
      const field = made(`mask-${key}`, TEXTS[key][0], { type: "text", autocomplete: "off", spellcheck: "false" });
      field.input.addEventListener("input", () => this.#write(key, field.input.value));
      field.input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        done("");
      });
      field.input.addEventListener("blur", () => {
        const [mask] = work.chosen;
        if (mask && work.selected.size === 1) field.input.value = mask[key];
      });
      this.#fields[key] = field;
    }
    for (const key of /** @type {Numbered[]} */ (Object.keys(NUMBERS))) {
      const field = made(`mask-${key}`, NUMBERS[key], { type: "number", step: "any", inputmode: "decimal" });
      field.input.addEventListener("change", () => this.#number(key, field.input));
      field.input.addEventListener("keydown", (event) => {
        const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        field.input.value = String(Number(field.input.value) + by * (event.shiftKey ? 10 : 1));
        this.#number(key, field.input);
      });
      this.#numbers[key] = field;
      this.#grid.append(field.element);
    }
    this.#hideOne.addEventListener("change", () => work.write({ hideOne: this.#hideOne.checked }));
    this.#corners.append(this.#cornerFields);
    const { name, label, hint, group } = this.#fields;
    this.#body = make(
      "div",
      { class: "mask-fields" },
      ...[name, label, hint, group].map((field) => field.element),
      this.#hideOneField,
      this.#grid,
      this.#corners,
    );
    this.element = make(
      "section",
      { class: "mask-properties", "aria-label": "Selection" },
      make("div", { class: "mask-title" }, this.#title, this.#deeds),
      this.#none,
      this.#body,
    );
  }

  /** @param {readonly Command[]} commands  those that have a button here */
  addButtons(commands) {
    for (const command of commands) {
      const button = buttonOf(command);
      this.#buttons.push({ command, button });
      this.#deeds.append(button);
    }
  }

  /** So that the name can be written. */
  focus() {
    const { input } = this.#fields.name;
    const first = input.disabled ? this.#fields.group.input : input;
    first.focus();
    first.select();
  }

  /**
   * @param {readonly Mask[]} chosen
   * @param {ReadonlyMap<string, { name: string, group: string }>} problems
   */
  draw(chosen, problems) {
    const [only] = chosen;
    const alone = chosen.length === 1 ? only : undefined;
    const isMoving = this.#work.isBusy;
    this.#none.hidden = chosen.length > 0;
    this.#body.hidden = !chosen.length;
    this.#deeds.hidden = !chosen.length;
    say(this.#title, chosen.length > 1 ? `${chosen.length} masks` : "Mask");
    if (!only) return;
    this.#drawNumbers(alone);
    if (isMoving) return;
    for (const key of /** @type {Text[]} */ (Object.keys(TEXTS))) {
      const { input, note, element } = this.#fields[key];
      const values = new Set(chosen.map((mask) => mask[key]));
      const isShared = values.size === 1;
      const value = isShared ? only[key] : "";
      const isWritten =
        document.activeElement === input && alone && NAMES.includes(key) && named(input.value) === value;
      if (input.value !== value && !isWritten) input.value = value;
      element.hidden = (key === "name" && !alone) || (key === "label" && (!alone || this.#work.isDrawing));
      input.disabled = this.#work.isFixed;
      input.placeholder = isShared ? TEXTS[key][1] || only.name : "Different ones";
      const wrong = alone && (key === "name" || key === "group") ? (problems.get(alone.uid)?.[key] ?? "") : "";
      input.setAttribute("aria-invalid", String(wrong !== ""));
      say(
        note,
        wrong || this.#about(key, alone) || (isWritten && input.value.trim() !== value ? `As a name: ${value}` : ""),
      );
      note.classList.toggle("is-wrong", wrong !== "");
    }
    this.#hideOneField.hidden = this.#work.isDrawing;
    this.#hideOne.disabled = this.#work.isFixed;
    this.#hideOne.checked = chosen.every((mask) => mask.hideOne);
    this.#hideOne.indeterminate = !this.#hideOne.checked && chosen.some((mask) => mask.hideOne);
    for (const { command, button } of this.#buttons) {
      button.hidden = command.hidden?.() ?? false;
      button.disabled = !(command.enabled?.() ?? true);
    }
    this.#drawCorners(alone);
  }

  /**
   * What learners notice of it.
   * @param {Text} key
   * @param {Mask | undefined} mask
   */
  #about(key, mask) {
    if (!mask || (key !== "name" && key !== "group")) return "";
    if (key === "group" ? !mask.group : mask.group) return "";
    if (!this.#keeper.isRenamed(mask)) return "";
    return `Learners keep their card: it was ${this.#keeper.knownAs(mask)}.`;
  }

  /** @param {Mask | undefined} mask */
  #drawNumbers(mask) {
    this.#grid.hidden = !mask || this.#work.isDrawing;
    if (!mask || this.#grid.hidden) return;
    for (const key of /** @type {Numbered[]} */ (Object.keys(NUMBERS))) {
      const field = this.#numbers[key];
      const { input } = field;
      const value = String(Math.round(mask[key] * 10) / 10);
      if (field.shown !== `${mask.uid} ${value}`) {
        field.shown = `${mask.uid} ${value}`;
        input.value = value;
      }
      if (input.disabled !== this.#work.isFixed) input.disabled = this.#work.isFixed;
    }
  }

  /** @param {Mask | undefined} mask */
  #drawCorners(mask) {
    const points = mask?.shape === "polygon" && !this.#work.isDrawing ? mask.points : [];
    this.#corners.hidden = !points.length;
    if (this.#cornerFields.childElementCount !== points.length) {
      this.#cornerFields.replaceChildren(...points.map((_, place) => make("li", {}, ...this.#cornerInputs(place))));
    }
    points.forEach((point, place) => {
      const inputs = this.#cornerFields.children[place]?.querySelectorAll("input") ?? [];
      for (const [at, input] of [...inputs].entries()) {
        const value = String(Math.round((at ? point.y : point.x) * 10) / 10);
        if (document.activeElement !== input) input.value = value;
        input.disabled = this.#work.isFixed || Boolean(mask?.angle);
      }
    });
  }

  /** @param {number} place */
  #cornerInputs(place) {
    return /** @type {const} */ (["x", "y"]).map((axis) => {
      const words = `Corner ${place + 1}, ${axis === "x" ? "from the left" : "from the top"}`;
      const input = make("input", { type: "number", step: "any", "aria-label": words });
      input.addEventListener("change", () => {
        const [mask] = this.#work.chosen;
        const number = Number(input.value);
        if (!mask || input.value === "" || !Number.isFinite(number)) return;
        const point = { ...(mask.points[place] ?? { x: 0, y: 0 }), [axis]: number };
        this.#work.movePoint(place, point);
        this.#drawCorners(this.#work.chosen[0]);
      });
      return input;
    });
  }

  /**
   * @param {Text} key
   * @param {string} text
   */
  #write(key, text) {
    if (key === "hint" || key === "label") return this.#work.write({ [key]: text });
    const value = named(text);
    const [mask] = this.#work.chosen;
    // A name is written as people write. Where it becomes another one, cards show what was written, unless a label is there.
    const isOwn = key === "name" && mask && (!mask.label || named(mask.label) === mask.name) && !this.#work.isDrawing;
    const label = text.trim() === value ? "" : text.trim();
    this.#work.write(isOwn ? { name: value, label } : { [key]: value });
  }

  /**
   * @param {Numbered} key
   * @param {HTMLInputElement} input
   */
  #number(key, input) {
    const [mask] = this.#work.chosen;
    const number = Number(input.value);
    const { size } = this.#work;
    if (!mask || mask[key] === number) return;
    if (input.value === "" || !Number.isFinite(number)) {
      this.#numbers[key].shown = "";
      return this.#drawNumbers(mask);
    }
    const most = { width: size.width, height: size.height, left: size.width, top: size.height, angle: 360 }[key];
    const least = key === "width" || key === "height" ? LEAST : key === "angle" ? -360 : 0;
    const within = Math.min(Math.max(number, least), most);
    const { left, top, width, height } = mask;
    const made =
      key === "angle"
        ? turned(mask, within - mask.angle, { x: left, y: top })
        : boxed(mask, { left, top, width, height, [key]: within });
    this.#work.reshape(made, `the ${NUMBERS[key].toLowerCase()} of ${keyOf(mask)}`);
    this.#numbers[key].shown = ""; // It may be another number than was written.
    this.#drawNumbers(this.#work.chosen[0]);
  }
}

/** What is written, as a name. @param {string} text */
function named(text) {
  return text.trim().replace(/\s+/g, "-");
}

/**
 * @param {string} id
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @returns {Field}
 */
function made(id, name, attributes) {
  const input = make("input", { id, ...attributes, "aria-describedby": `${id}-note` });
  const note = make("p", { id: `${id}-note`, class: "mask-note" });
  const element = make("div", { class: "mask-field" }, make("label", { for: id }, name), input, note);
  return { element, input, note, shown: "" };
}
