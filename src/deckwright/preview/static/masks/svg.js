// Elements of SVG, and the icons of the editor: drawings of 24 × 24, of lines.

const SPACE = "http://www.w3.org/2000/svg";

/**
 * A new element of SVG.
 * @template {keyof SVGElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, string | number>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[N]}
 */
export function draw(name, attributes = {}, ...children) {
  const made = document.createElementNS(SPACE, name);
  set(made, attributes);
  made.append(...children);
  return made;
}

/**
 * @param {Element} element
 * @param {Record<string, string | number>} attributes
 */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(key) !== text) element.setAttribute(key, text);
  }
}

const ICONS = {
  select: "m6 3.5 12.5 8.3-5.7 1.2-3 5.2Z",
  rect: "M4 6.5h16v11H4Z",
  ellipse: "M20.5 12a8.5 6 0 1 1-17 0 8.5 6 0 1 1 17 0",
  polygon: "m12 3.8 8.2 6.3-3.1 9.4H6.9L3.8 10.1Z",
  mark: "M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8m8 0h2.5A1.5 1.5 0 0 1 20 5.5V8m0 8v2.5a1.5 1.5 0 0 1-1.5 1.5H16m-8 0H5.5A1.5 1.5 0 0 1 4 18.5V16m5-7h6m-3 0v7",
  undo: "M9 5 4.5 9.5 9 14m-4-4.5h9.5a5 5 0 0 1 0 10H10",
  redo: "m15 5 4.5 4.5L15 14m4-4.5H9.5a5 5 0 0 0 0 10H14",
  labels: "M4 7V4h3m10 0h3v3m0 10v3h-3M7 20H4v-3M8 9h8m-4 0v7",
  plus: "M12 5.5v13M5.5 12h13",
  minus: "M5.5 12h13",
  fit: "M9 4H4v5m11-5h5v5M9 20H4v-5m11 5h5v-5",
  cover:
    "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm12.3 0a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0",
  duplicate: "M9 9h11v11H9Zm-4 6H4V4h11v1",
  remove: "M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7M10.3 10.5v5.5m3.4-5.5v5.5",
  group: "M4 4h9v9H4Zm7 7h9v9h-9Z",
  ungroup: "M4 4h8v8H4Zm11 11h5v5h-5Zm0-8 3-3m0 3-3-3",
  left: "M4 4v16M8 7h12v3.5H8Zm0 6.5h7V17H8Z",
  centre: "M12 3v18M5 7h14v3.5H5Zm3 6.5h8V17H8Z",
  right: "M20 4v16M4 7h12v3.5H4Zm5 6.5h7V17H9Z",
  top: "M4 4h16M7 8h3.5v12H7Zm6.5 0H17v7h-3.5Z",
  middle: "M3 12h18M7 5h3.5v14H7Zm6.5 3H17v8h-3.5Z",
  bottom: "M4 20h16M7 4h3.5v12H7Zm6.5 5H17v7h-3.5Z",
  across: "M4 4v16M20 4v16M9.5 8h5v8h-5Z",
  down: "M4 4h16M4 20h16M8 9.5v5h8v-5Z",
  previous: "m14.5 5-7 7 7 7",
  next: "m9.5 5 7 7-7 7",
  back: "M19 12H5m6-6-6 6 6 6",
  warning: "M12 4 2.8 19.5h18.4ZM12 10v4.5m0 2.3v.2",
};

/** @typedef {keyof typeof ICONS} Icon */

/** @param {Icon} name */
export function icon(name) {
  return draw("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, draw("path", { d: ICONS[name] }));
}
