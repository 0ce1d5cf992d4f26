// One mask in pixels of its picture: where it is, and what it is like when it is moved, sized or turned. Nothing is changed in
// place: what comes back is another mask.

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** @typedef {{ width: number, height: number }} Size */
/** @typedef {"n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw"} Side */

/**
 * `angle` is in degrees, clockwise about the left upper corner of the box, as Anki has it. `points` are the corners of a
 * polygon before it is turned; its box is theirs. `uid` is what the editor knows the mask by, `element` the number of an
 * element of an SVG. `label` is empty where it is the name.
 * @typedef {object} Mask
 * @property {string} uid
 * @property {string} name
 * @property {"rect" | "ellipse" | "polygon"} shape
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {readonly Point[]} points
 * @property {number} angle
 * @property {string} group
 * @property {string} hint
 * @property {string} label
 * @property {string} was
 * @property {boolean} hideOne
 * @property {number | null} element
 * @property {boolean} isKnown
 */

/** The least side of a mask, in pixels of the picture. */
export const LEAST = 1;

/** By how much a mask may leave the picture, so that rounding is not told as a mistake. */
const SLACK = 1e-6;

/**
 * What its card is known by.
 * @param {Mask} mask
 */
export function keyOf(mask) {
  return mask.group || mask.name;
}

/**
 * @param {Point} point
 * @param {Point} about
 * @param {number} degrees  clockwise
 * @returns {Point}
 */
export function rotated(point, about, degrees) {
  if (!degrees) return point;
  const turn = (degrees * Math.PI) / 180;
  const [x, y] = [point.x - about.x, point.y - about.y];
  return {
    x: about.x + x * Math.cos(turn) - y * Math.sin(turn),
    y: about.y + x * Math.sin(turn) + y * Math.cos(turn),
  };
}

/**
 * The least box around some points.
 * @param {readonly Point[]} points
 * @returns {Box}
 */
export function around(points) {
  const left = Math.min(...points.map((point) => point.x));
  const top = Math.min(...points.map((point) => point.y));
  return {
    left,
    top,
    width: Math.max(...points.map((point) => point.x)) - left,
    height: Math.max(...points.map((point) => point.y)) - top,
  };
}

/**
 * The least box around some boxes.
 * @param {readonly Box[]} boxes
 * @returns {Box}
 */
export function union(boxes) {
  return around(
    boxes.flatMap(({ left, top, width, height }) => [
      { x: left, y: top },
      { x: left + width, y: top + height },
    ]),
  );
}

/**
 * The corners as they are drawn: of a polygon its own, of others those of the box.
 * @param {Mask} mask
 * @returns {Point[]}
 */
export function corners(mask) {
  const { left, top, width, height, angle } = mask;
  const own =
    mask.shape === "polygon"
      ? mask.points
      : [
          { x: left, y: top },
          { x: left + width, y: top },
          { x: left + width, y: top + height },
          { x: left, y: top + height },
        ];
  return own.map((point) => rotated(point, { x: left, y: top }, angle));
}

/**
 * The middle of the box, as it is drawn.
 * @param {Mask} mask
 * @returns {Point}
 */
export function middle({ left, top, width, height, angle }) {
  return rotated({ x: left + width / 2, y: top + height / 2 }, { x: left, y: top }, angle);
}

/**
 * The least upright box around a mask, as it is drawn.
 * @param {Mask} mask
 * @returns {Box}
 */
export function bounds(mask) {
  if (!mask.angle) return { left: mask.left, top: mask.top, width: mask.width, height: mask.height };
  if (mask.shape !== "ellipse") return around(corners(mask));
  const turn = (mask.angle * Math.PI) / 180;
  const centre = middle(mask);
  const across = Math.hypot((mask.width / 2) * Math.cos(turn), (mask.height / 2) * Math.sin(turn));
  const down = Math.hypot((mask.width / 2) * Math.sin(turn), (mask.height / 2) * Math.cos(turn));
  return { left: centre.x - across, top: centre.y - down, width: 2 * across, height: 2 * down };
}

/**
 * @param {Mask} mask
 * @param {Point} point
 */
