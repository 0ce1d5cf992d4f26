// What the pointer does to masks that are there: it moves, sizes and turns them, moves the corners of polygons, and selects.

import { angleBetween, clamped, movedAll, pivot, resizedAll, turnedAll, whole } from "./arrange.js";
import { copies as copiesOf } from "./copies.js";
import { handleAt } from "./frame.js";
import { around, bounds, corners, reshaped } from "./shapes.js";
import { lines, pull, pulled, shared, touched } from "./snapping.js";
import { counted } from "./work.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Side} Side */
/** @typedef {{ shift: boolean, alt: boolean }} Held  Keys that are held. */
/** @typedef {import("./desk.js").Desk} Desk */

/**
 * Something that is done with the pointer, from where it was pressed until it is let go.
 * @typedef {object} Gesture
 * @property {(at: Point, held: Held) => void} move
 * @property {() => void} end
 * @property {() => void} drop
 */

/** Pixels of the screen within which edges are drawn to others. */
export const REACH = 7;
/** Degrees of a step, with Shift; and how near to a right angle it is taken for one. */
const STEP = 15;
const NEAR = 2;

/** What edges are drawn to, when some masks are moved. @param {Desk} desk @param {ReadonlySet<string>} without */
export function linesOf(desk, without) {
  return lines([...desk.labels.map((label) => label.box), ...desk.work.edges(without)], desk.work.size);
}

/**
 * @param {Desk} desk
 * @param {Point} from
 * @param {boolean} copies  the copies are moved, and the masks stay
 * @returns {Gesture}
 */
export function move(desk, from, copies) {
  const { work } = desk;
  const base = copies ? copiesOf(work.chosen, work.settled) : work.chosen;
  const box = whole(base);
  const to = linesOf(desk, copies ? new Set() : work.selected);
  /** @type {readonly Mask[]} */
  let made = base;
  return {
    move(at, held) {
      let [x, y] = [at.x - from.x, at.y - from.y];
      if (held.shift) [x, y] = Math.abs(x) > Math.abs(y) ? [x, 0] : [0, y];
      // Whole pixels, counted from where it was.
      [x, y] = [desk.round(x), desk.round(y)];
      const snaps = desk.snaps && !held.alt;
      if (snaps) {
        const reach = desk.canvas.reach(REACH);
        if (x) x += pull([box.left + x, box.left + box.width + x], to.xs, reach);
        if (y) y += pull([box.top + y, box.top + box.height + y], to.ys, reach);
      }
      made = movedAll(base, x, y, work.size);
      if (copies) work.preview([...work.settled, ...made]);
      else work.previewOf(made);
      desk.canvas.drawLines(snaps ? touched(whole(made), to) : NONE);
    },
    end() {
      if (copies) work.addCopies(made, "Duplicate");
      else work.keepOf(made, `Move ${counted(made)}`);
    },
    drop: () => work.preview(null),
  };
}

const NONE = { xs: [], ys: [] };

/**
 * @param {Desk} desk
 * @param {Point} from
 * @param {Side} side
 * @returns {Gesture}
 */
export function resize(desk, from, side) {
  const { work } = desk;
  const base = work.chosen;
  const handle = handleAt(base, side);
  const apart = { x: handle.x - from.x, y: handle.y - from.y };
  const to = linesOf(desk, work.selected);
  const upright = base.every((mask) => !mask.angle);
  const axes = { x: /[ew]/.test(side), y: /[ns]/.test(side) };
  let made = base;
  return {
    move(at, held) {
      let point = { x: at.x + apart.x, y: at.y + apart.y };
      if (upright) {
        point = { x: desk.round(point.x), y: desk.round(point.y) };
        if (desk.snaps && !held.alt) point = pulled(point, to, desk.canvas.reach(REACH), axes);
      }
      made = resizedAll(base, side, handle, point, held.shift, work.size);
      work.previewOf(made);
      desk.canvas.drawLines(upright && desk.snaps && !held.alt ? touched(whole(made), to) : NONE);
    },
    end: () => work.keepOf(made, `Resize ${counted(made)}`),
    drop: () => work.preview(null),
  };
}

/**
 * @param {Desk} desk
 * @param {Point} from
 * @returns {Gesture}
 */
export function turn(desk, from) {
  const { work } = desk;
  const base = work.chosen;
  const [only] = base;
  const about = pivot(base);
  const before = base.length === 1 && only ? only.angle : 0;
  let made = base;
  return {
    move(at, held) {
      let angle = before + angleBetween(about, from, at);
      const right = Math.round(angle / 90) * 90;
      if (held.shift) angle = Math.round(angle / STEP) * STEP;
      else if (!held.alt && Math.abs(angle - right) < NEAR) angle = right;
      else angle = Math.round(angle * 10) / 10;
      made = turnedAll(base, angle - before, work.size) ?? made;
      work.previewOf(made);
    },
    end: () => work.keepOf(made, `Rotate ${counted(made)}`),
    drop: () => work.preview(null),
  };
}

/**
 * A corner of a polygon, or a new one after it.
 * @param {Desk} desk
 * @param {number} place
 * @param {boolean} isNew
 * @returns {Gesture | null}
 */
export function corner(desk, place, isNew) {
  const { work } = desk;
  const [only] = work.chosen;
  if (!only) return null;
  const points = corners(only);
  const at = isNew ? place + 1 : place;
  const rest = isNew ? points : points.filter((_, other) => other !== place);
  const others = lines([...desk.labels.map((label) => label.box), ...work.edges(work.selected)], work.size);
  const to = { xs: [...others.xs, ...rest.map(({ x }) => x)], ys: [...others.ys, ...rest.map(({ y }) => y)] };
  let made = only;
  return {
    move(pointer, held) {
      let point = { x: desk.round(pointer.x), y: desk.round(pointer.y) };
      if (desk.snaps && !held.alt) point = pulled(point, to, desk.canvas.reach(REACH));
      point = clamped(point, work.size);
      made = reshaped(only, points.toSpliced(at, isNew ? 0 : 1, point)) ?? made;
      work.previewOf([made]);
    },
    end: () => work.keepOf([made], `${isNew ? "Add a corner to" : "Move a corner of"} ${only.name}`),
    drop: () => work.preview(null),
  };
}

/**
 * Takes a corner away, unless only three are left.
 * @param {Desk} desk
 * @param {number} place
 */
export function dropCorner(desk, place) {
  const [only] = desk.work.chosen;
  const made = only && reshaped(only, corners(only).toSpliced(place, 1));
  if (made) desk.work.keepOf([made], `Take a corner from ${only.name}`);
}

/**
 * Selects what a box touches.
 * @param {Desk} desk
 * @param {Point} from
 * @param {boolean} adds
 * @returns {Gesture}
 */
export function select(desk, from, adds) {
  const { work } = desk;
  const before = adds ? [...work.selected] : [];
  return {
    move(at) {
      const box = around([from, at]);
      desk.canvas.drawRubber(box);
      const under = work.masks.filter((mask) => shared(bounds(mask), box) > 0);
      work.select([...before, ...under.map((mask) => mask.uid)]);
    },
    end: () => desk.canvas.drawRubber(null),
    drop() {
      desk.canvas.drawRubber(null);
      work.select(before);
    },
  };
}
