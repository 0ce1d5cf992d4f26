// The page follows the builds: each is taken once, one after the other, and told to those who hear the page.

import { counted, find, say } from "./dom.js";
import * as server from "./server.js";

/** Milliseconds without the server, before the page says so. */
const LOST = 1500;

export class Builds {
  #banner = find("lost", HTMLElement);
  #told = find("told", HTMLElement);
  #take;
  /** The deck as it was last taken. @type {server.Deck | null} */
  #deck = null;
  /** Whether the server was away, or nobody listened: then it may be another one, which counts builds anew. */
  #away = false;
  #losing = 0;
  /** @type {Promise<void> | null} */
  #taking = null;
  #again = false;

  /** @param {() => Promise<server.Deck | null>} take  shows what there is now; null where the server does not answer */
  constructor(take) {
    this.#take = take;
  }

  /** Shows what there is, and then each build. Resolves when the first is shown. */
  start() {
    server.listen({
      found: () => {
        clearTimeout(this.#losing);
        this.#losing = 0;
        this.#banner.hidden = true;
      },
      lost: () => {
        this.#away = true;
        if (!this.#losing) this.#losing = setTimeout(() => this.#lose(), LOST);
      },
      paused: () => {
        this.#away = true;
      },
      built: (event) => void this.#built(event),
    });
    return this.#refresh();
  }

  /** @param {server.Built} event */
  async #built(event) {
    if (!this.#away && event.build === this.#deck?.build) return;
    const follows = this.#deck !== null && !this.#away;
    this.#away = false;
    await this.#refresh();
    if (follows) this.#tell(event);
  }

  /** A build that comes while another one is taken is taken afterwards; of several the last. */
  #refresh() {
    this.#again = this.#taking !== null;
    this.#taking ??= this.#takeAll().finally(() => {
      this.#taking = null;
    });
    return this.#taking;
  }

  async #takeAll() {
    do {
      this.#again = false;
      this.#deck = (await this.#take()) ?? this.#deck;
    } while (this.#again);
  }

  /** @param {server.Built} event */
  #tell({ changedKeys, goneKeys }) {
    const changed = changedKeys ? counted(changedKeys.length + goneKeys.length, "card") : "Many cards";
    const problems = this.#deck?.problems.length ?? 0;
    say(this.#told, `${changed} changed. ${problems ? counted(problems, "problem") : "No problems"}.`);
  }

  #lose() {
    this.#banner.hidden = false;
    say(this.#banner, "The preview has stopped. Start “deckwright preview” again, and this page goes on by itself.");
  }
}
