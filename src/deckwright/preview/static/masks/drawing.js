// New masks: rectangles and ellipses are drawn, polygons corner by corner, and labels give masks their boxes.

import { clamped } from "./arrange.js";
import { linesOf, REACH } from "./moving.js";
import { taken } from "./names.js";
import { area, around, LEAST } from "./shapes.js";
import { boxAround, labelsUnder, pulled, touched } from "./snapping.js";
import { toRoom } from "./view.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Box} Box */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./snapping.js").Label} Label */
/** @typedef {import("./moving.js").Gesture} Gesture */
/** @typedef {import("./moving.js").Held} Held */
/** @typedef {import("./desk.js").Desk} Desk */

/** Pixels of the screen: a mask that is smaller was not meant. */
const SMALL = 4;
/** How near to the first corner closes a polygon, for a mouse and for a finger; and what counts as the same corner. */
const CLOSE = { mouse: 10, touch: 22 };
const SAME = 3;
/** A mask that is made by a key, as a part of what is seen. */
const PART = 0.2;

/**
 * @param {Desk} desk
 * @param {Point} start
 * @param {"rect" | "ellipse"} shape
 * @returns {Gesture}
 */
export function box(desk, start, shape) {
  const { work } = desk;
  const to = linesOf(desk, new Set());
  const name = taken(work.settled);
  const reach = desk.canvas.reach(REACH);
  /** @type {Box} */
  let made = { left: 0, top: 0, width: 0, height: 0 };
  /** @type {Label[]} */
  let under = [];
  /** @type {Mask | null} */
  let draft = null;
  const placed = (/** @type {Point} */ point, /** @type {boolean} */ snaps) => {
    const whole = { x: desk.round(point.x), y: desk.round(point.y) };
    return clamped(snaps ? pulled(whole, to, reach) : whole, work.size);
  };
  const isMeant = () => Math.min(made.width, made.height) >= Math.max(desk.canvas.reach(SMALL), LEAST);
  return {
    move(at, held) {
      const snaps = desk.snaps && !held.alt;
      const from = placed(start, snaps);
      let end = placed(at, snaps);
      if (held.shift) end = square(from, end, work.size);
      made = around([from, end]);
      under = snaps ? labelsUnder(made, work.isDrawing ? [] : desk.labels) : [];
      desk.aim(under);
      desk.canvas.drawLines(snaps ? touched(made, to) : { xs: [], ys: [] });
      if (!isMeant()) return work.preview(null);
      draft = { ...(draft ?? work.fresh(empty(shape), "", name)), ...made };
      work.preview([...work.settled, draft]);
    },
    end() {
      desk.aim([]);
      work.preview(null);
      if (!isMeant()) return;
      if (under.length) ofLabels(desk, under, shape);
      else work.add({ ...empty(shape), ...made });
      desk.drawn();
    },
    drop() {
      desk.aim([]);
      work.preview(null);
    },
  };
}

/**
 * A mask of the box of one or several labels.
 * @param {Desk} desk
 * @param {readonly Label[]} some
 * @param {"rect" | "ellipse"} [shape]
 */
export function ofLabels(desk, some, shape = "rect") {
  const box = boxAround(some, desk.labels, desk.work.size);
  const element = some[0]?.element ?? null;
  const text = some.map((label) => label.text).join(" ");
  return desk.work.add({ ...empty(shape), ...box, element }, text);
}

/**
 * A mask for each label, in one step.
 * @param {Desk} desk
 * @param {readonly Label[]} some
 */
export function ofEach(desk, some) {
  return desk.work.addAll(
    some.map((label) => {
      const box = label.element === null ? boxAround([label], desk.labels, desk.work.size) : label.box;
      return { shape: { ...empty("rect"), ...box, element: label.element }, text: label.text };
    }),
  );
}

/**
 * A mask in the middle of what is seen: for those who do not use a pointer.
 * @param {Desk} desk
 * @param {Mask["shape"]} shape
 */
