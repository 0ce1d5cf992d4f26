// Several masks at once: moved, sized, turned, aligned, distributed. All stay in the picture.

import {
  bounds,
  boxed,
  broughtInside,
  drawnTo,
  isInside,
  LEAST,
  middle,
  moved,
  resized,
  turned,
  union,
} from "./shapes.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Box} Box */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {import("./shapes.js").Side} Side */
/** @typedef {"left" | "centre" | "right" | "top" | "middle" | "bottom"} Edge */

/** How often the way to the edge of the picture is halved. */
const HALVES = 14;

/**
 * The least upright box around all.
 * @param {readonly Mask[]} masks
 * @returns {Box}
 */
export function whole(masks) {
  return union(masks.map(bounds));
}

/**
 * @param {readonly Mask[]} masks
 * @param {number} x
 * @param {number} y
 * @param {Size} size
 * @returns {Mask[]}
 */
export function movedAll(masks, x, y, size) {
  const box = whole(masks);
  const across = Math.min(Math.max(x, -box.left), Math.max(size.width - box.left - box.width, -box.left));
  const down = Math.min(Math.max(y, -box.top), Math.max(size.height - box.top - box.height, -box.top));
  return masks.map((mask) => moved(mask, across, down));
}

/**
 * With a side or a corner drawn from one point to another, as far as all stay in the picture.
 * @param {readonly Mask[]} masks
 * @param {Side} side
 * @param {Point} from
 * @param {Point} to
 * @param {boolean} keepRatio
 * @param {Size} size
 * @returns {Mask[]}
 */
export function resizedAll(masks, side, from, to, keepRatio, size) {
  const [only] = masks;
  const upright = masks.every((mask) => !mask.angle);
  const within = upright && !keepRatio ? clamped(to, size) : to;
  const make = (/** @type {Point} */ at) =>
    masks.length === 1 && only ? [resized(only, side, at, keepRatio)] : scaled(masks, side, at, keepRatio || !upright);
  return furthest(masks, make, from, within, size);
}

/**
 * Turned about a point, so far as all fit into the picture: at its edge they are moved.
 * @param {readonly Mask[]} masks
 * @param {number} degrees
 * @param {Size} size
 * @returns {Mask[] | null}  null if they do not fit
 */
export function turnedAll(masks, degrees, size) {
  const about = pivot(masks);
  const made = masks.map((mask) => turned(mask, degrees, about));
  const after = whole(made);
  if (after.width > size.width || after.height > size.height) return null;
  return movedAll(made, 0, 0, size);
}

/**
 * The point about which masks are turned.
 * @param {readonly Mask[]} masks
 * @returns {Point}
 */
