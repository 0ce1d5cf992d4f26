// The page of `deckwright preview`: what is chosen stands in its address, what is shown follows the builds.

import { filters as filtersOf, isOfCards, UNFILTERED, WIDTHS, write } from "./address.js";
import { Builds } from "./builds.js";
import { Details } from "./details.js";
import { counted, find, press, say } from "./dom.js";
import { Drawers } from "./drawers.js";
import { Filters } from "./filters.js";
import { Grid } from "./grid.js";
import { Keys } from "./keys.js";
import { Listing } from "./listing.js";
import { Night } from "./night.js";
import { Place } from "./pictures/place.js";
import { Problems } from "./problems.js";
import { missed, none } from "./reasons.js";
import { Search } from "./search.js";
import * as server from "./server.js";
import { Stack } from "./stack.js";
import { Way } from "./way.js";

/** @typedef {import("./address.js").State} State */

const SCROLLS = ["ArrowDown", "ArrowUp", "PageDown", "PageUp"];

class Page {
  #way = new Way({
    leaves: (from, to) => this.#place.leaves(from, to),
    went: (from, first, isFollowed) => this.#went(from, first, isFollowed),
  });
  /** @type {server.Deck | null} */
  #deck = null;
  /** The card that is shown. @type {server.Card | null} */
  #card = null;
  /** The card that is there in place of one that is not. @type {string | null} */
  #near = null;
  #turn = 0;
  /** @type {Promise<void>} */
  #moving = Promise.resolve();
  #moves = 0;

  #told = find("told", HTMLElement);
  #main = find("main", HTMLElement);

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
    this.#way.go(change, true, true);
  });
  #search = new Search({
    searched: (q, isDone) => this.#seek(q, isDone),
    left: () => this.#main.focus({ preventScroll: true }),
  });
  #details = new Details((picture) => this.#way.masksAddress(picture));
  #builds = new Builds(() => this.#refresh());
  #problems = new Problems((key) => this.#way.cardAddress(key));
  #place = new Place({
    state: () => this.#state,
    choose: (change) => this.#way.go(change, true),
    address: (picture) => this.#way.masksAddress(picture),
    cardAddress: (key) => this.#way.cardAddress(key),
    told: (words) => say(this.#told, words),
    leave: () => this.#way.leave(),
    keys: (keys) => {
      this.#keys.ofMasks = keys;
    },
  });
  #keys = new Keys(
    [
      [
        ["stack"],
        [
          { keys: [" ", "Enter"], shown: "Space Enter", words: "Turn the card", run: () => this.#flip() },
          { keys: ["ArrowRight", "j"], shown: "→ j", words: "Next card", run: () => this.#step(1), again: true },
          { keys: ["ArrowLeft", "k"], shown: "← k", words: "Previous card", run: () => this.#step(-1), again: true },
          { keys: ["i"], words: "About this card", run: () => this.#drawers.toggle("about") },
          { keys: ["e"], words: "Open the card in the editor", run: () => this.#edit() },
          { keys: ["w"], words: "Next width", run: () => this.#widen() },
          { keys: ["h"], words: "Show or hide masks", run: () => this.#stack.tell("h") },
          { keys: ["r"], words: "Play the sounds again", run: () => this.#stack.tell("r") },
          { keys: ["t"], words: "Type the answer", run: () => this.#stack.type() },
        ],
      ],
      [["pictures"], [{ keys: ["a"], words: "Add a picture from a file", run: () => this.#place.add() }]],
      [
        ["stack", "grid"],
        [
          { keys: ["g"], words: "One card, or all as a grid", run: () => this.#swap() },
          { keys: ["f"], words: "Filters", run: () => this.#drawers.toggle("filters") },
        ],
      ],
      [
        ["stack", "grid", "pictures"],
        [
          { keys: SCROLLS, shown: "↓ ↑", words: "Scroll", run: (key) => this.#scroll(key), again: true },
          { keys: ["/"], words: "Search", run: () => this.#search.select() },
          { keys: [], shown: "Ctrl V", words: "Add the picture in the clipboard" },
        ],
      ],
      [
        ["stack", "grid", "pictures", "masks"],
        [
          { keys: ["m"], words: "Pictures, or back to the cards", run: () => this.#toPictures() },
          { keys: ["p"], words: "Problems", run: () => this.#problems.toggle() },
          { keys: ["n"], words: "Night or day", run: () => this.#toggleNight() },
          { keys: ["Escape"], shown: "Esc", words: "Close, go back, or leave the search", run: () => this.#escape() },
        ],
      ],
    ],
    () => this.#state.view,
  );

  start() {
    for (const button of document.querySelectorAll("button[data-view]")) {
      const { view } = /** @type {HTMLElement} */ (button).dataset;
      button.addEventListener("click", () => this.#view(/** @type {State["view"]} */ (view)));
    }
    for (const button of document.querySelectorAll("button[data-width]")) {
      const width = /** @type {State["width"]} */ (/** @type {HTMLElement} */ (button).dataset.width);
      button.addEventListener("click", () => this.#way.go({ width }, false));
    }
    find("skip", HTMLAnchorElement).addEventListener("click", (event) => {
      event.preventDefault();
      this.#main.focus();
    });
    this.#draw();
    this.#loading = this.#builds.start();
  }

  get #state() {
    return this.#way.state;
  }

  // What is chosen

  /**
   * Shows what is chosen now.
   * @param {State} from
   * @param {boolean} first
   * @param {boolean} isFollowed
   */
  #went(from, first, isFollowed) {
    const to = this.#state;
    if (to.view !== from.view) this.#drawers.close();
    this.#draw();
    void this.#load(first);
    const isElsewhere = isOfCards(from) !== isOfCards(to) || from.picture !== to.picture;
    const stays = !isFollowed && find("top", HTMLElement).contains(document.activeElement);
    if (isElsewhere && !stays && !isOfCards(to)) this.#place.focus(from, to);
    else if (isElsewhere ? !stays : isFollowed && from.view === "grid" && to.view === "stack")
      this.#main.focus({ preventScroll: true });
  }

  #flip() {
    if (this.#state.view !== "stack" || !this.#state.key) return;
    this.#way.go({ side: this.#state.side === "front" ? "back" : "front" }, false);
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
      this.#way.go({ key: to, side: "front" }, true);
      await this.#settled();
    });
  }

  /** @param {State["view"]} view */
  #view(view) {
    if (view === this.#state.view) return;
    const tile = this.#state.view === "grid" ? this.#listing.at(this.#grid.active) : undefined;
    if (tile && view === "stack") this.#way.go({ view, key: tile.key, side: "front" }, true);
    else this.#way.turnTo(view);
    if (view === "grid") this.#grid.reveal(this.#card?.position ?? 0);
  }

  #swap() {
    this.#view(this.#state.view === "grid" ? "stack" : "grid");
  }

  #toPictures() {
    if (this.#state.view === "pictures") this.#way.leave();
    else this.#way.turnTo("pictures");
  }

  #toggleNight() {
    this.#way.go({ night: this.#night.on ? "0" : "1" }, false);
  }

  #widen() {
    this.#way.go({ width: WIDTHS[WIDTHS.indexOf(this.#state.width) + 1] ?? WIDTHS[0] }, false);
  }

  #edit() {
    if (this.#card?.editor) location.assign(this.#card.editor);
  }

  /** @param {string} key */
  #scroll(key) {
    const rooms = { stack: "stage", grid: "grid", pictures: "pictures-room", masks: "masks" };
    const room = find(rooms[this.#state.view], HTMLElement);
    const far = key.startsWith("Page") ? room.clientHeight * 0.9 : 60;
    room.scrollBy({ top: key.endsWith("Up") ? -far : far });
  }

  #escape() {
    const isListed = !find("problems", HTMLElement).hidden;
    if (this.#drawers.isOpen) this.#drawers.close();
    else if (this.#search.isActive) this.#search.escape();
    else if (isListed) this.#problems.toggle(false);
    else if (!isOfCards(this.#state)) this.#way.leave();
    if (document.activeElement instanceof HTMLIFrameElement) this.#main.focus({ preventScroll: true });
  }

  /**
   * @param {string} q
   * @param {boolean} isDone
   */
  #seek(q, isDone) {
    this.#way.go({ q }, isDone, true);
    if (!isDone) return;
    if (this.#state.view === "grid") this.#grid.focus();
    else if (this.#state.view === "pictures") this.#place.focus(this.#state, this.#state);
    else this.#main.focus({ preventScroll: true });
  }

  /**
   * A key that the document of a card has passed on.
   * @param {string} key
   * @param {boolean} shift
   */
  #press(key, shift) {
    this.#keys.press(shift && key === "/" ? "?" : key);
  }

  // What is shown

  /** Draws what needs no answer of the server. */
  #draw() {
    const state = this.#state;
    this.#night.show(state.night);
    document.body.dataset.view = state.view;
    this.#problems.calm = state.view === "masks";
    for (const view of /** @type {const} */ (["stack", "grid", "pictures", "masks"]))
      find(view, HTMLElement).hidden = view !== state.view;
    press("button[data-view]", "view", isOfCards(state) ? state.view : "pictures");
    press("button[data-width]", "width", state.width);
    this.#search.show(state);
    this.#way.entitle(this.#card?.title);
    this.#place.show(state);
    if (!isOfCards(state)) return;
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
    if (this.#state.view === "pictures") await this.#place.load();
    if (!isOfCards(this.#state)) return;
    const filters = filtersOf(this.#state);
    const listing = this.#listing.choose(filters);
    if (first) this.#grid.restart();
    if (!this.#state.key || this.#state.view === "grid") await listing;
    if (turn !== this.#turn || this.#state.view === "grid") return;
    if (!this.#state.key) {
      this.#way.take(this.#listing.at(0)?.key ?? "");
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
        this.#way.take(to);
        return await this.#loadAll(false);
      }
      if ("missing" in card) this.#miss(card);
      else this.#show(card);
    } catch {
      return; // The server is gone: see builds.js.
    }
  }

  /** @param {server.Card} card */
  #show(card) {
    const patched = this.#card?.key === card.key && this.#card.digest !== card.digest;
    this.#card = card;
    this.#near = null;
    this.#stack.show(card, this.#state, this.#night.on);
    this.#details.show(card);
    this.#way.entitle(card.title);
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
    const hasErrors = this.#deck?.problems.some((one) => one.severity === "error") ?? false;
    const href = write({ ...this.#state, key: missing.near ?? "", side: "front" });
    this.#stack.nothing(...missed(missing, hasErrors, href));
  }

  #empty() {
    this.#card = null;
    this.#near = null;
    this.#details.show(null);
    this.#stack.nothing(...this.#why());
  }

  #why() {
    return none(this.#state, () => this.#way.go(UNFILTERED, true, true));
  }

  /** The list has an answer of the server. */
  #listed() {
    if (this.#listing.total === 0) this.#grid.nothing(...this.#why());
    this.#grid.draw();
    if (this.#search.isActive && this.#state.q) say(this.#told, counted(this.#listing.total ?? 0, "card"));
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
      this.#place.build(deck);
      this.#draw();
      await this.#load(false);
      return deck;
    } catch {
      return null; // The server is gone: see builds.js.
    }
  }
}

new Page().start();
