// The bars: above the picture what it is and whether it is saved, over it the tools, the zoom, and what has to be told.

import { make, say } from "../dom.js";
import { icon } from "./svg.js";

/** @typedef {import("./commands.js").Command} Command */
/** @typedef {{ words: string, run: () => unknown, isMain?: boolean }} Way */

export class Bars {
  #name = make("h2", { class: "mask-name" });
  #state = make("p", { class: "mask-state" });
  #zoom = make("button", { type: "button", class: "mask-percent", title: "Whole picture (0)" });
  /** @type {{ command: Command, button: HTMLButtonElement }[]} */
  #buttons = [];
  #save;
  head;
  tools = make("div", { class: "mask-tools", role: "toolbar", "aria-label": "Tools" });
  zoom = make("div", { class: "mask-zoom", role: "group", "aria-label": "Zoom" });
  /** What has to be told, with what can be done about it. */
  banner = make("div", { class: "mask-banner", role: "alert", hidden: true });

  /**
   * @param {readonly Command[]} commands
   * @param {() => void} leave
   */
  constructor(commands, leave) {
    const by = (/** @type {string} */ id) => /** @type {Command} */ (commands.find((command) => command.id === id));
    const save = by("save");
    this.#save = make("button", { type: "button", class: "main-button mask-save", title: "Save (Ctrl+S)" }, "Save");
    this.#save.addEventListener("click", () => save.run(""));
    const back = { type: "button", class: "tool mask-back", title: "Back (Esc)", "aria-label": "Back", onclick: leave };
    this.head = make(
      "div",
      { class: "mask-bar" },
      make("button", back, icon("back")),
      this.#name,
      this.#state,
      make("div", { class: "mask-undo" }, this.#button(by("undo")), this.#button(by("redo"))),
      this.#save,
    );
    for (const id of ["select", "rect", "ellipse", "polygon", "mark"]) this.tools.append(this.#button(by(id)));
    this.tools.append(make("span", { class: "mask-gap", "aria-hidden": "true" }));
    for (const id of ["labels", "each"]) this.tools.append(this.#button(by(id)));
    this.tools.append(this.#button(by("cover")));
    this.#zoom.addEventListener("click", () => by("fit").run(""));
    this.zoom.append(this.#button(by("out")), this.#zoom, this.#button(by("in")));
  }

  /** @param {string} path */
  name(path) {
    const place = path.lastIndexOf("/") + 1;
    this.#name.replaceChildren(make("span", { class: "soft" }, path.slice(0, place)), path.slice(place));
    this.#name.title = path;
  }

  /**
   * @param {{ tool: string, covers: boolean, scale: number, unsaved: boolean, saving: boolean, refused: string, reading: boolean }} now
   */
  draw(now) {
    for (const { command, button } of this.#buttons) {
      const hidden = command.hidden?.() ?? false;
      if (button.hidden !== hidden) button.hidden = hidden;
      const disabled = !(command.enabled?.() ?? true);
      if (button.disabled !== disabled) button.disabled = disabled;
      const isTool = ["select", "rect", "ellipse", "polygon", "mark"].includes(command.id);
      if (isTool) press(button, command.id === now.tool);
      if (command.id === "cover") press(button, now.covers);
      if (command.id === "labels") button.setAttribute("aria-busy", String(now.reading));
    }
    const words = now.refused ? "Cannot be saved" : now.saving ? "Saving…" : now.unsaved ? "Unsaved" : "Saved";
    say(this.#state, words);
    this.#state.dataset.state = words.split(/\W/)[0]?.toLowerCase() ?? "";
    const cannot = now.saving || !now.unsaved || now.refused !== "";
    if (this.#save.disabled !== cannot) this.#save.disabled = cannot;
    const percent = `${Math.round(now.scale * 100)} %`;
    say(this.#zoom, percent);
    this.#zoom.setAttribute("aria-label", `Whole picture; the zoom is ${percent}`);
  }

  /**
   * @param {string} words
   * @param {readonly Way[]} ways
   * @param {Node | null} [more]
   * @param {boolean} [isBad]
   */
  tell(words, ways, more = null, isBad = false) {
    this.banner.replaceChildren(
      make("p", {}, words),
      ...(more ? [more] : []),
      make(
        "div",
        { class: "mask-ways" },
        ...ways.map(({ words, run, isMain }) =>
          make("button", { type: "button", class: isMain ? "mask-way is-main" : "mask-way", onclick: run }, words),
        ),
      ),
    );
    this.banner.classList.toggle("is-bad", isBad);
    this.banner.hidden = false;
  }

  hush() {
    this.banner.hidden = true;
    this.banner.replaceChildren();
  }

  /** @param {Command} command */
  #button(command) {
    const button = buttonOf(command);
    this.#buttons.push({ command, button });
    return button;
  }
}

/** @param {Command} command */
export function buttonOf(command) {
  const title = command.shown ? `${command.words} (${command.shown})` : command.words;
  return make(
    "button",
    { type: "button", class: "tool", title, "aria-label": command.words, onclick: () => command.run("") },
    command.icon ? icon(command.icon) : make("span", {}, "Mask all"),
  );
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} isPressed
 */
function press(button, isPressed) {
  const told = String(isPressed);
  if (button.getAttribute("aria-pressed") !== told) button.setAttribute("aria-pressed", told);
}
