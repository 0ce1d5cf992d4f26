// What is shown: all cards or some of them, by deck, tag, note type and file. Trees open where somebody opens them.

import { FILTERS, UNFILTERED } from "./address.js";
import { find, icon, make } from "./dom.js";

/** @typedef {import("./address.js").Filter} Filter */
/** @typedef {import("./address.js").State} State */
/** @typedef {import("./server.js").Counted} Counted */
/** @typedef {import("./server.js").Deck} Deck */
/** @typedef {{ name: string, label: string, cards: number, below: Branch[] }} Branch */

/** @type {readonly { filter: Filter, title: string, list: "decks" | "tags" | "types" | "files", separator: string }[]} */
const TREES = [
  { filter: "deck", title: "Decks", list: "decks", separator: "::" },
  { filter: "tag", title: "Tags", list: "tags", separator: "::" },
  { filter: "type", title: "Note types", list: "types", separator: "" },
  { filter: "file", title: "Files", list: "files", separator: "/" },
];

/** New and changed are cards since the last release. */
const ONLY = { "": "All cards", new: "New", changed: "Changed", problems: "With problems" };

/** Names of a branch that are listed; search finds the others. */
const MOST = 300;

export class Filters {
  #body = find("filters-body", HTMLElement);
  #chosen = find("chosen", HTMLElement);
  #choose;
  /** The branches that are open, as `deck:name`. @type {Set<string>} */
  #open = new Set();
  /** @type {State | null} */
  #state = null;
  /** @type {Deck | null} */
  #deck = null;
  #shown = "";

  /** @param {(change: Partial<State>) => void} choose */
  constructor(choose) {
    this.#choose = choose;
  }

