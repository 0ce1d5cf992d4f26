// What is on the disk, beside what is worked on: what is unsaved, what is sent, and who a mask was when it was read.

import { newUid } from "./copies.js";
import { keyOf } from "./shapes.js";
import { sameForm, sent, taken } from "./wire.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {import("./wire.js").Picture} Picture */
/** @typedef {import("./wire.js").Sent} Sent */
/** @typedef {{ added: number, gone: number, changed: number }} Apart  How many masks differ. */

const WORDS = /** @type {const} */ (["name", "group", "hint", "label", "hideOne", "element"]);

export class Keeper {
  /** As they were read or saved last. @type {readonly Mask[]} */
  #saved = [];
  /** By uid. @type {Map<string, { mask: Mask, sent: Sent }>} */
  #known = new Map();
  /** @type {Size} */
  #size = { width: 1, height: 1 };

  /**
   * Takes the masks of a picture as they are on the disk. Those of a name that was there keep their uid.
   * @param {Picture} picture
   * @returns {Mask[]}
   */
  read(picture) {
    this.#size = sizeOf(picture);
    const before = new Map(this.#saved.map((mask) => [mask.name, mask.uid]));
    const masks = picture.masks.map((one) => {
      const uid = before.get(one.name);
      before.delete(one.name);
      return taken(one, this.#size, uid ?? newUid());
    });
    this.#saved = masks;
    this.#known = new Map(
      masks.map((mask, place) => [mask.uid, { mask, sent: /** @type {Sent} */ (picture.masks[place]) }]),
    );
    return masks;
  }

  /**
   * What was sent is on the disk now.
   * @param {readonly Mask[]} masks
   * @param {Picture} picture
   */
  saved(masks, picture) {
    this.#saved = masks;
    this.#pair(masks, picture);
  }

  /**
   * The masks stay, and are compared with what others have put on the disk.
   * @param {readonly Mask[]} masks
   * @param {Picture} picture
   * @returns {{ ghosts: Mask[], apart: Apart }}  what is there and not in the masks, and in numbers
   */
  compare(masks, picture) {
    const ghosts = picture.masks.map((one, place) => taken(one, this.#size, `disk${place}`));
    this.#saved = ghosts;
    this.#pair(masks, picture);
    const mine = new Map(masks.map((mask) => [mask.name, mask]));
    const theirs = new Set(ghosts.map((mask) => mask.name));
    const different = ghosts.filter((mask) => {
      const own = mine.get(mask.name);
      return own && !(near(own, mask) && WORDS.every((key) => own[key] === mask[key]));
    });
    const added = ghosts.filter((mask) => !mine.has(mask.name));
    const gone = masks.filter((mask) => !theirs.has(mask.name)).length;
    return { ghosts: [...added, ...different], apart: { added: added.length, gone, changed: different.length } };
  }

  /** @param {readonly Mask[]} masks */
  isUnsaved(masks) {
    const saved = this.#saved;
    if (masks === saved) return false;
    return masks.length !== saved.length || !masks.every((mask, place) => same(mask, saved[place]));
  }

  /** @param {readonly Mask[]} masks */
  toSend(masks) {
    return masks.map((mask) => sent(mask, this.#size, this.#known.get(mask.uid)));
  }

  /** What its card is called on the disk, where learners may have it; empty where nobody has. @param {Mask} mask */
  knownAs(mask) {
    const before = this.#known.get(mask.uid);
    return before?.sent.isKnown ? before.sent.group || before.sent.name : "";
  }

  /** Whether its card would have another name than on the disk. @param {Mask} mask */
  isRenamed(mask) {
    const known = this.knownAs(mask);
    return known !== "" && known !== keyOf(mask);
  }

  /**
   * @param {readonly Mask[]} masks
   * @param {Picture} picture
   */
  #pair(masks, picture) {
    const by = new Map(picture.masks.map((one) => [one.name, one]));
    this.#known = new Map();
    for (const mask of masks) {
      const sent = by.get(mask.name);
      if (sent)
        this.#known.set(mask.uid, {
          mask: near(mask, taken(sent, this.#size, "")) ? mask : taken(sent, this.#size, mask.uid),
          sent,
        });
    }
  }
}

/**
 * @param {Picture} picture
 * @returns {Size}
 */
export function sizeOf({ size: [width, height] }) {
  return { width, height };
}

/**
 * Whether two masks say the same, and are the same one.
 * @param {Mask} a
 * @param {Mask | undefined} b
 */
function same(a, b) {
  return a === b || (b !== undefined && a.uid === b.uid && sameForm(a, b) && WORDS.every((key) => a[key] === b[key]));
}

/**
 * Whether two masks cover the same but for what is rounded in a file.
 * @param {Mask} a
 * @param {Mask} b
 */
function near(a, b) {
  const apart = (/** @type {number} */ one, /** @type {number} */ other) => Math.abs(one - other);
  const much = 0.01 + Math.max(a.left + a.width, a.top + a.height) / 5000;
  const numbers = /** @type {const} */ (["left", "top", "width", "height", "angle"]);
  return (
    a.shape === b.shape &&
    numbers.every((key) => apart(a[key], b[key]) < much) &&
    a.points.length === b.points.length &&
    a.points.every(
      ({ x, y }, place) => apart(x, b.points[place]?.x ?? 0) + apart(y, b.points[place]?.y ?? 0) < 2 * much,
    )
  );
}
