// What is done with a label or a mask as a whole: in an SVG a click marks it, and Enter does what is next.

import * as drawing from "./drawing.js";
import { labelAt } from "./snapping.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./snapping.js").Label} Label */
/** @typedef {import("./desk.js").Desk} Desk */

/**
 * In an SVG: a label becomes a mask, or is none any more.
 * @param {Desk} desk
 * @param {Point} at
 * @param {Mask | null} mask
 * @param {boolean} selects  whether it is only selected
 */
export function mark(desk, at, mask, selects) {
  const { work } = desk;
  if (mask && selects) return work.toggle(mask.uid);
  if (mask) {
    work.select([mask.uid]);
    return desk.remove();
  }
  const label = labelAt(at, desk.free);
  if (label) maskOf(desk, label);
  else work.select([]);
}

/**
 * What Enter does: closes a polygon, makes a mask of the label that has the focus, selects, renames, or makes a new mask.
 * @param {Desk} desk
 */
export function enter(desk) {
  const { work, tool } = desk;
  const focused = document.activeElement;
  const { uid, label } = focused instanceof SVGElement ? focused.dataset : {};
  if (desk.gestures.polygon.isOpen) return desk.gestures.polygon.close();
  if (label !== undefined) {
    const to = desk.free[Number(label)];
    return to && maskOf(desk, to);
  }
  if (uid && !work.selected.has(uid)) return work.select([uid]);
  if (work.selected.size) return desk.rename();
  if (!work.isFixed && (tool === "rect" || tool === "ellipse" || tool === "polygon")) drawing.inTheMiddle(desk, tool);
}

/**
 * @param {Desk} desk
 * @param {Label} label
 */
function maskOf(desk, label) {
  const [mask] = desk.work.isFixed ? [] : drawing.ofEach(desk, [label]);
  if (!mask) return;
  desk.drawn();
  // Where a key has done it, the next key goes on from there.
  const focused = document.activeElement;
  if (focused instanceof SVGElement || focused === document.body) desk.focus(mask);
}
