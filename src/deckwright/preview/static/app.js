// The page of `deckwright preview`: what is chosen stands in its address, what is shown follows the builds.

import { FILTERS, filters as filtersOf, read, START, UNFILTERED, WIDTHS, write } from "./address.js";
import { Builds } from "./builds.js";
import { Details } from "./details.js";
import { counted, find, make, press, say } from "./dom.js";
import { Drawers } from "./drawers.js";
import { Filters } from "./filters.js";
import { Grid } from "./grid.js";
import { Keys } from "./keys.js";
import { Listing } from "./listing.js";
import { Night } from "./night.js";
import { Problems } from "./problems.js";
import * as server from "./server.js";
import { Stack } from "./stack.js";

/** @typedef {import("./address.js").State} State */

/** Milliseconds after the last letter, before it is searched. */
const TYPING = 150;
/** Milliseconds that something has to be seen to be a step "back". */
const STEP = 700;

class Page {
  /** @type {State} */
  #state = read(location.hash);
  /** @type {server.Deck | null} */
  #deck = null;
  /** The card that is shown. @type {server.Card | null} */
  #card = null;
  /** The card that is there in place of one that is not. @type {string | null} */
  #near = null;
  #turn = 0;
  #stepped = 0;
  #typing = 0;
  /** @type {Promise<void>} */
  #moving = Promise.resolve();
  #moves = 0;

  #search = find("search", HTMLInputElement);
  #told = find("told", HTMLElement);
  #main = find("main", HTMLElement);
  #views = { stack: find("stack", HTMLElement), grid: find("grid", HTMLElement) };

