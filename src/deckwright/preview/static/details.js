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

  /**
   * Shows what is known of a card; nothing is drawn anew where nothing is.
   * @param {Card | null} card
   */
  show(card) {
    const shown = JSON.stringify(card && { ...card, neighbours: null, position: null, total: null });
    if (shown === this.#shown) return;
    const same = this.#body.dataset.key === card?.key;
    const asked = same && document.activeElement === this.#body.querySelector("a.edit");
    this.#shown = shown;
    this.#body.dataset.key = card?.key ?? "";
    this.#body.replaceChildren(...(card ? parts(card) : [make("p", { class: "soft" }, "No card is shown.")]));
    if (asked) this.#body.querySelector("a")?.focus({ preventScroll: true });
  }
}

/** @param {Card} card */
function parts(card) {
  const found = [];
  const place = `${card.file}:${card.line}`;
  if (card.editor) {
    found.push(
      make(
        "a",
        { class: "edit", href: card.editor, title: "Open in the editor (e)" },
        icon("edit"),
        make("span", {}, "Edit ", make("span", { class: "path" }, place)),
      ),
    );
  } else {
    found.push(make("p", { class: "path" }, place));
  }
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

/** @param {Card} card */
function identity(card) {
  const state = card.state === "released" && card.version ? `As released in ${card.version}` : STATES[card.state];
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