export function pivot(masks) {
  const [only] = masks;
  if (masks.length === 1 && only) return middle(only);
  const box = whole(masks);
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/**
 * @param {readonly Mask[]} masks
 * @param {Edge} edge
 * @returns {Mask[]}
 */
export function aligned(masks, edge) {
  const box = whole(masks);
  return masks.map((mask) => {
    const own = bounds(mask);
    const x = { left: 0, centre: 0.5, right: 1 }[/** @type {string} */ (edge)];
    const y = { top: 0, middle: 0.5, bottom: 1 }[/** @type {string} */ (edge)];
    return moved(
      mask,
      x === undefined ? 0 : box.left - own.left + (box.width - own.width) * x,
      y === undefined ? 0 : box.top - own.top + (box.height - own.height) * y,
    );
  });
}

/**
 * With gaps of the same length between them; the first and the last stay. In the order in which they are given.
 * @param {readonly Mask[]} masks
 * @param {"across" | "down"} axis
 * @returns {Mask[]}
 */
export function distributed(masks, axis) {
  const start = axis === "across" ? "left" : "top";
  const length = axis === "across" ? "width" : "height";
  const sorted = masks
    .map((mask) => ({ mask, box: bounds(mask) }))
    .sort((a, b) => a.box[start] + a.box[length] / 2 - b.box[start] - b.box[length] / 2);
  const ends = union(sorted.map(({ box }) => box));
  const gap = (ends[length] - sorted.reduce((sum, { box }) => sum + box[length], 0)) / (sorted.length - 1);
  /** @type {Map<string, Mask>} */
  const made = new Map();
  let at = ends[start];
  for (const { mask, box } of sorted) {
    const by = at - box[start];
    made.set(mask.uid, moved(mask, axis === "across" ? by : 0, axis === "down" ? by : 0));
    at += box[length] + gap;
  }
  return masks.map((mask) => made.get(mask.uid) ?? mask);
}

/**
 * Those that were given, at another place where there is room: for copies, so that they do not lie on one another.
 * @param {readonly Mask[]} masks
 * @param {number} by  pixels to the right and down
 * @param {Size} size
 * @returns {Mask[]}
 */
export function beside(masks, by, size) {
  const box = whole(masks);
  const x = box.left + box.width + by <= size.width ? by : -by;
  const y = box.top + box.height + by <= size.height ? by : -by;
  return movedAll(masks, x, y, size);
}

/**
 * Of another picture, so that they fit into this one: those that are too large are made smaller.
 * @param {readonly Mask[]} masks
 * @param {Size} size
 * @returns {Mask[]}
 */
export function fittedInto(masks, size) {
  return masks.map((mask) => {
    const inside = broughtInside(mask, size);
    if (inside) return inside;
    const box = bounds(mask);
    const scale = Math.min(size.width / box.width, size.height / box.height) * 0.9;
    const { left, top, width, height } = mask;
    const smaller = boxed(mask, { left, top, width: width * scale, height: height * scale });
    return broughtInside(smaller, size) ?? smaller;
  });
}

/**
 * @param {readonly Mask[]} masks
 * @param {Side} side
 * @param {Point} to
 * @param {boolean} keepRatio  a mask that is turned keeps its form only so
 * @returns {Mask[]}
 */
function scaled(masks, side, to, keepRatio) {
  const box = whole(masks);
  const drawn = drawnTo(box, side, to, keepRatio);
  const [across, down] = [drawn.width / box.width, drawn.height / box.height];
  return masks.map((mask) => {
    const corner = { x: mask.left - box.left, y: mask.top - box.top };
    return boxed(mask, {
      left: drawn.left + corner.x * across,
      top: drawn.top + corner.y * down,
      width: Math.max(mask.width * across, LEAST),
      height: Math.max(mask.height * down, LEAST),
    });
  });
}

/**
 * What is made of the point that is as near to `to` as it can be so that all is in the picture.
 * @param {readonly Mask[]} masks  what they were, and still are if nothing else is inside
 * @param {(at: Point) => Mask[]} make
 * @param {Point} from
 * @param {Point} to
 * @param {Size} size
 * @returns {Mask[]}
 */
export function furthest(masks, make, from, to, size) {
  const isGood = (/** @type {readonly Mask[]} */ some) => some.every((mask) => isInside(mask, size));
  const whole = make(to);
  if (isGood(whole)) return whole;
  let best = [...masks];
  let [low, high] = [0, 1];
  for (let n = 0; n < HALVES; n += 1) {
    const part = (low + high) / 2;
    const made = make({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
    if (isGood(made)) {
      low = part;
      best = made;
    } else high = part;
  }
  return best;
}

/**
 * @param {Point} point
 * @param {Size} size
 * @returns {Point}
 */
export function clamped({ x, y }, size) {
  return { x: Math.min(Math.max(x, 0), size.width), y: Math.min(Math.max(y, 0), size.height) };
}

/**
 * How far an angle is from one point to another, seen from a third, in degrees.
 * @param {Point} about
 * @param {Point} from
 * @param {Point} to
 */
export function angleBetween(about, from, to) {
  const angle = (/** @type {Point} */ at) => (Math.atan2(at.y - about.y, at.x - about.x) * 180) / Math.PI;
  return angle(to) - angle(from);
}
