// Copies of masks: with names of their own, beside the originals or in another picture.

import { beside, fittedInto } from "./arrange.js";
import * as names from "./names.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Size} Size */

/** What was copied last, and how often it was pasted since. @type {{ masks: readonly Mask[], pastes: number }} */
const board = { masks: [], pastes: 0 };

let made = 0;

/** What a new mask is known by, as long as the page is open. */
export function newUid() {
  made += 1;
  return `m${made}`;
}

/** @param {readonly Mask[]} masks */
export function copy(masks) {
  if (masks.length) Object.assign(board, { masks, pastes: 0 });
}

export function isThereSomething() {
  return board.masks.length > 0;
}

/**
 * What was copied, placed in a picture: where it was, or beside it if it is still there.
 * @param {readonly Mask[]} there
 * @param {Size} size
 * @returns {Mask[]}
 */
export function pasted(there, size) {
  const here = fittedInto(board.masks, size);
  const isSame = there.some((mask) => board.masks.some((other) => other.uid === mask.uid));
  const steps = isSame ? board.pastes + 1 : board.pastes;
  board.pastes += 1;
  return copies(steps ? beside(here, steps * gap(size), size) : here, there);
}

/** How far from the original a copy is put, in pixels. @param {Size} size */
export function gap({ width, height }) {
  return Math.max(Math.round(Math.min(width, height) / 40), 1);
}

/**
 * With names that none of those has that are there. Copies of a group are a group again, and it has another name.
 * @param {readonly Mask[]} masks
 * @param {readonly Mask[]} there
 * @returns {Mask[]}
 */
export function copies(masks, there) {
  const taken = names.taken(there);
  const unused = (/** @type {string} */ name) => {
    const free = names.unused(name.replace(/-\d+$/, ""), taken);
    taken.add(free);
    return free;
  };
  /** @type {Map<string, string>} */
  const groups = new Map([["", ""]]);
  return masks.map((mask) => {
    const name = unused(mask.name);
    const group = groups.get(mask.group) ?? unused(mask.group);
    groups.set(mask.group, group);
    return { ...mask, uid: newUid(), name, group, was: "", isKnown: false };
  });
}
