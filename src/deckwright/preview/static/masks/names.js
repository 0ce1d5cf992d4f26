// The names of masks: made of what is written in the picture, none given twice, and what is wrong with one.

import { keyOf } from "./shapes.js";

/** @typedef {import("./shapes.js").Mask} Mask */

/** The most letters of a name that is made of a text. */
const LONGEST = 40;

/**
 * A text as a name: "Español: A1" → "espanol-a1". Of other scripts everything but what cannot be in a name.
 * @param {string} text
 */
export function slug(text) {
  const plain = text
    .normalize("NFKD")
    .replace(/[^\0-\x7f]/g, "")
    .toLowerCase();
  const words = plain.match(/[a-z0-9]+/g) ?? [];
  let short = "";
  for (const word of words) {
    if (short && short.length + 1 + word.length > LONGEST) break;
    short = short ? `${short}-${word}` : word.slice(0, LONGEST);
  }
  const other = text.normalize("NFC").replace(/[^\p{L}\p{N}_-]+/gu, "-");
  return short || other.slice(0, LONGEST).replace(/^-+|-+$/g, "");
}

/**
 * The wish, or the first of it-2, it-3, … that is not taken.
 * @param {string} wish
 * @param {ReadonlySet<string>} taken
 */
export function unused(wish, taken) {
  let name = wish;
  for (let number = 2; taken.has(name); number += 1) name = `${wish}-${number}`;
  return name;
}

/**
 * The names of masks and of groups.
 * @param {readonly Mask[]} masks
 * @returns {Set<string>}
 */
export function taken(masks) {
  return new Set(masks.flatMap((mask) => [mask.name, mask.group]).filter(Boolean));
}

/**
 * A name for a mask of which nobody knows what it covers.
 * @param {ReadonlySet<string>} names
 */
export function anyName(names) {
  let number = 1;
  while (names.has(`mask-${number}`)) number += 1;
  return `mask-${number}`;
}

/**
 * What is wrong with the name of each mask, and with its group, by uid. Those that are right are left out.
 * @param {readonly Mask[]} masks
 * @returns {Map<string, { name: string, group: string }>}
 */
export function problems(masks) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { name } of masks) times.set(name, (times.get(name) ?? 0) + 1);
  const found = new Map();
  for (const mask of masks) {
    const double = (times.get(mask.name) ?? 0) > 1 ? "Another mask has this name." : "";
    const name = wrong(mask.name) || double;
    const group = mask.group ? wrong(mask.group) : "";
    if (name || group) found.set(mask.uid, { name, group });
  }
  return found;
}

/** @param {string} name */
function wrong(name) {
  if (!name) return "A mask needs a name.";
  return /[\s"'{}:=]/.test(name) ? "A name has no spaces, quotes, braces, : or =." : "";
}

/**
 * The keys of cards, in the order of their first masks.
 * @param {readonly Mask[]} masks
 * @returns {string[]}
 */
export function keys(masks) {
  return [...new Set(masks.map(keyOf))];
}
