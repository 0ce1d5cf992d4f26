// Elements: found by their ids, made, and changed only where something is new.

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Value */

/**
 * The element of the page with an id. Throws where there is none of that class.
 * @template {Element} E
 * @param {string} id
 * @param {new () => E} type
 * @returns {E}
 */
export function find(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} with the id ${id}`);
  return found;
}

/**
 * A new element. Attributes named `on…` are listeners; those that are false, null or undefined are left out.
 * Text is always text: nothing here reads HTML.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/**
 * One of the drawings at the top of the page.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  made.append(use);
  return made;
}

/**
 * How many pixels wide an element is within its padding.
 * @param {Element} element
 */
export function widthWithin(element) {
  const style = getComputedStyle(element);
  return element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
}

/**
 * Sets a text that has changed, so that nothing is drawn or read out again without need.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * "1 card", "1,234 cards".
 * @param {number} count
 * @param {string} word
 */
export function counted(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/**
 * Whether an event goes to something that takes keys itself.
 * @param {EventTarget | null} target
 */
export function takesText(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/**
 * Marks the button that is pressed in a group.
 * @param {string} selector
 * @param {string} name
 * @param {string} value
 * @param {ParentNode} [within]
 */
export function press(selector, name, value, within = document) {
  for (const button of within.querySelectorAll(selector)) {
    if (button instanceof HTMLElement) button.setAttribute("aria-pressed", String(button.dataset[name] === value));
  }
}
