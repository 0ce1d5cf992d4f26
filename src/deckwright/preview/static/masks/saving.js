// Reading and saving: what is told when the files have changed meanwhile, and what to paste after the first save.

import { counted, make } from "../dom.js";
import { encoded } from "../server.js";
import { Keeper, sizeOf } from "./keeper.js";
import { slug } from "./names.js";
import * as wire from "./wire.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./wire.js").Picture} Picture */
/** @typedef {import("./work.js").Work} Work */
/** @typedef {import("./bars.js").Bars} Bars */

export class Saving {
  #work;
  #bars;
  #on;
  keeper = new Keeper();
  /** @type {Picture | null} */
  picture = null;
  isSaving = false;
  /** What is on the disk and not in the editor, after somebody else has changed it. @type {readonly Mask[]} */
  ghosts = [];
  /** Counts what was opened: an answer for another picture comes too late. */
  #turn = 0;
  /** A build came while there was no time for it. */
  #missed = false;

  /**
   * @param {Work} work
   * @param {Bars} bars
   * @param {{ shown: (again: boolean) => void, changed: () => void, say: (words: string) => void, mode: () => string }} on
   */
  constructor(work, bars, on) {
    this.#work = work;
    this.#bars = bars;
    this.#on = on;
  }

  get isUnsaved() {
    return this.picture !== null && this.keeper.isUnsaved(this.#work.settled);
  }

  /**
   * Whether it could be read. A message says why not.
   * @param {string} path
   */
  async open(path) {
    const turn = ++this.#turn;
    this.picture = null;
    this.keeper = new Keeper();
    this.ghosts = [];
    this.#bars.hush();
    const answer = await wire.read(path);
    if (turn !== this.#turn) return false;
    if (wire.isRefusal(answer)) {
      this.#bars.tell(answer.message, [], null, true);
      return false;
    }
    this.#take(answer, false);
    return true;
  }

  close() {
    this.#turn += 1;
    this.picture = null;
    this.ghosts = [];
    this.#work.start([], { width: 1, height: 1 }, false);
  }

  /** Whether all is on the disk now. */
  async save() {
    const { picture } = this;
    if (!picture || this.isSaving || picture.refused || !this.isUnsaved) return !this.isUnsaved;
    const [turn, masks] = [this.#turn, this.#work.settled];
    this.isSaving = true;
    this.#on.changed();
    try {
      const answer = await wire.write(picture.path, picture.version, this.keeper.toSend(masks));
      if (turn !== this.#turn) return false;
      if (wire.isRefusal(answer)) await this.#refused(answer);
      else {
        const isFirst = !picture.masks.length && !answer.notes.length && masks.length > 0;
        this.picture = answer;
        this.keeper.saved(masks, answer);
        this.ghosts = [];
        this.#bars.hush();
        this.#on.shown(true);
        this.#on.say(`Saved: ${answer.target}`);
        if (isFirst) this.#showSection(answer);
        else this.#tellProblems(answer);
      }
    } catch {
      this.#bars.tell(
        "Nothing was saved: the preview has stopped. Start it again, and save.",
        [this.#again()],
        null,
        true,
      );
    } finally {
      this.isSaving = false;
      this.#on.changed();
    }
    return !this.isUnsaved;
  }

  /** Asks what was not asked while masks were saved, drawn or moved. */
  catchUp() {
    if (this.#missed) void this.built();
  }

  /**
   * A build came: whether the files are other ones now.
   * @returns {Promise<void>}
   */
  async built() {
    const { picture } = this;
    if (!picture) return;
    this.#missed = this.isSaving || this.#work.isBusy;
    if (this.#missed) return;
    const turn = this.#turn;
    const answer = await wire.read(picture.path).catch(() => null);
    if (turn !== this.#turn || !answer || wire.isRefusal(answer)) return;
    this.#missed = this.isSaving || this.#work.isBusy;
    if (this.#missed) return;
    if (this.picture !== picture) return this.built(); // It was saved meanwhile: the answer may be of before.
    if (answer.version === this.picture?.version) {
      this.picture = answer; // Its notes may be other ones.
      this.#on.shown(true);
    } else if (this.isUnsaved) this.#tellChange();
    else {
      this.#take(answer, true);
      this.#on.say("What is on the disk has changed, and was loaded again.");
    }
  }

  /**
   * @param {Picture} picture
   * @param {boolean} again
   */
  #take(picture, again) {
    const names = new Set(this.#work.chosen.map((mask) => mask.name));
    this.picture = picture;
    this.ghosts = [];
    this.#bars.hush();
    const masks = this.keeper.read(picture);
    this.#work.isFixed = picture.refused !== "";
    this.#work.start(masks, sizeOf(picture), picture.kind === "drawing");
    if (again) this.#work.select(masks.filter((mask) => names.has(mask.name)).map((mask) => mask.uid));
    this.#on.shown(again);
    if (picture.refused) this.#bars.tell(picture.refused, [], null, true);
    else this.#tellProblems(picture);
  }

  /** What the build says of the masks that are on the disk. @param {Picture} picture */
  #tellProblems({ masks, problems }) {
    const errors = masks.length ? problems.filter((one) => one.severity === "error") : [];
    if (!errors.length) return;
    const close = { words: "Close", run: () => this.#bars.hush() };
    this.#bars.tell("The build cannot use all of it as it is on the disk:", [close], listed(errors), true);
  }

  /** @param {wire.Refusal} refusal */
  async #refused(refusal) {
    if (refusal.status === 409) return this.#tellChange();
    const close = { words: "Close", run: () => this.#bars.hush() };
    const problems = refusal.problems.length ? listed(refusal.problems) : null;
    this.#bars.tell(problems ? "Nothing was saved:" : refusal.message, [close], problems, true);
  }

  /** Nothing is written over what others have written, unless it was looked at. */
  #tellChange() {
    const { target = "The file", path = "" } = this.picture ?? {};
    const changed = target === path ? target : `${target} or the picture`;
    this.#bars.tell(
      `${changed} has changed on the disk. Your changes are not saved.`,
      [
        { words: "Load what is on the disk", run: () => this.#load() },
        { words: "Keep mine, and look", run: () => this.#keep(), isMain: true },
      ],
      null,
      true,
    );
  }

  async #load() {
    const answer = await this.#asked();
    if (answer) this.#take(answer, true);
  }

  async #keep() {
    const answer = await this.#asked();
    if (!answer) return;
    const { ghosts, apart } = this.keeper.compare(this.#work.settled, answer);
    this.picture = answer;
    this.ghosts = ghosts;
    const parts = [
      apart.changed && `${counted(apart.changed, "mask")} elsewhere or with other words (dashed)`,
      apart.added && `${counted(apart.added, "mask")} that you do not have (dashed)`,
      apart.gone && `not ${counted(apart.gone, "mask")} of yours`,
    ].filter(Boolean);
    const words = parts.length
      ? `On the disk there is: ${parts.join("; ")}.`
      : "Your masks are the same as on the disk.";
    /** @type {import("./bars.js").Way[]} */
    const ways = [{ words: "Load what is on the disk", run: () => this.#load() }];
    if (parts.length) ways.push({ words: "Save mine over it", run: () => this.save() });
    else ways.push({ words: "Close", run: () => this.#bars.hush() });
    this.#bars.tell(words, ways);
    this.#on.shown(true);
  }

  async #asked() {
    const turn = this.#turn;
    const answer = this.picture && (await wire.read(this.picture.path).catch(() => null));
    return answer && turn === this.#turn && !wire.isRefusal(answer) ? answer : null;
  }

  /** @param {Picture} picture */
  #showSection({ path }) {
    const text = section(path, this.#on.mode());
    const copy = async () => {
      await navigator.clipboard.writeText(text).catch(() => null);
      this.#on.say("Copied.");
    };
    this.#bars.tell(
      "Saved. Paste this section into a file of notes, and the cards are there:",
      [
        { words: "Copy", run: copy, isMain: true },
        { words: "Close", run: () => this.#bars.hush() },
      ],
      make("pre", { tabindex: 0, "aria-label": "Section" }, text),
    );
  }

  /** @returns {import("./bars.js").Way} */
  #again() {
    return { words: "Save again", run: () => this.save(), isMain: true };
  }
}

/**
 * A section of Markdown that asks for the masks of a picture: as for one that was pasted, see preview/uploads.py.
 * @param {string} path
 * @param {string} mode
 */
export function section(path, mode) {
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
  const words = stem.match(/[\p{L}\p{N}]+/gu)?.join(" ") || "Picture";
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  const id = slug(stem);
  const said = `.occlusion${id ? ` #${id}` : ""}${mode === "hide-one" ? ' mode="hide-one"' : ""}`;
  return `## ${title} {${said}}\n\n![${title}](../${encoded(path)})\n`;
}

/** @param {readonly wire.Problem[]} problems */
function listed(problems) {
  return make("ul", {}, ...problems.map(({ message, hint }) => make("li", {}, hint ? `${message}: ${hint}` : message)));
}