export function contains(mask, point) {
  const at = rotated(point, { x: mask.left, y: mask.top }, -mask.angle);
  const [x, y] = [at.x - mask.left, at.y - mask.top];
  if (x < 0 || y < 0 || x > mask.width || y > mask.height) return false;
  if (mask.shape === "rect") return true;
  if (mask.shape === "ellipse") return (x / mask.width - 0.5) ** 2 + (y / mask.height - 0.5) ** 2 <= 0.25;
  let inside = false;
  mask.points.forEach((a, place) => {
    const b = mask.points.at(place - 1) ?? a;
    if (a.y > at.y !== b.y > at.y && at.x < ((b.x - a.x) * (at.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}

/**
 * The area of a polygon, in pixels.
 * @param {readonly Point[]} points
 */
export function area(points) {
  const twice = points.reduce((sum, a, place) => {
    const b = points.at(place - 1) ?? a;
    return sum + b.x * a.y - a.x * b.y;
  }, 0);
  return Math.abs(twice) / 2;
}

/**
 * @param {Mask} mask
 * @param {Size} size  of the picture
 */
export function isInside(mask, size) {
  const { left, top, width, height } = bounds(mask);
  return left >= -SLACK && top >= -SLACK && left + width <= size.width + SLACK && top + height <= size.height + SLACK;
}

/**
 * @param {Mask} mask
 * @param {number} x
 * @param {number} y
 * @returns {Mask}
 */
export function moved(mask, x, y) {
  if (!x && !y) return mask;
  const points = mask.points.map((point) => ({ x: point.x + x, y: point.y + y }));
  return { ...mask, left: mask.left + x, top: mask.top + y, points };
}

/**
 * Moved as little as brings it into the picture; null if it is too large for that.
 * @param {Mask} mask
 * @param {Size} size
 * @returns {Mask | null}
 */
export function broughtInside(mask, size) {
  const box = bounds(mask);
  if (box.width > size.width + SLACK || box.height > size.height + SLACK) return null;
  const x = Math.max(-box.left, 0) + Math.min(size.width - box.left - box.width, 0);
  const y = Math.max(-box.top, 0) + Math.min(size.height - box.top - box.height, 0);
  return moved(mask, x, y);
}

/**
 * With another box, before it is turned; the corners of a polygon go along.
 * @param {Mask} mask
 * @param {Box} box
 * @returns {Mask}
 */
export function boxed(mask, box) {
  const [across, down] = [box.width / mask.width, box.height / mask.height];
  const points = mask.points.map((point) => ({
    x: box.left + (point.x - mask.left) * across,
    y: box.top + (point.y - mask.top) * down,
  }));
  return { ...mask, ...box, points };
}

/**
 * Turned by so many degrees about a point.
 * @param {Mask} mask
 * @param {number} degrees
 * @param {Point} [about]
 * @returns {Mask}
 */
export function turned(mask, degrees, about = middle(mask)) {
  const corner = rotated({ x: mask.left, y: mask.top }, about, degrees);
  const angle = (((mask.angle + degrees) % 360) + 360) % 360;
  return { ...moved(mask, corner.x - mask.left, corner.y - mask.top), angle: angle > 359.995 ? 0 : angle };
}

/**
 * With a side or a corner of its box drawn to a point. It is never turned over.
 * @param {Mask} mask
 * @param {Side} side
 * @param {Point} to
 * @param {boolean} keepRatio
 * @returns {Mask}
 */
export function resized(mask, side, to, keepRatio) {
  const corner = { x: mask.left, y: mask.top };
  const box = drawnTo(mask, side, rotated(to, corner, -mask.angle), keepRatio);
  // The box turns about its corner: where that has gone, as it is drawn.
  const at = rotated({ x: box.left, y: box.top }, corner, mask.angle);
  return boxed(mask, { left: at.x, top: at.y, width: box.width, height: box.height });
}

/**
 * An upright box of which a side or a corner is drawn to a point; the opposite one stays.
 * @param {Box} box
 * @param {Side} side
 * @param {Point} to
 * @param {boolean} keepRatio
 * @returns {Box}
 */
export function drawnTo({ left, top, width, height }, side, to, keepRatio) {
  const [right, bottom] = [left + width, top + height];
  let across = side.includes("e") ? to.x - left : side.includes("w") ? right - to.x : width;
  let down = side.includes("s") ? to.y - top : side.includes("n") ? bottom - to.y : height;
  if (keepRatio) {
    const scales = [across / width, down / height];
    const scale = Math.max(
      side.length === 2 ? Math.max(...scales) : "ew".includes(side) ? (scales[0] ?? 1) : (scales[1] ?? 1),
      LEAST / Math.min(width, height),
    );
    [across, down] = [width * scale, height * scale];
  }
  [across, down] = [Math.max(across, LEAST), Math.max(down, LEAST)];
  return {
    left: side.includes("w") ? right - across : side.length === 1 && keepRatio ? left + (width - across) / 2 : left,
    top: side.includes("n") ? bottom - down : side.length === 1 && keepRatio ? top + (height - down) / 2 : top,
    width: across,
    height: down,
  };
}

/**
 * A polygon with other corners, as they are drawn: it is not turned any more. Null if nothing would be within them.
 * @param {Mask} mask
 * @param {readonly Point[]} points
 * @returns {Mask | null}
 */
export function reshaped(mask, points) {
  if (points.length < 3 || area(points) < LEAST / 2) return null;
  return { ...mask, ...around(points), points, angle: 0 };
}
