// Zoom and pan: where on the screen the picture is.

/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./shapes.js").Size} Size */

/** A pixel of the picture has `scale` pixels of the screen; `x` and `y` are where its left upper corner is in the room.
 * @typedef {{ scale: number, x: number, y: number }} View */

/** Pixels between the whole picture and the edge of the room. */
const MARGIN = 24;
/** Pixels at the foot of the room that the bar of tools takes. */
const FOOT = 52;
/** The most pixels of the screen that a pixel of the picture gets: when the whole is shown, and at all. */
const FITTED = 6;
const MOST = 32;
/** How many pixels of the picture stay in the room, at least, on the screen. */
const SEEN = 48;

/**
 * The whole picture, in the middle.
 * @param {Size} size  of the picture
 * @param {Size} room
 * @returns {View}
 */
export function fitted(size, room) {
  const margin = Math.min(MARGIN, room.width / 12, room.height / 12);
  const scale = Math.max(
    Math.min((room.width - 2 * margin) / size.width, (room.height - FOOT - 2 * margin) / size.height, FITTED),
    0.001,
  );
  return centred(scale, size, room);
}

/**
 * The picture in the middle, on whole pixels of the screen.
 * @param {number} scale
 * @param {Size} size
 * @param {Size} room
 * @returns {View}
 */
export function centred(scale, size, room) {
  return {
    scale,
    x: Math.round((room.width - size.width * scale) / 2),
    y: Math.round((room.height - FOOT - size.height * scale) / 2),
  };
}

/**
 * @param {View} view
 * @param {number} factor
 * @param {Point} at  what stays where it is, in the room
 * @param {Size} size
 * @param {Size} room
 * @returns {View}
 */
export function zoomed(view, factor, at, size, room) {
  const least = Math.min(fitted(size, room).scale / 2, 1);
  const scale = Math.min(Math.max(view.scale * factor, least), MOST);
  const by = scale / view.scale;
  return held({ scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }, size, room);
}

/**
 * @param {View} view
 * @param {number} x
 * @param {number} y
 * @param {Size} size
 * @param {Size} room
 * @returns {View}
 */
export function panned(view, x, y, size, room) {
  return held({ ...view, x: view.x + x, y: view.y + y }, size, room);
}

/**
 * So that a part of the picture stays in the room.
 * @param {View} view
 * @param {Size} size
 * @param {Size} room
 * @returns {View}
 */
function held({ scale, x, y }, size, room) {
  return {
    scale,
    x: Math.min(Math.max(x, SEEN - size.width * scale), room.width - SEEN),
    y: Math.min(Math.max(y, SEEN - size.height * scale), room.height - SEEN),
  };
}

/**
 * A place in the room as one in the picture.
 * @param {View} view
 * @param {Point} at
 * @returns {Point}
 */
export function toPicture({ scale, x, y }, at) {
  return { x: (at.x - x) / scale, y: (at.y - y) / scale };
}

/**
 * @param {View} view
 * @param {Point} at
 * @returns {Point}
 */
export function toRoom({ scale, x, y }, at) {
  return { x: at.x * scale + x, y: at.y * scale + y };
}
