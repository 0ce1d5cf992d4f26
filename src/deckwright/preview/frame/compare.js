// What was typed, and what should have been → the HTML that tells them apart, as Anki shows it on the back.
// Source: anki rslib/src/typeanswer.rs, which finds what is alike in the way of Python's difflib.SequenceMatcher.
"use strict";

/** Characters that are compared: nobody types more, and the time is quadratic. */
const MOST_TYPED = 500;

/**
 * @param {string} expected
 * @param {string} typed
 * @returns {string}
 */
// biome-ignore lint/correctness/noUnusedVariables: card.js calls it.
function compared(expected, typed) {
  const a = [...typed.normalize("NFC")].slice(0, MOST_TYPED);
  const b = [...expected.normalize("NFC")];
  if (!a.length) return asCode(escaped(b.join("")));
  if (a.join("") === b.join("")) return asCode(asSpan("Good", b));
  let above = "";
  let below = "";
  let [i, j] = [0, 0];
  for (const [x, y, length] of [...alike(a, b), [a.length, b.length, 0]]) {
    if (i < x) above += asSpan("Bad", a.slice(i, x));
    else if (j < y) above += asSpan("Missed", [..."-".repeat(y - j)]);
    if (j < y) below += asSpan("Missed", b.slice(j, y));
    if (length) {
      above += asSpan("Good", a.slice(x, x + length));
      below += asSpan("Good", b.slice(y, y + length));
    }
    [i, j] = [x + length, y + length];
  }
  return asCode(`${above}<br><span id=typearrow>&darr;</span><br>${below}`);
}

/**
 * The stretches that are the same in both, in order: where each begins in one and in the other, and how long it is.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {[number, number, number][]}
 */
function alike(a, b) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (const [at, letter] of b.entries()) places.set(letter, [...(places.get(letter) ?? []), at]);
  /** @type {[number, number, number][]} */
  const found = [];
  const waiting = [[0, a.length, 0, b.length]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [from, to, low, high] = next;
    let [x, y, longest] = [from, low, 0];
    /** @type {Map<number, number>} */
    let lengths = new Map();
    for (let i = from; i < to; i++) {
      /** @type {Map<number, number>} */
      const now = new Map();
      for (const j of places.get(a[i]) ?? []) {
        if (j < low || j >= high) continue;
        const length = (lengths.get(j - 1) ?? 0) + 1;
        now.set(j, length);
        if (length > longest) [x, y, longest] = [i - length + 1, j - length + 1, length];
      }
      lengths = now;
    }
    if (!longest) continue;
    found.push([x, y, longest]);
    waiting.push([from, x, low, y], [x + longest, to, y + longest, high]);
  }
  found.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  // Those that touch are one.
  return found.reduce(
    (joined, [x, y, length]) => {
      const last = joined.at(-1);
      if (last && last[0] + last[2] === x && last[1] + last[2] === y) last[2] += length;
      else joined.push([x, y, length]);
      return joined;
    },
    /** @type {[number, number, number][]} */ ([]),
  );
}

const asCode = (/** @type {string} */ html) => `<code id=typeans>${html}</code>`;

/**
 * @param {string} kind
 * @param {string[]} letters
 */
function asSpan(kind, letters) {
  // A mark alone would join what stands before it.
  const apart = /^\p{M}/u.test(letters[0]) ? "\u00a0" : "";
  return `<span class=type${kind}>${apart}${escaped(letters.join(""))}</span>`;
}

const escaped = (/** @type {string} */ text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
