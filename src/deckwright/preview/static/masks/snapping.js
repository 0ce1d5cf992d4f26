// Edges that are near others are drawn to them, and labels that are drawn over give masks their boxes.

import { union } from "./shapes.js";

/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Box} Box */
/** @typedef {import("./shapes.js").Size} Size */

/** A text in the picture. `element` is its number in an SVG, else null.
 * @typedef {{ element: number | null, text: string, box: Box }} Label */
/** What edges are drawn to: how far from the left, and from the top. @typedef {{ xs: number[], ys: number[] }} Lines */

/** How much of a label is under a box that is drawn over it. */
const COVERED = 0.6;

/** How much of the smaller of two masks may be under the other: with more, they are an error in a build. */
const SHARED = 0.05;
/** How many times as large as its labels a box is, at most, so that it is meant for them. */
const LARGER = 5;

/**
 * The edges of boxes and of the picture.
 * @param {readonly Box[]} boxes
 * @param {Size} size
 * @returns {Lines}
 */
export function lines(boxes, size) {
  return {
    xs: [0, size.width, ...boxes.flatMap((box) => [box.left, box.left + box.width])],
    ys: [0, size.height, ...boxes.flatMap((box) => [box.top, box.top + box.height])],
  };
}

/**
 * By how much to move so that one of some places is on a line; 0 if none is within reach.
 * @param {readonly number[]} places
 * @param {readonly number[]} lines
 * @param {number} reach
 */
export function pull(places, lines, reach) {
  let best = 0;
  let least = reach;
  for (const place of places) {
    for (const line of lines) {
      const apart = Math.abs(line - place);
      if (apart < least) {
        least = apart;
        best = line - place;
      }
    }
  }
  return best;
}

/**
 * A point, drawn to the lines; along one axis or both.
 * @param {Point} point
 * @param {Lines} to
 * @param {number} reach
 * @param {{ x: boolean, y: boolean }} [axes]
 * @returns {Point}
 */
export function pulled(point, to, reach, axes = { x: true, y: true }) {
  return {
    x: axes.x ? point.x + pull([point.x], to.xs, reach) : point.x,
    y: axes.y ? point.y + pull([point.y], to.ys, reach) : point.y,
  };
}

/**
 * The lines on which an edge of a box lies.
 * @param {Box} box
 * @param {Lines} to
 * @returns {Lines}
 */
export function touched({ left, top, width, height }, to) {
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 0.01;
  const on = (/** @type {readonly number[]} */ all, /** @type {readonly number[]} */ edges) => [
    ...new Set(all.filter((line) => edges.some((edge) => near(line, edge)))),
  ];
  return { xs: on(to.xs, [left, left + width]), ys: on(to.ys, [top, top + height]) };
}

/**
 * The labels that a box is drawn over; none if it is much larger than they are, so that it is meant for more.
 * @template {Label} L
 * @param {Box} box
 * @param {readonly L[]} labels
 * @returns {L[]}
 */
export function labelsUnder(box, labels) {
  const under = labels.filter((label) => shared(box, label.box) >= COVERED * label.box.width * label.box.height);
  if (!under.length) return [];
  const whole = union(under.map((label) => label.box));
  return box.width * box.height <= LARGER * whole.width * whole.height ? under : [];
}

/**
 * The smallest label at a point.
 * @template {Label} L
 * @param {Point} point
 * @param {readonly L[]} labels
 * @returns {L | null}
 */
export function labelAt(point, labels) {
  const at = labels.filter(
    ({ box }) =>
      point.x >= box.left && point.y >= box.top && point.x <= box.left + box.width && point.y <= box.top + box.height,
  );
  at.sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height);
  return at[0] ?? null;
}

/**
 * A box a little larger than labels, unless another label is nearer. In whole pixels.
 * @param {readonly Label[]} some
 * @param {readonly Label[]} all
 * @param {Size} size
 * @returns {Box}
 */
export function boxAround(some, all, size) {
  const { left, top, width, height } = union(some.map((label) => label.box));
  const line = Math.min(...some.map((label) => Math.min(label.box.width, label.box.height)));
  const others = all.filter((label) => !some.includes(label));
  /** @type {Box} */
  let box = { left, top, width, height };
  for (let step = Math.max(Math.floor(line / 8), 2); step >= 0; step -= 1) {
    const from = { x: Math.max(Math.floor(left - step), 0), y: Math.max(Math.floor(top - step), 0) };
    box = {
      left: from.x,
      top: from.y,
      width: Math.min(Math.ceil(left + width + step), size.width) - from.x,
      height: Math.min(Math.ceil(top + height + step), size.height) - from.y,
    };
    if (!others.some((other) => shared(box, other.box) > 0)) break;
  }
  return box;
}

/**
 * The labels that are worth a mask: each text that occurs once, but no title, which is much larger than the others, at the
 * top, and has nothing beside it.
 * @template {Label} L
 * @param {readonly L[]} labels
 * @param {Size} size
 * @returns {L[]}
 */
export function worthAsking(labels, size) {
  const folded = (/** @type {Label} */ label) => label.text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const label of labels) times.set(folded(label), (times.get(folded(label)) ?? 0) + 1);
  const heights = labels.map(({ box }) => Math.min(box.width, box.height)).sort((a, b) => a - b);
  const usual = heights[Math.floor(heights.length / 2)] ?? 0;
  const isTitle = (/** @type {Label} */ label) => {
    const { box } = label;
    const bottom = box.top + box.height;
    const beside = labels.some(
      (other) => other !== label && other.box.top < bottom && box.top < other.box.top + other.box.height,
    );
    const large = Math.min(box.width, box.height) >= 1.35 * usual;
    return labels.length > 2 && large && bottom < size.height / 4 && !beside;
  };
  return labels.filter((label) => folded(label) && times.get(folded(label)) === 1 && !isTitle(label));
}

/**
 * Whether masks of these boxes would lie over one another.
 * @param {Box} a
 * @param {Box} b
 */
export function overlap(a, b) {
  return shared(a, b) > SHARED * Math.min(a.width * a.height, b.width * b.height);
}

/**
 * The area that two boxes have together.
 * @param {Box} a
 * @param {Box} b
 */
export function shared(a, b) {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(across, 0) * Math.max(down, 0);
}