  #drawers = new Drawers();
  #listing = new Listing(() => this.#listed());
  #night = new Night(
    () => this.#toggleNight(),
    () => this.#draw(),
  );
  #stack = new Stack({
    flip: () => this.#flip(),
    step: (by) => this.#step(by),
    key: (key, shift) => this.#press(key, shift),
  });
  #grid = new Grid(this.#listing, (key) => write({ ...this.#state, key, side: "front", view: "stack" }));
  #filters = new Filters((change) => {
    this.#drawers.close();
    this.#go(change, true, true);
  });
  #details = new Details();
  #builds = new Builds(() => this.#refresh());
  #problems = new Problems((key) => write({ ...START, night: this.#state.night, width: this.#state.width, key }));
  #keys = new Keys([
    { keys: [" ", "Enter"], shown: "Space Enter", words: "Turn the card", run: () => this.#flip() },
    { keys: ["ArrowRight", "j"], shown: "→ j", words: "Next card", run: () => this.#step(1), again: true },
    { keys: ["ArrowLeft", "k"], shown: "← k", words: "Previous card", run: () => this.#step(-1), again: true },
    {
      keys: ["ArrowDown", "ArrowUp", "PageDown", "PageUp"],
      shown: "↓ ↑",
      words: "Scroll",
      run: (key) => this.#scroll(key),
      again: true,
    },
    {
      keys: ["g"],
      words: "One card, or all as a grid",
      run: () => this.#view(this.#state.view === "grid" ? "stack" : "grid"),
    },
    { keys: ["/"], words: "Search", run: () => this.#search.select() },
    { keys: ["f"], words: "Filters", run: () => this.#drawers.toggle("filters") },
    { keys: ["i"], words: "About this card", run: () => this.#about() },
    { keys: ["e"], words: "Open the card in the editor", run: () => this.#edit() },
    { keys: ["p"], words: "Problems", run: () => this.#problems.toggle() },
    { keys: ["n"], words: "Night or day", run: () => this.#toggleNight() },
    { keys: ["w"], words: "Next width", run: () => this.#widen() },
    { keys: ["h"], words: "Show or hide masks", run: () => this.#stack.tell("h") },
    { keys: ["r"], words: "Play the sounds again", run: () => this.#stack.tell("r") },
    { keys: ["t"], words: "Type the answer", run: () => this.#stack.type() },
    { keys: ["Escape"], shown: "Esc", words: "Close, or leave the search", run: () => this.#escape() },
  ]);

  start() {
    addEventListener("hashchange", () => this.#follow());
    for (const button of document.querySelectorAll("button[data-view]")) {
      button.addEventListener("click", () =>
        this.#view(/** @type {HTMLElement} */ (button).dataset.view === "grid" ? "grid" : "stack"),
      );
    }
    for (const button of document.querySelectorAll("button[data-width]")) {
      const width = /** @type {State["width"]} */ (/** @type {HTMLElement} */ (button).dataset.width);
      button.addEventListener("click", () => this.#go({ width }, false));
    }
    find("skip", HTMLAnchorElement).addEventListener("click", (event) => {
      event.preventDefault();
      this.#main.focus();
    });
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#go({ q: this.#search.value.trim() }, false, true), TYPING);
    });
    find("search-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#typing);
      this.#go({ q: this.#search.value.trim() }, true, true);
      if (this.#state.view === "grid") this.#grid.focus();
      else this.#main.focus({ preventScroll: true });
    });
    this.#draw();
    this.#loading = this.#builds.start();
  }

  // What is chosen

  /**
   * Changes what is chosen. `step`: "back" leads to what was before. `first`: where the card is not among those that are
   * kept, the first of them takes its place.
   * @param {Partial<State>} change
   * @param {boolean} step
   * @param {boolean} [first]
   */
  #go(change, step, first = false) {
    this.#state = { ...this.#state, ...change };
    const now = performance.now();
    const address = write(this.#state);
    if (address !== location.hash) {
      if (step && now - this.#stepped > STEP) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    }
    if (step) this.#stepped = now;
    this.#draw();
    void this.#load(first);
  }

  /** The address was changed by a link, by hand, or by "back". */
  #follow() {
    const before = this.#state;
    this.#state = read(location.hash);
    this.#stepped = performance.now();
    this.#draw();
    void this.#load(false);
    if (before.view === "grid" && this.#state.view === "stack") this.#main.focus({ preventScroll: true });
  }

  #flip() {
    if (this.#state.view !== "stack" || !this.#state.key) return;
    this.#go({ side: this.#state.side === "front" ? "back" : "front" }, false);
    say(this.#told, this.#state.side === "back" ? "Answer" : "Question");
  }

  /**
   * To a neighbour, one step after the other, however quickly they are asked for.
   * @param {-1 | 1} by
   */
  #step(by) {
    if (this.#state.view !== "stack" || this.#moves > 8) return;
    this.#moves += 1;
    this.#moving = this.#moving.then(async () => {
      this.#moves -= 1;
      await this.#settled();
      const neighbours = this.#card?.neighbours;
      const to = neighbours ? (by > 0 ? neighbours.next : neighbours.previous) : this.#near;
      if (!to) return;
      this.#go({ key: to, side: "front" }, true);
      await this.#settled();
    });
  }

  /** @param {State["view"]} view */
  #view(view) {
    if (view === this.#state.view) return;
    const tile = view === "stack" ? this.#listing.at(this.#grid.active) : undefined;
    this.#go(tile ? { view, key: tile.key, side: "front" } : { view }, true);
    if (view === "grid") this.#grid.reveal(this.#card?.position ?? 0);
  }

  #toggleNight() {
    this.#go({ night: this.#night.on ? "0" : "1" }, false);
  }

  #widen() {
    this.#go({ width: WIDTHS[WIDTHS.indexOf(this.#state.width) + 1] ?? WIDTHS[0] }, false);
  }

  #about() {
    if (this.#state.view === "stack") this.#drawers.toggle("about");
  }

  #edit() {
    if (this.#state.view === "stack" && this.#card?.editor) location.assign(this.#card.editor);
  }

  /** @param {string} key */
  #scroll(key) {
    const room = this.#state.view === "grid" ? this.#views.grid : find("stage", HTMLElement);
    const far = key.startsWith("Page") ? room.clientHeight * 0.9 : 60;
    room.scrollBy({ top: key.endsWith("Up") ? -far : far });
  }

  #escape() {
    if (this.#drawers.isOpen) this.#drawers.close();
    else if (document.activeElement === this.#search) {
      if (this.#search.value) {
        this.#search.value = "";
        this.#go({ q: "" }, false, true);
      } else this.#main.focus({ preventScroll: true });
    } else {
      this.#problems.toggle(false);
      if (document.activeElement instanceof HTMLIFrameElement) this.#main.focus({ preventScroll: true });
    }
  }

  /**
   * A key that the document of a card has passed on.
   * @param {string} key
   * @param {boolean} shift
   */
  #press(key, shift) {
    this.#keys.press(shift && key === "/" ? "?" : key);
    if (key === "/") this.#search.focus();
  }

  // What is shown

  /** Draws what needs no answer of the server. */
  #draw() {
    const state = this.#state;
    this.#night.show(state.night);
    document.body.dataset.view = state.view;
    for (const [name, view] of Object.entries(this.#views)) view.hidden = name !== state.view;
    press("button[data-view]", "view", state.view);
    press("button[data-width]", "width", state.width);
    if (document.activeElement !== this.#search && this.#search.value.trim() !== state.q) this.#search.value = state.q;
    if (this.#deck) this.#filters.show(this.#deck, state);
    if (this.#card && this.#card.key === state.key) this.#stack.show(this.#card, state, this.#night.on);
    if (state.view === "grid") this.#grid.draw();
  }

  /** @type {Promise<void>} */
  #loading = Promise.resolve();

  /**
   * Gets the list, and the card that is shown.
   * @param {boolean} first
   */
  #load(first) {
    this.#loading = this.#loadAll(first);
    return this.#loading;
  }

  /** Waits until nothing is loaded any more, also what a build has asked for in between. */
  async #settled() {
    for (let waited; waited !== this.#loading; ) {
      waited = this.#loading;
      await waited;
    }
  }

  /**
   * @param {boolean} first
   * @returns {Promise<void>}
   */
  async #loadAll(first) {
    const turn = ++this.#turn;
    const filters = filtersOf(this.#state);
    const listing = this.#listing.choose(filters);
    if (first) this.#grid.restart();
    if (!this.#state.key || this.#state.view === "grid") await listing;
    if (turn !== this.#turn || this.#state.view === "grid") return;
    if (!this.#state.key) {
      this.#take(this.#listing.at(0)?.key ?? "");
      if (!this.#state.key) return this.#empty();
    }
    try {
      const card = await server.card(this.#state.key, filters);
      if (turn !== this.#turn) return;
      if (first && ("missing" in card || card.position === null)) {
        await listing;
        if (turn !== this.#turn) return;
        const to = this.#listing.at(0)?.key;
        if (!to) return this.#empty();
        this.#take(to);
        return await this.#loadAll(false);
      }
      if ("missing" in card) this.#miss(card);
      else this.#show(card);
    } catch {
      return; // The server is gone: see builds.js.
    }
  }

  /**
   * Another card takes the place of the one in the address.
   * @param {string} key
   */
  #take(key) {
    this.#state = { ...this.#state, key, side: "front" };
    history.replaceState(null, "", write(this.#state));
  }

  /** @param {server.Card} card */
  #show(card) {
    const patched = this.#card?.key === card.key && this.#card.digest !== card.digest;
    this.#card = card;
    this.#near = null;
    this.#stack.show(card, this.#state, this.#night.on);
    this.#details.show(card);
    document.title = `${card.title.slice(0, 60)} · ${this.#deck?.name ?? "Preview"}`;
    if (patched) {
      const paper = find("paper", HTMLElement);
      paper.classList.remove("patched");
      void paper.offsetWidth; // So that the animation begins again.
      paper.classList.add("patched");
    }
  }

  /** @param {server.Missing} missing */
  #miss(missing) {
    this.#card = null;
    this.#near = missing.near;
    this.#details.show(null);
    const errors = this.#deck?.problems.some((one) => one.severity === "error");
    const words = errors
      ? `${missing.message} If its note has an error, it comes back when the error is mended.`
      : missing.message;
    const href = write({ ...this.#state, key: missing.near ?? "", side: "front" });
    const way = make("a", { class: "button", href }, missing.near ? "Go to the nearest card" : "Go to the first card");
    this.#stack.nothing("This card is not there", words, way);
  }

  #empty() {
    this.#card = null;
    this.#near = null;
    this.#details.show(null);
    const [title, words, ...ways] = this.#why();
    this.#stack.nothing(title, words, ...ways);
  }

  /** @returns {[string, string, ...Node[]]} */
  #why() {
    if (FILTERS.some((name) => this.#state[name])) {
      const lift = () => this.#go(UNFILTERED, true, true);
      return [
        "No card is like that",
        "Nothing fits the search and all filters.",
        make("button", { type: "button", class: "button", onclick: lift }, "Show all cards"),
      ];
    }
    return ["There are no cards yet", "Cards appear here as soon as a note is saved."];
  }

  /** The list has an answer of the server. */
  #listed() {
    if (this.#listing.total === 0) this.#grid.nothing(...this.#why());
    this.#grid.draw();
    if (this.#search === document.activeElement && this.#state.q)
      say(this.#told, counted(this.#listing.total ?? 0, "card"));
  }

  // Builds

  /** Gets all that a build can have changed, and shows it. */
  async #refresh() {
    try {
      const [deck] = await Promise.all([server.deck(), this.#listing.refresh()]);
      this.#deck = deck;
      this.#grid.marksNew = deck.only.new < deck.cards;
      say(find("deck-name", HTMLElement), deck.name);
      say(find("deck-version", HTMLElement), deck.version);
      find("state", HTMLElement).title =
        `Build ${deck.build}, ${deck.seconds.toFixed(2)} s${deck.changed ? `: ${deck.changed}` : ""}`;
      this.#problems.show(deck);
      this.#draw();
      await this.#load(false);
      return deck;
    } catch {
      return null; // The server is gone: see builds.js.
    }
  }
}

new Page().start();
