// What the server is asked, and what it tells.

/**
 * @typedef {object} Problem
 * @property {string} code
 * @property {"error" | "warning"} severity
 * @property {string} file
 * @property {number} line
 * @property {number} column
 * @property {string} message
 * @property {string} hint
 * @property {string | null} key  of the first card of its note
 * @property {string} [editor]
 */

/** @typedef {{ name: string, cards: number }} Counted  Its parents have one of their own; it counts what is below it. */
/** @typedef {"new" | "changed" | "released"} Standing  Of a card, compared with the last release. */

/**
 * @typedef {object} Deck
 * @property {number} build
 * @property {"built" | "errors" | "broken" | "gone"} state
 * @property {string} name
 * @property {string} version
 * @property {number} seconds
 * @property {string} changed
 * @property {number} notes
 * @property {number} cards
 * @property {Problem[]} problems
 * @property {Counted[]} decks
 * @property {Counted[]} tags
 * @property {Counted[]} types
 * @property {Counted[]} files
 * @property {{ new: number, changed: number, problems: number }} only
 */

/**
 * A card in a list.
 * @typedef {object} Entry
 * @property {string} key
 * @property {string} note
 * @property {string} card
 * @property {string} title
 * @property {string} deck
 * @property {string} type
 * @property {string} file
 * @property {number} line
 * @property {string} digest  changes when what is seen changes
 * @property {number} problems
 * @property {Standing} state
 */

/** @typedef {{ build: number, total: number, offset: number, cards: Entry[] }} Page */

/**
 * @typedef {object} Card
 * @property {string} key
 * @property {string} note
 * @property {string} guid
 * @property {string} card
 * @property {string} title
 * @property {string} deck
 * @property {string[]} tags
 * @property {string} type
 * @property {string} file
 * @property {number} line
 * @property {string} digest
 * @property {string} changed
 * @property {string} version
 * @property {Standing} state
 * @property {Problem[]} problems
 * @property {string} source
 * @property {string} editor
 * @property {string} picture  of an occlusion note, that with the masks; else empty
 * @property {{ previous: string | null, next: string | null }} neighbours
 * @property {number | null} position  from 0; null where the filters leave the card out
 * @property {number} total
 */

/** @typedef {{ missing: true, message: string, near: string | null }} Missing */

/**
 * A picture of the project that can have masks.
 * @typedef {object} Picture
 * @property {string} path
 * @property {"drawing" | "picture"} kind  a drawing is an SVG
 * @property {number} masks
 * @property {{ key: string, id: string, title: string }[]} notes  occlusion notes that ask for its masks, with their first card
 * @property {string} problem  what is wrong with it or its masks; else empty
 * @property {string} version
 */

/** @typedef {{ build: number, reader: boolean, folders: string[], pictures: Picture[] }} Pictures  Folders are where pictures are saved. */
/** @typedef {{ path: string, section: string, masks: string }} Saved  A new picture: the Markdown of its note, the address of its masks. */
/** @typedef {{ build: number, state: Deck["state"], changedKeys: string[] | null, goneKeys: string[] }} Built */

/** @returns {Promise<Deck>} */
export async function deck() {
  return (await ask("/api/deck")).json();
}

/**
 * @param {URLSearchParams} filters
 * @param {number} offset
 * @param {number} limit
 * @returns {Promise<Page>}
 */
export async function cards(filters, offset, limit) {
  const asked = new URLSearchParams([...filters, ["offset", String(offset)], ["limit", String(limit)]]);
  return (await ask(`/api/cards?${asked}`)).json();
}

/**
 * @param {string} key
 * @param {URLSearchParams} filters
 * @returns {Promise<Card | Missing>}
 */
export async function card(key, filters) {
  const answer = await ask(`/api/cards/${encodeURIComponent(key)}?${filters}`, [404]);
  const told = await answer.json();
  return answer.status === 404 ? { ...told, missing: true } : told;
}

/**
 * The address of the document for a frame.
 * @param {string} key
 * @param {"front" | "back"} side
 * @param {boolean} night
 * @param {string} digest
 * @param {number} [screen]  the height in pixels of the window that it is made for
 */
export function side(key, side, night, digest, screen) {
  const said = new URLSearchParams({ d: digest });
  if (screen) said.set("screen", String(screen));
  if (night) said.set("night", "1");
  return `/cards/${encodeURIComponent(key)}/${side}?${said}`;
}

/** @returns {Promise<Pictures>} */
export async function pictures() {
  return (await ask("/api/masks")).json();
}

/**
 * The address of a picture, at most 480 pixels large.
 * @param {Picture} picture
 */
export function thumbnail({ path, version }) {
  return `/pictures/${encoded(path)}?${new URLSearchParams({ v: version, small: "1" })}`;
}

/**
 * A path as a part of an address.
 * @param {string} path
 */
export function encoded(path) {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Bytes of a picture that is saved, at most. */
export const LARGEST = 32 << 20;

/** What was asked is refused, in words for people. `proposal` is a name that would be taken. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {string} [proposal]
   */
  constructor(status, message, proposal = "") {
    super(message);
    this.status = status;
    this.proposal = proposal;
  }
}

/**
 * Saves a picture. Throws Refused where the server does not take it, TypeError where there is no server.
 * @param {string} name
 * @param {Blob} picture
 * @param {AbortSignal} signal
 * @returns {Promise<Saved>}
 */
export async function save(name, picture, signal) {
  if (picture.size > LARGEST) throw new Refused(413, "The picture is larger than 32 MiB.");
  const answer = await fetch(`/api/pictures?${new URLSearchParams({ name })}`, {
    method: "POST",
    headers: { Accept: "application/json", "X-Deckwright-Token": token() },
    body: picture,
    signal,
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  /** @type {{ message?: string, name?: string }} */
  let told = { message: text.trim() };
  try {
    told = JSON.parse(text);
  } catch {
    // Those who refuse before the request is read say it in plain words.
  }
  throw new Refused(answer.status, told.message || `The picture was not saved (${answer.status}).`, told.name);
}

/** What shows the server that this page asks it, and none of another site. */
export function token() {
  return document.querySelector("meta[name='deckwright-token']")?.getAttribute("content") ?? "";
}

/** Milliseconds between two attempts to reach the server. */
const SOONEST = 500;
const LATEST = 4000;

/**
 * Listens to the builds, for ever: where the server is gone, it is asked again after a while. Nobody listens in a tab that
 * is not seen: a browser has six connections to a server, for all its tabs together.
 * @param {{ built: (event: Built) => void, lost: () => void, found: () => void, paused: () => void }} on
 */
export function listen(on) {
  let wait = SOONEST;
  let timer = 0;
  /** @type {EventSource | null} */
  let now = null;
  const start = () => {
    clearTimeout(timer);
    now?.close();
    now = null;
    if (document.hidden) return on.paused();
    const source = new EventSource("/events");
    now = source;
    source.addEventListener("open", () => {
      wait = SOONEST;
      on.found();
    });
    source.addEventListener("build", (event) => on.built(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (source !== now) return;
      source.close();
      on.lost();
      timer = setTimeout(start, wait);
      wait = Math.min(wait * 2, LATEST);
    });
  };
  document.addEventListener("visibilitychange", start);
  start();
}

/**
 * @param {string} address
 * @param {number[]} [known]  statuses that are answers too
 */
async function ask(address, known = []) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok && !known.includes(answer.status)) throw new Error(`${address}: ${answer.status}`);
  return answer;
}
