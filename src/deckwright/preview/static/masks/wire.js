// What the server is asked about the masks of a picture, and what it tells: lengths there are fractions of the picture.

import { encoded, token } from "../server.js";
import { around } from "./shapes.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Size} Size */
/** @typedef {import("./snapping.js").Label} Label */

/**
 * A mask as it is sent. `id` is who it was when it was read; a new one has none.
 * @typedef {object} Sent
 * @property {string} [id]
 * @property {string} name
 * @property {Mask["shape"]} shape
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {[number, number][]} points
 * @property {number} angle
 * @property {string} group
 * @property {string} hint
 * @property {string} label
 * @property {string} was
 * @property {boolean} hideOne
 * @property {number | null} element
 * @property {boolean} [isKnown]
 */

/**
 * A note that shows the picture. `masks` are the names that it asks for; empty for all.
 * @typedef {object} Note
 * @property {string} key
 * @property {string} id
 * @property {string} title
 * @property {string} file
 * @property {number} line
 * @property {string} editor
 * @property {"hide-all" | "hide-one"} mode
 * @property {string[]} masks
 */

/** @typedef {{ element: number | null, text: string, box: [number, number, number, number] }} SentLabel */
/** @typedef {import("../server.js").Problem} Problem */

/**
 * @typedef {object} Picture
 * @property {string} path
 * @property {"drawing" | "picture"} kind
 * @property {[number, number]} size
 * @property {string} version
 * @property {string} target
 * @property {string} refused
 * @property {Sent[]} masks
 * @property {SentLabel[]} labels
 * @property {Note[]} notes
 * @property {Problem[]} problems
 */

/** @typedef {{ status: number, message: string, problems: Problem[] }} Refusal */

/**
 * @param {string} path
 * @returns {Promise<Picture | Refusal>}
 */
export function read(path) {
  return ask(address(path));
}

/**
 * @param {string} path
 * @param {string} version  what the masks were made from: if the files have changed since, nothing is written
 * @param {Sent[]} masks
 * @returns {Promise<Picture | Refusal>}
 */
export function write(path, version, masks) {
  const headers = { "Content-Type": "application/json", "X-Deckwright-Token": token() };
  return ask(address(path), { method: "POST", headers, body: JSON.stringify({ version, masks }) });
}

/**
 * The labels of a picture that is no SVG: it takes seconds.
 * @param {string} path
 * @returns {Promise<{ labels: SentLabel[] } | Refusal>}
 */
export function labels(path) {
  return ask(`${address(path)}/labels`);
}

/**
 * @param {string} path
 * @param {string} version
 */
export function pictureOf(path, version) {
  return `/pictures/${encoded(path)}?v=${encodeURIComponent(version)}`;
}

/**
 * Whether the server did not do what it was asked.
 * @param {object} answer
 * @returns {answer is Refusal}
 */
export function isRefusal(answer) {
  return "status" in answer;
}

/**
 * @param {Sent} sent
 * @param {Size} size
 * @param {string} uid
 * @returns {Mask}
 */
export function taken(sent, size, uid) {
  const points =
    sent.shape === "polygon" ? sent.points.map(([x, y]) => ({ x: x * size.width, y: y * size.height })) : [];
  const box = points.length
    ? around(points)
    : {
        left: sent.left * size.width,
        top: sent.top * size.height,
        width: sent.width * size.width,
        height: sent.height * size.height,
      };
  const { name, shape, angle, group, hint, was, hideOne, element, isKnown = false } = sent;
  const label = sent.label === name ? "" : sent.label;
  return { uid, name, shape, ...box, points, angle, group, hint, label, was, hideOne, element, isKnown };
}

/**
 * @param {Mask} mask
 * @param {Size} size
 * @param {{ mask: Mask, sent: Sent } | undefined} before  as it was read last: the same numbers are sent for what stayed
 * @returns {Sent}
 */
export function sent(mask, size, before) {
  const { name, shape, angle, group, hint, label, hideOne, element } = mask;
  const was = before?.sent.was ?? "";
  const stays = before && sameForm(mask, before.mask);
  const { left, top, width, height, points } = stays ? before.sent : fractions(mask, size);
  const made = { name, shape, left, top, width, height, points, angle, group, hint, label, was, hideOne, element };
  return before?.sent.id === undefined ? made : { ...made, id: before.sent.id };
}

/**
 * Whether two masks cover the same.
 * @param {Mask} a
 * @param {Mask} b
 */
export function sameForm(a, b) {
  if (a === b) return true;
  const numbers = /** @type {const} */ (["left", "top", "width", "height", "angle"]);
  return (
    a.shape === b.shape &&
    numbers.every((key) => a[key] === b[key]) &&
    a.points.length === b.points.length &&
    a.points.every(({ x, y }, place) => x === b.points[place]?.x && y === b.points[place]?.y)
  );
}

/**
 * @param {SentLabel} label
 * @param {Size} size
 * @returns {Label}
 */
export function label({ element, text, box: [left, top, width, height] }, size) {
  const across = size.width;
  const down = size.height;
  return {
    element,
    text,
    box: { left: left * across, top: top * down, width: width * across, height: height * down },
  };
}

/**
 * @param {Mask} mask
 * @param {Size} size
 * @returns {Pick<Sent, "left" | "top" | "width" | "height" | "points">}
 */
function fractions(mask, size) {
  const part = (/** @type {number} */ length, /** @type {number} */ of) => Number((length / of).toFixed(6));
  return {
    left: part(mask.left, size.width),
    top: part(mask.top, size.height),
    width: part(mask.width, size.width),
    height: part(mask.height, size.height),
    points: mask.points.map(({ x, y }) => [part(x, size.width), part(y, size.height)]),
  };
}

/** @param {string} path */
function address(path) {
  return `/api/masks/${encoded(path)}`;
}

/**
 * @param {string} address
 * @param {RequestInit} [how]
 * @returns {Promise<any>}
 */
async function ask(address, how) {
  const answer = await fetch(address, how);
  if (answer.ok) return answer.json();
  const text = await answer.text();
  try {
    const { message = text, problems = [] } = JSON.parse(text);
    return { status: answer.status, message, problems };
  } catch {
    return { status: answer.status, message: text.trim() || `The server answers ${answer.status}.`, problems: [] };
  }
}
