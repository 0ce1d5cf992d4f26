// The address of what is seen, `#/card/KEY?deck=…&side=back` or `#/masks/PATH`, and back. A card keeps its address from build
// to build.

/** @typedef {"front" | "back"} Side */
/** @typedef {"stack" | "grid" | "pictures" | "masks"} View  Cards, one or all; pictures, all or the masks of one. */
/** @typedef {"" | "phone" | "tablet" | "desktop"} Width  Empty: as wide as there is room. */
/** @typedef {"deck" | "tag" | "type" | "file" | "only" | "q"} Filter */

/**
 * All that is chosen in the page. `key` is empty where no card was chosen, `picture` where no masks are edited, a filter
 * where it keeps everything. `night` is empty where the system decides. Pictures have the filters `only` and `q`.
 * @typedef {object} State
 * @property {string} key
 * @property {string} picture  its path
 * @property {Side} side
 * @property {View} view
 * @property {Width} width
 * @property {"" | "0" | "1"} night
 * @property {string} deck
 * @property {string} tag
 * @property {string} type
 * @property {string} file
 * @property {string} only
 * @property {string} q
 */

/** @type {Readonly<Pick<State, Filter>>} */
export const UNFILTERED = Object.freeze({ deck: "", tag: "", type: "", file: "", only: "", q: "" });

export const FILTERS = /** @type {Filter[]} */ (Object.keys(UNFILTERED));

/** @type {Readonly<State>} */
export const START = Object.freeze({
  key: "",
  picture: "",
  side: "front",
  view: "stack",
  width: "",
  night: "",
  ...UNFILTERED,
});

/** @type {readonly [Width, ...Width[]]} */
export const WIDTHS = ["", "phone", "tablet", "desktop"];

/**
 * What an address says; what it says wrong counts as not said.
 * @param {string} hash
 * @returns {State}
 */
export function read(hash) {
  const [path = "", search = ""] = hash.replace(/^#/, "").split(/\?(.*)/s, 2);
  const said = new URLSearchParams(search);
  const night = oneOf(said.get("night"), /** @type {const} */ (["", "0", "1"]));
  const picture = part(/^\/masks\/([^/]+)$/, path);
  if (picture) return { ...START, view: "masks", picture, night };
  if (/^\/masks\/?$/.test(path))
    return { ...START, view: "pictures", only: said.get("only") ?? "", q: said.get("q") ?? "", night };
  const state = { ...START, key: part(/^\/card\/([^/]+)$/, path), night };
  for (const name of FILTERS) state[name] = said.get(name) ?? "";
  state.side = oneOf(said.get("side"), /** @type {const} */ (["front", "back"]));
  state.view = oneOf(said.get("view"), /** @type {const} */ (["stack", "grid"]));
  state.width = oneOf(said.get("width"), WIDTHS);
  return state;
}

/**
 * The address of a state.
 * @param {State} state
 * @returns {string}
 */
export function write(state) {
  const said = state.view === "masks" ? new URLSearchParams() : filters(state);
  for (const name of isOfCards(state) ? /** @type {const} */ (["side", "view", "width"]) : []) {
    if (state[name] !== START[name]) said.set(name, state[name]);
  }
  if (state.night) said.set("night", state.night);
  const path = pathOf(state);
  return said.size ? `${path}?${said}` : path;
}

/**
 * Whether cards are seen, and not pictures.
 * @param {State} state
 */
export function isOfCards(state) {
  return state.view === "stack" || state.view === "grid";
}

/**
 * The filters alone, as the server wants them.
 * @param {State} state
 * @returns {URLSearchParams}
 */
export function filters(state) {
  const said = new URLSearchParams();
  for (const name of FILTERS) if (state[name]) said.set(name, state[name]);
  return said;
}

/** @param {State} state */
function pathOf(state) {
  if (state.view === "pictures") return "#/masks";
  if (state.view === "masks") return `#/masks/${encodeURIComponent(state.picture)}`;
  return state.key ? `#/card/${encodeURIComponent(state.key)}` : "#/";
}

/**
 * What a path names; empty where it is another path, or is written wrong.
 * @param {RegExp} pattern
 * @param {string} path
 */
function part(pattern, path) {
  try {
    return decodeURIComponent(pattern.exec(path)?.[1] ?? "");
  } catch {
    return "";
  }
}

/**
 * @template {string} T
 * @param {string | null} said
 * @param {readonly [T, ...T[]]} allowed  the first is what counts where nothing is said
 * @returns {T}
 */
function oneOf(said, allowed) {
  return allowed.find((value) => value === said) ?? allowed[0];
}
