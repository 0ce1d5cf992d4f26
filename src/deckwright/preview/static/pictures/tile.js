// A picture as a tile: what it looks like, how many masks it has, which notes ask for them, and what is wrong.

import { counted, icon, make } from "../dom.js";
import { marked } from "../problems.js";
import { thumbnail } from "../server.js";

/** @typedef {import("../server.js").Picture} Picture */

/** Notes that are named; the others are counted. */
const NAMED = 1;

/**
 * Fills a tile; links to the notes stand beside its own.
 * @param {HTMLAnchorElement} link
 * @param {Picture} picture
 * @param {string} folder  whose name is not said, as most pictures are there
 * @param {(key: string) => string} cardAddress
 */
export function fill(link, picture, folder, cardAddress) {
  const name = picture.path.slice(picture.path.lastIndexOf("/") + 1);
  const place = picture.path.slice(0, -name.length);
  const shown = place === `${folder}/` ? "" : place;
  const drawn = make("img", { alt: "", decoding: "async", "data-src": thumbnail(picture) });
  const thumb = make("span", { class: "thumb" }, drawn);
  drawn.addEventListener("load", () => thumb.classList.add("seen"));
  drawn.addEventListener("error", () => thumb.replaceChildren(icon("picture")));
  link.title = picture.path;
  link.replaceChildren(
    thumb,
    make("span", { class: "picture-name", dir: "auto" }, shown && make("small", {}, shown), name),
    make(
      "span",
      { class: "tile-foot" },
      picture.masks ? make("strong", {}, counted(picture.masks, "mask")) : make("span", {}, "No masks"),
      picture.kind === "drawing" && make("span", {}, "SVG"),
    ),
    picture.problem && make("span", { class: "mark-problem" }, ...marked(picture.problem)),
  );
  if (picture.notes.length) link.after(notes(picture.notes, cardAddress));
}

/**
 * @param {Picture["notes"]} notes
 * @param {(key: string) => string} cardAddress
 */
function notes(notes, cardAddress) {
  const names = notes.slice(0, NAMED).map(({ key, id, title }) => {
    const name = title || id;
    return make("a", { href: cardAddress(key), dir: "auto", title: name }, name);
  });
  const more = notes.length - names.length;
  const others = notes.map(({ title, id }) => title || id).join("\n");
  return make("p", { class: "picture-notes" }, ...names, more > 0 && make("span", { title: others }, `+${more}`));
}