export function inTheMiddle(desk, shape) {
  const { canvas, work } = desk;
  const [from, to] = [
    clamped(canvas.inView({ x: 0, y: 0 }), work.size),
    clamped(canvas.inView({ x: canvas.room.width, y: canvas.room.height }), work.size),
  ];
  const [across, down] = [to.x - from.x, to.y - from.y];
  const width = Math.max(desk.round(across * PART), LEAST);
  const height = Math.max(desk.round(down * PART), LEAST);
  const left = desk.round(from.x + (across - width) / 2);
  const top = desk.round(from.y + (down - height) / 2);
  const made = { left, top, width, height };
  const points = [
    { x: left + width / 2, y: top },
    { x: left + width, y: top + height / 2 },
    { x: left + width / 2, y: top + height },
    { x: left, y: top + height / 2 },
  ];
  const mask = work.add({ ...empty(shape), ...made, points: shape === "polygon" ? points : [] });
  desk.drawn();
  return mask;
}

/** A polygon, from its first corner until it is closed. */
export class Polygon {
  #desk;
  /** @type {Point[]} */
  #points = [];
  /** @type {Point | null} */
  #to = null;
  #closes = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  get isOpen() {
    return this.#points.length > 0;
  }

  /**
   * A corner; on the first one it is closed.
   * @param {Point} at
   * @param {Held} held
   * @param {boolean} isTouch
   */
  press(at, held, isTouch) {
    const first = this.#points[0];
    if (first && this.#points.length > 2 && this.#near(at, first, CLOSE[isTouch ? "touch" : "mouse"])) {
      return this.close();
    }
    const last = this.#points.at(-1);
    const point = this.#placed(at, held);
    // The second press of a double-click is no corner.
    if (!last || !this.#near(point, last, SAME)) this.#points.push(point);
    this.#to = null;
    this.#show();
  }

  /**
   * The pointer is elsewhere.
   * @param {Point} at
   * @param {Held} held
   */
  move(at, held) {
    if (!this.isOpen) return;
    const [first] = this.#points;
    this.#closes = Boolean(first && this.#points.length > 2 && this.#near(at, first, CLOSE.mouse));
    this.#to = this.#closes && first ? first : this.#placed(at, held);
    this.#show();
  }

  /** Keeps it, if it has an area. */
  close() {
    const points = this.#points;
    this.drop();
    if (points.length < 3 || area(points) < LEAST) {
      return this.#desk.say("A polygon needs three corners that are not on a line.");
    }
    this.#desk.work.add({ ...empty("polygon"), ...around(points), points });
    this.#desk.drawn();
  }

  /** Takes the last corner back. */
  back() {
    this.#points = this.#points.slice(0, -1);
    this.#show();
  }

  drop() {
    this.#points = [];
    this.#to = null;
    this.#closes = false;
    this.#show();
  }

  #show() {
    const { canvas } = this.#desk;
    canvas.drawDraft(this.isOpen ? { points: this.#points, to: this.#to, closes: this.#closes } : null);
  }

  /**
   * @param {Point} at
   * @param {Held} held
   */
  #placed(at, held) {
    const desk = this.#desk;
    let point = { x: desk.round(at.x), y: desk.round(at.y) };
    const last = this.#points.at(-1);
    if (held.shift && last) {
      if (Math.abs(point.x - last.x) > Math.abs(point.y - last.y)) point.y = last.y;
      else point.x = last.x;
    } else if (desk.snaps && !held.alt) {
      point = pulled(point, linesOf(desk, new Set()), desk.canvas.reach(REACH));
    }
    return clamped(point, desk.work.size);
  }

  /**
   * @param {Point} a
   * @param {Point} b
   * @param {number} pixels
   */
  #near(a, b, pixels) {
    const [from, to] = [toRoom(this.#desk.canvas.view, a), toRoom(this.#desk.canvas.view, b)];
    return Math.hypot(from.x - to.x, from.y - to.y) <= pixels;
  }
}

/**
 * The end of the diagonal of a square, which stays in the picture.
 * @param {Point} from
 * @param {Point} to
 * @param {import("./shapes.js").Size} size
 * @returns {Point}
 */
function square(from, to, size) {
  const side = Math.min(
    Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)),
    to.x < from.x ? from.x : size.width - from.x,
    to.y < from.y ? from.y : size.height - from.y,
  );
  return { x: from.x + (to.x < from.x ? -side : side), y: from.y + (to.y < from.y ? -side : side) };
}

/** @param {Mask["shape"]} shape @returns {Parameters<import("./work.js").Work["add"]>[0]} */
function empty(shape) {
  return { shape, left: 0, top: 0, width: 0, height: 0, points: [], angle: 0, element: null, label: "" };
}
