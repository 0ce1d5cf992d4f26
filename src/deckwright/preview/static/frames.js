// A card in a frame of its own, in which nothing of a note can run. One document takes the place of another without a flash:
// the new one is drawn behind the old one first. A frame is never led to another address, which would be a step "back".

/** @typedef {{ address: string, element: HTMLIFrameElement, height: number, ready: boolean }} Held */
/**
 * What the document of a card tells the page.
 * @typedef {object} Told
 * @property {number} [height]  in pixels
 * @property {string} [key]
 * @property {boolean} [shift]
 * @property {boolean} [tap]
 * @property {string} [typed]
 * @property {string} [link]
 */

/** Milliseconds after which a document is shown, whether it has told its height or not. */
const PATIENCE = 2000;
/** Pixels of a card, at most. */
const TALLEST = 30_000;

export class Frames {
  #place;
  #on;
  /** @type {Held[]} */
  #held = [];
  /** @type {Held | null} */
  #shown = null;
  #wanted = "";
  #typed = "";
  #play = false;
  /** @type {string[]} */
  #ahead = [];
  /** What is done as soon as the document is seen. @type {((frame: HTMLIFrameElement) => void)[]} */
  #waiting = [];

  /**
   * @param {HTMLElement} place
   * @param {{ told: (what: Told) => void, grew: (height: number) => void }} on
   */
  constructor(place, on) {
    this.#place = place;
    this.#on = on;
    addEventListener("message", (event) => this.#hear(event));
  }

  /** The height in pixels of what is seen, before it is made smaller. */
  get height() {
    return this.#shown?.height ?? 0;
  }

  /**
   * Shows the document at an address, named for those who do not see it. `ahead` is what will be wanted next.
   * @param {string} address
   * @param {string} name
   * @param {object} more
   * @param {string} more.typed  what the learner has typed
   * @param {boolean} more.play  whether its sounds are played
   * @param {string[]} more.ahead
   */
  show(address, name, { typed, play, ahead }) {
    this.#wanted = address;
    this.#typed = typed;
    this.#play = play || (this.#play && this.#shown?.address !== address);
    this.#ahead = ahead;
    const held = this.#get(address);
    held.element.title = name;
    if (held.ready) this.#reveal(held);
    else this.#place.setAttribute("aria-busy", "true");
    this.#keep([address, ...ahead]);
  }

  /** Leads the keys to what can be typed in the document. */
  focus() {
    this.#whenSeen((frame) => {
      frame.focus({ preventScroll: true });
      post(frame, { shown: true, play: false, focus: true });
    });
  }

  /**
   * A key for the document: its masks, its sounds.
   * @param {string} key
   */
  tell(key) {
    this.#whenSeen((frame) => post(frame, { key }));
  }

  /** Takes all frames away. */
  clear() {
    this.#wanted = "";
    this.#shown = null;
    this.#waiting = [];
    for (const held of this.#held.splice(0)) held.element.remove();
    this.#place.removeAttribute("aria-busy");
  }

  /**
   * Does something with the frame that is seen, or will be in a moment.
   * @param {(frame: HTMLIFrameElement) => void} deed
   */
  #whenSeen(deed) {
    if (this.#shown && this.#shown.address === this.#wanted) deed(this.#shown.element);
    else this.#waiting.push(deed);
  }

  /** @param {string} address */
  #get(address) {
    const found = this.#held.find((held) => held.address === address);
    if (found) return found;
    const element = document.createElement("iframe");
    element.setAttribute("sandbox", "allow-scripts");
    element.setAttribute("referrerpolicy", "no-referrer");
    element.src = address;
    element.className = "waiting";
    element.inert = true;
    const held = { address, element, height: 0, ready: false };
    element.addEventListener("load", () => setTimeout(() => this.#prepared(held), PATIENCE));
    this.#held.push(held);
    this.#place.append(element);
    return held;
  }

  /** @param {MessageEvent} event */
  #hear(event) {
    const held = this.#held.find(({ element }) => element.contentWindow === event.source);
    if (!held || typeof event.data !== "object" || event.data === null) return;
    /** @type {Told} */
    const told = event.data;
    if (typeof told.height === "number" && told.height >= 0) {
      held.height = Math.min(Math.ceil(told.height), TALLEST);
      held.element.style.height = `${held.height}px`;
      this.#prepared(held);
      if (held === this.#shown) this.#on.grew(held.height);
    } else if (held === this.#shown) {
      this.#on.told(told);
    }
  }

  /** @param {Held} held */
  #prepared(held) {
    if (held.ready || !this.#held.includes(held)) return;
    held.ready = true;
    if (held.address === this.#wanted) this.#reveal(held);
  }

  /** @param {Held} held */
  #reveal(held) {
    this.#place.setAttribute("aria-busy", "false");
    const before = this.#shown;
    const hadFocus = before !== null && document.activeElement === before.element;
    this.#shown = held;
    held.element.className = "seen";
    held.element.inert = false;
    if (before && before !== held) {
      before.element.className = "waiting";
      before.element.inert = true;
      if (hadFocus) held.element.focus({ preventScroll: true });
    }
    if (before !== held) {
      post(held.element, { shown: true, play: this.#play, focus: hadFocus });
      this.#play = false;
      if (this.#typed) post(held.element, { typed: this.#typed });
      this.#on.grew(held.height);
    }
    for (const deed of this.#waiting.splice(0)) deed(held.element);
    for (const next of this.#ahead) this.#get(next);
  }

  /**
   * Takes away what is neither seen nor wanted.
   * @param {string[]} addresses
   */
  #keep(addresses) {
    for (const held of this.#held) {
      if (held !== this.#shown && !addresses.includes(held.address)) held.element.remove();
    }
    this.#held = this.#held.filter((held) => held.element.isConnected);
  }
}

/**
 * @param {HTMLIFrameElement} frame
 * @param {{ typed?: string, key?: string, shown?: boolean, play?: boolean, focus?: boolean }} what
 */
function post(frame, what) {
  // The document has no origin that could be named: it is sandboxed.
  frame.contentWindow?.postMessage(what, "*");
}
