// The address of what is seen, `#/card/KEY?deck=…&side=back`, and back. A card keeps its address from build to build.

/** @typedef {"front" | "back"} Side */
/** @typedef {"stack" | "grid"} View */
/** @typedef {"" | "phone" | "tablet" | "desktop"} Width  Empty: as wide as there is room. */
/** @typedef {"deck" | "tag" | "type" | "file" | "only" | "q"} Filter */

/**
 * All that is chosen in the page. `key` is empty where no card was chosen, a filter where it keeps everything.
 * `night` is empty where the system decides.
 * @typedef {object} State
 * @property {string} key
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
  const state = { ...START, key: keyOf(path) };
  for (const name of FILTERS) state[name] = said.get(name) ?? "";
  state.side = oneOf(said.get("side"), /** @type {const} */ (["front", "back"]));
  state.view = oneOf(said.get("view"), /** @type {const} */ (["stack", "grid"]));
  state.width = oneOf(said.get("width"), WIDTHS);
  state.night = oneOf(said.get("night"), /** @type {const} */ (["", "0", "1"]));
  return state;
}

/**
 * The address of a state.
 * @param {State} state
 * @returns {string}
 */
export function write(state) {
  const said = filters(state);
  for (const name of /** @type {const} */ (["side", "view", "width", "night"])) {
    if (state[name] !== START[name]) said.set(name, state[name]);
  }
  const path = state.key ? `#/card/${encodeURIComponent(state.key)}` : "#/";
  return said.size ? `${path}?${said}` : path;
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

/** @param {string} path */
function keyOf(path) {
  const found = /^\/card\/([^/]+)$/.exec(path);
  try {
    return found ? decodeURIComponent(found[1] ?? "") : "";
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
