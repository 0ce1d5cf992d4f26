// What stands beside a card: its problems, where it comes from, what it is known by, its Markdown.

import { find, icon, make } from "./dom.js";
import { problem } from "./problems.js";

/** @typedef {import("./server.js").Card} Card */

const STATES = {
  new: "Not released yet",
  changed: "Changed since the last release",
  released: "As released",
};

export class Details {
  #body = find("about-body", HTMLElement);
  #shown = "";
  #masksOf;

  /** @param {(picture: string) => string} masksOf  the address of the masks of a picture */
  constructor(masksOf) {
    this.#masksOf = masksOf;
  }

  /**
   * Shows what is known of a card; nothing is drawn anew where nothing is.
   * @param {Card | null} card
   */
  show(card) {
    const masks = card?.picture ? this.#masksOf(card.picture) : "";
    const shown = JSON.stringify(card && { ...card, neighbours: null, position: null, total: null, masks });
    if (shown === this.#shown) return;
    const same = this.#body.dataset.key === card?.key;
    const asked = same ? this.#ways().indexOf(/** @type {HTMLElement} */ (document.activeElement)) : -1;
    this.#shown = shown;
    this.#body.dataset.key = card?.key ?? "";
    this.#body.replaceChildren(...(card ? parts(card, masks) : [make("p", { class: "soft" }, "No card is shown.")]));
    this.#ways()[asked]?.focus({ preventScroll: true });
  }

  /** @returns {HTMLElement[]} */
  #ways() {
    return [...this.#body.querySelectorAll("a.edit")].filter((one) => one instanceof HTMLElement);
  }
}

/**
 * @param {Card} card
 * @param {string} masks  their address; empty where it has none
 */
function parts(card, masks) {
  const place = `${card.file}:${card.line}`;
  /** @type {HTMLElement[]} */
  const found = [
    card.editor
      ? way("edit", "Edit", place, card.editor, "Open in the editor (e)")
      : make("p", { class: "path" }, place),
  ];
  if (masks) found.push(way("masks", "Edit masks", card.picture, masks));
  if (card.problems.length) {
    found.push(
      make(
        "section",
        { class: "found" },
        make("h3", {}, "Problems"),
        make("ol", {}, ...card.problems.map((one) => problem(one, null))),
      ),
    );
  }
  found.push(make("section", {}, make("h3", {}, "Identity"), identity(card)));
  found.push(make("section", {}, make("h3", {}, "Source"), source(card)));
  return found;
}

/**
 * @param {string} drawing
 * @param {string} words
 * @param {string} path
 * @param {string} href
 * @param {string} [title]
 */
function way(drawing, words, path, href, title) {
  const text = make("span", {}, `${words} `, make("span", { class: "path" }, path));
  return make("a", { class: "edit", href, title }, icon(drawing), text);
}

/** @param {Card} card */
function identity(card) {
  const released = card.version === "0.0.0" ? "As adopted" : `As released in ${card.version}`;
  const state = card.state === "released" && card.version ? released : STATES[card.state];
  /** @type {[string, string | Node][]} */
  const rows = [
    ["State", make("span", { class: `is-${card.state}` }, state)],
    ["ID", make("code", {}, card.note)],
    ["guid", make("code", {}, card.guid)],
    ["Card", numberOf(card)],
    ["Last change", when(card.changed)],
    ["Deck", card.deck.split("::").join(" › ")],
    ["Note type", card.type],
    [
      "Tags",
      card.tags.length ? make("span", { class: "tags" }, ...card.tags.map((tag) => make("code", {}, tag))) : "None",
    ],
  ];
  return make("dl", {}, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { dir: "auto" }, value)]));
}

/** @param {Card} card */
function numberOf(card) {
  const number = `number ${card.key.slice(card.key.lastIndexOf(".") + 1)}`;
  return card.card ? `${card.card}, ${number}` : `The only one, ${number}`;
}

/** @param {string} changed */
function when(changed) {
  if (!changed) return "Not built yet";
  const time = new Date(changed);
  const words = time.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return make("time", { datetime: changed }, words);
}

/** @param {Card} card */
function source(card) {
  const bad = new Map(card.problems.map((one) => [one.line, one.severity]));
  const lines = card.source
    .replace(/\n$/, "")
    .split("\n")
    .map((text, at) => {
      const severity = bad.get(card.line + at);
      return make(
        "span",
        { class: severity ? `line is-${severity}` : "line", "data-line": card.line + at },
        text,
        "\n",
      );
    });
  return make("pre", { class: "source" }, make("code", {}, ...lines));
}
