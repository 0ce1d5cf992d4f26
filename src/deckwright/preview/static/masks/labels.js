// The labels of the picture: those of an SVG, or those that were read, and which of them have no mask yet.

import { bounds } from "./shapes.js";
import { shared } from "./snapping.js";
import * as wire from "./wire.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {import("./snapping.js").Label} Label */

/** How much of a label a mask covers that is meant for it. */
const COVERED = 0.5;

export class Labels {
  /** In pixels of the picture. @type {readonly Label[]} */
  all = [];
  isReading = false;
  /** Those without a mask, and what they were found from. */
  #found = { masks: /** @type {readonly Mask[]} */ ([]), all: this.all, free: this.all };

  /**
   * Takes those that the server tells with the picture; of a picture that is no SVG there are none, and what was read stays.
   * @param {wire.Picture} picture
   * @param {Size} size
   */
  take(picture, size) {
    if (picture.kind === "drawing" || !this.all.length) {
      this.all = picture.labels.map((label) => wire.label(label, size));
    }
  }

  /**
   * Reads them, which takes the extra `ocr`. What went wrong, in words; empty if nothing did.
   * @param {string} path
   * @param {Size} size
   */
  async read(path, size) {
    this.isReading = true;
    const answer = await wire
      .labels(path)
      .catch(() => ({ status: 0, message: "The preview has stopped.", problems: [] }))
      .finally(() => {
        this.isReading = false;
      });
    if (wire.isRefusal(answer)) return answer.message;
    this.all = answer.labels.map((label) => wire.label(label, size));
    return "";
  }

  /**
   * Those that have no mask yet; the same list as before, where nothing has changed.
   * @param {readonly Mask[]} masks
   */
  free(masks) {
    const before = this.#found;
    if (before.masks === masks && before.all === this.all) return before.free;
    const elements = new Set(masks.map((mask) => mask.element));
    const boxes = masks.map(bounds);
    const free = this.all.filter(({ element, box }) =>
      element === null
        ? !boxes.some((other) => shared(box, other) > COVERED * box.width * box.height)
        : !elements.has(element),
    );
    const isSame = free.length === before.free.length && free.every((label, place) => label === before.free[place]);
    this.#found = { masks, all: this.all, free: isSame ? before.free : free };
    return this.#found.free;
  }
}