  /**
   * @param {Deck} deck
   * @param {State} state
   */
  show(deck, state) {
    this.#state = state;
    this.#deck = deck;
    if (!this.#shown) for (const one of roots(deck)) this.#open.add(one);
    this.#above("deck", state.deck, "::");
    this.#above("tag", state.tag, "::");
    this.#above("file", state.file, "/");
    this.#draw();
    this.#chips(state);
  }

  /** Draws all anew where something is new, and leaves focus and scroll where they were. */
  #draw() {
    const [deck, state] = [this.#deck, this.#state];
    if (!deck || !state) return;
    const { decks, tags, types, files, only, cards } = deck;
    const chosen = FILTERS.map((name) => state[name]);
    const shown = JSON.stringify([decks, tags, types, files, only, cards, chosen, [...this.#open]]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.way : undefined;
    const parts = [this.#only(deck, state)];
    for (const { filter, title, list, separator } of TREES) {
      const counted = deck[list];
      if (!counted.length) continue;
      const branches = grown(counted, separator);
      parts.push(
        make(
          "section",
          {},
          make("h3", { id: `${filter}-title` }, title),
          make(
            "ul",
            { class: "tree", "aria-labelledby": `${filter}-title` },
            ...this.#rows(branches, filter, state[filter]),
          ),
        ),
      );
    }
    this.#body.replaceChildren(...parts);
    const again = focused && this.#body.querySelector(`[data-way=${CSS.escape(focused)}]`);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  /**
   * @param {Deck} deck
   * @param {State} state
   */
  #only(deck, state) {
    const counts = { "": deck.cards, ...deck.only };
    const rows = Object.entries(ONLY).map(([value, label]) => {
      const count = counts[/** @type {keyof typeof counts} */ (value)];
      const chosen = value ? state.only === value : FILTERS.every((name) => !state[name]);
      return make("li", {}, this.#button("only", value, label, count, chosen));
    });
    return make(
      "section",
      {},
      make("h3", { id: "only-title" }, "Cards"),
      make("ul", { class: "tree", "aria-labelledby": "only-title" }, ...rows),
    );
  }

  /**
   * @param {Branch[]} branches
   * @param {Filter} filter
   * @param {string} chosen
   * @param {boolean} [nested]  whether anything in the tree can be opened
   * @returns {HTMLLIElement[]}
   */
  #rows(branches, filter, chosen, nested = branches.some(({ below }) => below.length > 0)) {
    const rows = branches.slice(0, MOST).map((branch) => {
      const way = `${filter}:${branch.name}`;
      const open = this.#open.has(way);
      const turn = branch.below.length
        ? make(
            "button",
            {
              type: "button",
              class: "twist",
              "aria-expanded": String(open),
              "aria-label": `Below ${branch.label}`,
              "data-way": `open ${way}`,
              onclick: () => this.#twist(way),
            },
            icon("open"),
          )
        : nested && make("span", { class: "twist" });
      const row = make(
        "span",
        { class: "row" },
        turn,
        this.#button(filter, branch.name, branch.label, branch.cards, branch.name === chosen),
      );
      return make(
        "li",
        {},
        row,
        open && branch.below.length > 0 && make("ul", {}, ...this.#rows(branch.below, filter, chosen, nested)),
      );
    });
    if (branches.length > MOST)
      rows.push(
        make(
          "li",
          { class: "soft more" },
          `and ${(branches.length - MOST).toLocaleString("en")} more: search for them`,
        ),
      );
    return rows;
  }

  /**
   * @param {Filter} filter
   * @param {string} value
   * @param {string} label
   * @param {number} count
   * @param {boolean} chosen
   */
  #button(filter, value, label, count, chosen) {
    return make(
      "button",
      {
        type: "button",
        class: "way",
        "aria-pressed": String(chosen),
        "data-way": `${filter}:${value}`,
        title: value || label,
        onclick: () => this.#choose(value ? { [filter]: chosen ? "" : value } : UNFILTERED),
      },
      make("span", { class: "label", dir: "auto" }, label),
      make("span", { class: "count" }, count.toLocaleString("en")),
    );
  }

  /** @param {string} way */
  #twist(way) {
    if (!this.#open.delete(way)) this.#open.add(way);
    this.#draw();
  }

  /**
   * Opens what is above a name that is chosen.
   * @param {Filter} filter
   * @param {string} name
   * @param {string} separator
   */
  #above(filter, name, separator) {
    for (let at = name.indexOf(separator); at > 0; at = name.indexOf(separator, at + 1))
      this.#open.add(`${filter}:${name.slice(0, at)}`);
  }

  /**
   * The filters that are chosen, each with a button that lifts it.
   * @param {State} state
   */
  #chips(state) {
    /** @type {[Filter, string, string][]} */
    const all = [
      ["only", ONLY[/** @type {keyof typeof ONLY} */ (state.only)] ?? state.only, ""],
      ...TREES.map(
        ({ filter, title }) =>
          /** @type {[Filter, string, string]} */ ([
            filter,
            state[filter].split("::").at(-1) ?? "",
            title.replace(/s$/, ""),
          ]),
      ),
      ["q", `“${state.q}”`, "Search"],
    ];
    const chips = all.filter(([filter]) => state[filter]);
    const shown = JSON.stringify(chips);
    if (this.#chosen.dataset.shown === shown) return;
    this.#chosen.dataset.shown = shown;
    this.#chosen.replaceChildren(
      ...chips.map(([filter, label, kind]) =>
        make(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-label": `Lift the filter ${kind} ${label}`,
            onclick: () => this.#choose({ [filter]: "" }),
          },
          kind && make("span", { class: "soft" }, kind),
          make("span", { class: "label", dir: "auto" }, label),
          icon("close"),
        ),
      ),
    );
  }
}

/**
 * Names with separators → a tree, in the order of the names. Nodes without a count of their own count what is below them.
 * @param {Counted[]} counted
 * @param {string} separator
 * @returns {Branch[]}
 */
export function grown(counted, separator) {
  /** @type {Branch[]} */
  const roots = [];
  /** @type {Map<string, Branch>} */
  const known = new Map();
  const own = new Map(counted.map(({ name, cards }) => [name, cards]));
  /** @type {(name: string) => Branch} */
  const get = (name) => {
    const found = known.get(name);
    if (found) return found;
    const at = separator ? name.lastIndexOf(separator) : -1;
    const branch = {
      name,
      label: at > 0 ? name.slice(at + separator.length) : name,
      cards: own.get(name) ?? 0,
      below: [],
    };
    known.set(name, branch);
    (at > 0 ? get(name.slice(0, at)).below : roots).push(branch);
    return branch;
  };
  for (const { name } of counted) get(name);
  /** @type {(branch: Branch) => number} */
  const sum = (branch) => {
    const below = branch.below.reduce((total, one) => total + sum(one), 0);
    if (!own.has(branch.name)) branch.cards = below;
    return branch.cards;
  };
  roots.forEach(sum);
  return roots;
}

/** @param {Deck} deck */
function roots(deck) {
  return TREES.flatMap(({ filter, list, separator }) => {
    const branches = grown(deck[list], separator);
    // A single root says nothing, so what is below it is seen.
    return branches.length === 1 && branches[0] ? [`${filter}:${branches[0].name}`] : [];
  });
}
