// The masks that are worked on, which of them are selected, and all that can be done to them. It knows nothing of the page.

import * as arrange from "./arrange.js";
import * as copies from "./copies.js";
import { History } from "./history.js";
import * as names from "./names.js";
import { bounds, broughtInside, reshaped } from "./shapes.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {{ masks: readonly Mask[], selected: ReadonlySet<string> }} State */
/** @typedef {Partial<Pick<Mask, "name" | "group" | "hint" | "label" | "hideOne">>} Words */

export class Work {
  #history = new History(/** @type {State} */ ({ masks: [], selected: new Set() }));
  /** What is seen while something is drawn or moved. @type {readonly Mask[] | null} */
  #seen = null;
  #changed;
  /** @type {Size} */
  size = { width: 1, height: 1 };
  /** Whether the masks are elements of an SVG, which stay where they are. */
  isDrawing = false;
  /** Whether nothing may be changed. */
  isFixed = false;
  #isBusy = false;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Whether the pointer is doing something. */
  get isBusy() {
    return this.#isBusy;
  }

  set isBusy(isBusy) {
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    this.#changed();
  }

  /** In their order, as they are seen now. */
  get masks() {
    return this.#seen ?? this.#history.state.masks;
  }

  /** As they are without what is being done with the pointer. */
  get settled() {
    return this.#history.state.masks;
  }

  get selected() {
    return this.#history.state.selected;
  }

  /** The selected masks, in their order. */
  get chosen() {
    const { selected } = this;
    return selected.size ? this.masks.filter((mask) => selected.has(mask.uid)) : [];
  }

  get undoes() {
    return this.#history.undoes;
  }

  get redoes() {
    return this.#history.redoes;
  }

  /**
   * Begins with the masks of a picture; nothing before can be undone.
   * @param {readonly Mask[]} masks
   * @param {Size} size
   * @param {boolean} isDrawing
   */
  start(masks, size, isDrawing) {
    this.#history = new History(/** @type {State} */ ({ masks, selected: new Set() }));
    this.#seen = null;
    this.size = size;
    this.isDrawing = isDrawing;
    this.#changed();
  }

  // While something is drawn or moved

  /**
   * Shows masks in place of those that were, until they are kept or dropped.
   * @param {readonly Mask[] | null} masks
   */
  preview(masks) {
    this.#seen = masks;
    this.#changed();
  }

  /** @param {readonly Mask[]} some  in place of those of the same uid */
  previewOf(some) {
    this.preview(replaced(this.settled, some));
  }

  // Steps

  /**
   * A step that can be undone.
   * @param {readonly Mask[]} masks
   * @param {string} words  what was done, as "Move 2 masks"
   * @param {Iterable<string>} [selected]
   * @param {string} [merge]
   */
  keep(masks, words, selected = this.selected, merge = "") {
    this.#seen = null;
    const there = new Set(masks.map((mask) => mask.uid));
    const chosen = new Set([...selected].filter((uid) => there.has(uid)));
    const before = this.settled;
    const same = masks.length === before.length && masks.every((mask, place) => mask === before[place]);
    if (same || this.isFixed) this.#history.replace({ masks: before, selected: same ? chosen : this.selected });
    else this.#history.add({ masks, selected: chosen }, words, merge);
    this.#changed();
  }

  /**
   * @param {readonly Mask[]} some
   * @param {string} words
   * @param {string} [merge]
   */
  keepOf(some, words, merge) {
    this.keep(replaced(this.settled, some), words, this.selected, merge);
  }

  undo() {
    this.#seen = null;
    const words = this.#history.undo();
    this.#changed();
    return words;
  }

  redo() {
    this.#seen = null;
    const words = this.#history.redo();
    this.#changed();
    return words;
  }

  // Selection

  /** @param {Iterable<string>} uids */
  select(uids) {
    const selected = new Set(uids);
    const same = selected.size === this.selected.size && [...selected].every((uid) => this.selected.has(uid));
    if (same) return;
    this.#history.replace({ masks: this.settled, selected });
    this.#history.part();
    this.#changed();
  }

  /** @param {string} uid */
  toggle(uid) {
    const selected = new Set(this.selected);
    if (!selected.delete(uid)) selected.add(uid);
    this.select(selected);
  }

  /** The next mask or the one before, in their order. @param {1 | -1} by */
  step(by) {
    const { masks } = this;
    const place = masks.findIndex((mask) => this.selected.has(mask.uid));
    const next = place < 0 ? (by > 0 ? 0 : masks.length - 1) : (place + by + masks.length) % masks.length;
    const mask = masks[next];
    if (mask) this.select([mask.uid]);
    return mask ?? null;
  }

  // Deeds

  /**
   * @param {Omit<Mask, "uid" | "name" | "group" | "hint" | "was" | "hideOne" | "isKnown">} shape
   * @param {string} [text]  what it covers
   */
  add(shape, text = "") {
    const mask = this.fresh(shape, text, names.taken(this.settled));
    this.keep([...this.settled, mask], `Add ${mask.name}`, [mask.uid]);
    return mask;
  }

  /**
   * Masks of several labels, in one step.
   * @param {readonly { shape: Parameters<Work["add"]>[0], text: string }[]} several
   */
  addAll(several) {
    const taken = names.taken(this.settled);
    const made = several.map(({ shape, text }) => {
      const mask = this.fresh(shape, text, taken);
      taken.add(mask.name);
      return mask;
    });
    this.keep(
      [...this.settled, ...made],
      `Add ${counted(made)}`,
      made.map((mask) => mask.uid),
    );
    return made;
  }

