// Keys in the editor: which command they are, and when they are somebody else's.

import { takesText } from "../dom.js";
import { pressed } from "./commands.js";

/** @typedef {import("./commands.js").Command} Command */

/** What browsers do with these themselves, where there is no mask to copy or to paste. */
const BOARD = ["copy", "cut", "paste"];

export class Keyboard {
  #room;
  #on;
  /** @type {Map<string, Command>} */
  #commands = new Map();

  /**
   * @param {HTMLElement} room
   * @param {readonly Command[]} commands
   * @param {{ hold: (event: KeyboardEvent) => void, escape: () => boolean, leaveField: () => void, choose: (target: SVGElement) => void }} on
   * `escape` says whether there was something to give up; `choose` is for what has the focus in the picture
   */
  constructor(room, commands, on) {
    this.#room = room;
    this.#on = on;
    for (const command of commands) for (const key of command.keys) this.#commands.set(key, command);
  }

  /** @param {boolean} on */
  listen(on) {
    const what = on ? "addEventListener" : "removeEventListener";
    document[what]("keydown", /** @type {EventListener} */ (this.#press));
    document[what]("keyup", /** @type {EventListener} */ (this.#release));
  }

  #press = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented || this.#room.hidden || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    const isOurs = !target || target === document.body || target.id === "main" || this.#room.contains(target);
    if (this.#isTaken(event, target, isOurs)) event.preventDefault();
  };

  #release = (/** @type {KeyboardEvent} */ event) => this.#on.hold(event);

  /**
   * Does what belongs to a key; whether there was something.
   * @param {KeyboardEvent} event
   * @param {Element | null} target
   * @param {boolean} isOurs
   */
  #isTaken(event, target, isOurs) {
    const key = pressed(event);
    const command = this.#commands.get(key);
    const isField = takesText(target) && !(target instanceof HTMLInputElement && target.type === "checkbox");
    if (isField && !(isOurs && (key === "Escape" || command?.everywhere))) return false;
    if (isField && key === "Escape") {
      this.#on.leaveField();
      return true;
    }
    this.#on.hold(event);
    if ((key === "Enter" || key === " ") && target?.closest("button, a, summary, input")) return false;
    if (key === "Escape") return this.#on.escape();
    if (key === " ") {
      if (isOurs && target instanceof SVGElement && !event.repeat) this.#on.choose(target);
      return isOurs;
    }
    if (!command) return false;
    const runs = !command.hidden?.() && (command.enabled?.() ?? true);
    if (runs) command.run(key);
    return runs || !BOARD.includes(command.id);
  }
}