  /**
   * @param {Parameters<Work["add"]>[0]} shape
   * @param {string} text
   * @param {ReadonlySet<string>} taken
   * @returns {Mask}
   */
  fresh(shape, text, taken) {
    const wish = names.slug(text);
    const name = wish ? names.unused(wish, taken) : names.anyName(taken);
    const label = text && text !== name ? text : "";
    return {
      ...shape,
      uid: copies.newUid(),
      name,
      group: "",
      hint: "",
      was: "",
      hideOne: false,
      isKnown: false,
      label,
    };
  }

  remove() {
    const gone = this.chosen;
    if (!gone.length || this.isFixed) return [];
    this.keep(
      this.settled.filter((mask) => !this.selected.has(mask.uid)),
      `Delete ${counted(gone)}`,
      [],
    );
    return gone;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  nudge(x, y) {
    if (this.isDrawing || !this.selected.size) return;
    const { chosen } = this;
    this.keepOf(arrange.movedAll(chosen, x, y, this.size), `Move ${counted(chosen)}`, "nudge");
  }

  /** @param {arrange.Edge} edge */
  align(edge) {
    const { chosen } = this;
    if (this.isDrawing || chosen.length < 2) return;
    this.keepOf(arrange.aligned(chosen, edge), `Align ${counted(chosen)}`);
  }

  /** @param {"across" | "down"} axis */
  distribute(axis) {
    const { chosen } = this;
    if (this.isDrawing || chosen.length < 3) return;
    this.keepOf(arrange.distributed(chosen, axis), `Distribute ${counted(chosen)}`);
  }

  copy() {
    if (this.isDrawing) return 0;
    copies.copy(this.chosen);
    return this.chosen.length;
  }

  get canPaste() {
    return copies.isThereSomething() && !this.isDrawing && !this.isFixed;
  }

  paste() {
    if (this.canPaste) this.addCopies(copies.pasted(this.settled, this.size), "Paste");
  }

  duplicate() {
    if (this.isDrawing || !this.selected.size) return;
    const beside = arrange.beside(this.chosen, copies.gap(this.size), this.size);
    this.addCopies(copies.copies(beside, this.settled), "Duplicate");
  }

  /**
   * @param {readonly Mask[]} made
   * @param {string} words
   */
  addCopies(made, words) {
    const uids = made.map((mask) => mask.uid);
    this.keep([...this.settled, ...made], `${words} ${counted(made)}`, uids);
  }

  /** One card for all that are selected. The name is that of a group among them, or what their names begin with. */
  group() {
    const { chosen } = this;
    if (chosen.length < 2) return;
    const others = this.settled.filter((mask) => !this.selected.has(mask.uid));
    const common = commonStart(chosen.map((mask) => mask.name));
    const wish = chosen.find((mask) => mask.group)?.group ?? (common || `${chosen[0]?.name}-group`);
    const taken = names.taken(others);
    for (const { name } of chosen) taken.add(name);
    const group = names.unused(wish, taken);
    this.keepOf(
      chosen.map((mask) => ({ ...mask, group })),
      `Group ${counted(chosen)}`,
    );
  }

  ungroup() {
    const chosen = this.chosen.filter((mask) => mask.group);
    if (!chosen.length) return;
    this.keepOf(
      chosen.map((mask) => ({ ...mask, group: "" })),
      `Ungroup ${counted(chosen)}`,
    );
  }

  /**
   * Gives all that are selected other words.
   * @param {Words} words
   */
  write(words) {
    const { chosen } = this;
    const [what] = Object.keys(words);
    const written = chosen.map((mask) =>
      Object.entries(words).every(([key, value]) => mask[/** @type {keyof Words} */ (key)] === value)
        ? mask
        : { ...mask, ...words },
    );
    this.keepOf(written, `Change the ${what === "hideOne" ? "way of hiding" : what}`, `write ${what}`);
  }

  /**
   * The one mask that is selected, in another form; whether it is in the picture, and so was taken.
   * @param {Mask | null} mask
   * @param {string} words
   */
  reshape(mask, words) {
    const inside = mask && broughtInside(mask, this.size);
    if (!inside || this.isDrawing) return false;
    this.keepOf([inside], words, `reshape ${words}`);
    return true;
  }

  /**
   * A corner of the polygon that is selected, elsewhere.
   * @param {number} place
   * @param {import("./shapes.js").Point} point
   */
  movePoint(place, point) {
    const [mask] = this.chosen;
    if (!mask || mask.angle) return false;
    const within = arrange.clamped(point, this.size);
    return this.reshape(reshaped(mask, mask.points.with(place, within)), `a corner of ${mask.name}`);
  }

  /** What edges are drawn to, but those of some masks. @param {ReadonlySet<string>} without */
  edges(without) {
    return this.settled.filter((mask) => !without.has(mask.uid)).map(bounds);
  }
}

/**
 * "internet-gateway", or "3 masks".
 * @param {readonly Mask[]} masks
 */
export function counted(masks) {
  return masks.length === 1 ? (masks[0]?.name ?? "") : `${masks.length} masks`;
}

/**
 * @param {readonly Mask[]} all
 * @param {readonly Mask[]} some
 */
function replaced(all, some) {
  const by = new Map(some.map((mask) => [mask.uid, mask]));
  return all.map((mask) => by.get(mask.uid) ?? mask);
}

/**
 * The words that all names begin with.
 * @param {readonly string[]} all
 */
function commonStart(all) {
  const [first = [], ...rest] = all.map((name) => name.split("-"));
  const end = first.findIndex((word, place) => rest.some((words) => words[place] !== word));
  return (end < 0 ? first : first.slice(0, end)).join("-");
}
