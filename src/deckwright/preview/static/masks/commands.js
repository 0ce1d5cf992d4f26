// Everything that can be done, with its keys: for buttons, for the keyboard, and for the dialog that lists the keys.

import * as drawing from "./drawing.js";
import { enter } from "./marking.js";
import { bounds } from "./shapes.js";
import { overlap, worthAsking } from "./snapping.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./svg.js").Icon} Icon */

/**
 * @typedef {object} Command
 * @property {string} id
 * @property {string} words
 * @property {string[]} keys  as "Ctrl+Shift+z"; with Alt, the name of the key on the keyboard, as "Alt+KeyA"
 * @property {string} [shown]  the keys for people
 * @property {Icon} [icon]
 * @property {(key: string) => unknown} run
 * @property {() => boolean} [enabled]
 * @property {() => boolean} [hidden]
 * @property {boolean} [everywhere]  in fields too
 */

/** What the dialog of the keys says of the editor. The mouse does some things that no key does alone. */
export const KEYS = [
  { keys: ["v", "r", "o", "p"], words: "Select, rectangle, ellipse, polygon; in an SVG, k marks" },
  { keys: ["Enter"], words: "Close the polygon, rename and back, or make a mask in the middle" },
  { keys: ["Esc"], words: "Drop what is being drawn, select nothing; leave, if nothing was done" },
  { keys: ["[", "]"], words: "Mask before, next mask" },
  { keys: [",", ".", "a"], words: "Card before, next card, its other side" },
  { keys: ["← ↑ ↓ →"], words: "Move by a pixel; with Shift by ten" },
  { keys: ["Del"], words: "Delete" },
  { keys: ["F2"], words: "Rename" },
  { keys: ["Ctrl Z", "Ctrl Y"], words: "Undo, redo" },
  { keys: ["Ctrl A", "Ctrl D"], words: "Select all, duplicate" },
  { keys: ["Ctrl C", "Ctrl V"], words: "Copy, paste, also into another picture" },
  { keys: ["Ctrl G", "Ctrl Shift G"], words: "Group, ungroup" },
  { keys: ["Alt A", "Alt H", "Alt D"], words: "Align left edges, centres, right edges" },
  { keys: ["Alt W", "Alt V", "Alt S"], words: "Align upper edges, middles, lower edges" },
  { keys: ["Alt Shift H", "Alt Shift V"], words: "Same gaps across, down" },
  { keys: ["l", "b"], words: "Read the labels; a mask for each that is worth it" },
  { keys: ["h"], words: "Cover fully, or see through" },
  { keys: ["+", "-", "0", "1"], words: "Zoom in, out, whole picture, 100 %; also Ctrl and the wheel" },
  { keys: ["Space"], words: "Hold it to drag the picture" },
  { keys: ["Shift"], words: "While dragging: straight, square, steps of 15°" },
  { keys: ["Alt"], words: "While dragging: nothing snaps; from the start: drag a copy" },
  { keys: ["Ctrl S"], words: "Save" },
];

/**
 * @param {Desk} desk
 * @returns {Command[]}
 */
export function commands(desk) {
  const { work, canvas } = desk;
  const isFree = () => !work.isFixed;
  const canDraw = () => !work.isFixed && !work.isDrawing;
  // What is marked as text is copied as text.
  const canCopy = () => !work.isDrawing && work.selected.size > 0 && (getSelection()?.isCollapsed ?? true);
  const some = (/** @type {number} */ least) => () => work.selected.size >= least && !work.isFixed;
  const hides = () => work.isDrawing;
  /** @type {(id: import("./desk.js").Tool, words: string, key: string) => Command} */
  const tool = (id, words, key) => ({
    id,
    words,
    keys: [key],
    shown: key.toUpperCase(),
    icon: id,
    run: () => desk.setTool(id),
    hidden: () => id !== "select" && (id === "mark") !== work.isDrawing,
    enabled: () => id === "select" || isFree(),
  });
  /** @type {(edge: import("./arrange.js").Edge, words: string, letter: string) => Command} */
  const align = (edge, words, letter) => ({
    id: edge,
    words,
    keys: [`Alt+Key${letter}`],
    shown: `Alt+${letter}`,
    icon: edge,
    run: () => work.align(edge),
    enabled: some(2),
    hidden: () => hides() || work.selected.size < 2,
  });
  /** @type {(axis: "across" | "down", words: string, letter: string) => Command} */
  const distribute = (axis, words, letter) => ({
    id: axis,
    words,
    keys: [`Alt+Shift+Key${letter}`],
    shown: `Alt+Shift+${letter}`,
    icon: axis,
    run: () => work.distribute(axis),
    enabled: some(3),
    hidden: () => hides() || work.selected.size < 3,
  });
  return [
    tool("select", "Select", "v"),
    tool("rect", "Rectangle", "r"),
    tool("ellipse", "Ellipse", "o"),
    tool("polygon", "Polygon", "p"),
    tool("mark", "Mark labels", "k"),
    {
      id: "undo",
      words: "Undo",
      keys: ["Ctrl+z"],
      shown: "Ctrl+Z",
      icon: "undo",
      run: () => desk.say(`Undone: ${work.undo()}`),
      enabled: () => work.undoes !== "",
      everywhere: true,
    },
    {
      id: "redo",
      words: "Redo",
      keys: ["Ctrl+Shift+z", "Ctrl+y"],
      shown: "Ctrl+Shift+Z",
      icon: "redo",
      run: () => desk.say(`Done again: ${work.redo()}`),
      enabled: () => work.redoes !== "",
      everywhere: true,
    },
    {
      id: "save",
      words: "Save",
      keys: ["Ctrl+s"],
      shown: "Ctrl+S",
      run: () => desk.save(),
      everywhere: true,
    },
    {
      id: "all",
      words: "Select all",
      keys: ["Ctrl+a"],
      run: () => work.select(work.masks.map((mask) => mask.uid)),
    },
    { id: "copy", words: "Copy", keys: ["Ctrl+c"], run: () => desk.copied(work.copy()), enabled: canCopy },
    {
      id: "cut",
      words: "Cut",
      keys: ["Ctrl+x"],
      run: () => work.copy() && work.remove(),
      enabled: () => canDraw() && canCopy(),
    },
    { id: "paste", words: "Paste", keys: ["Ctrl+v"], run: () => work.paste(), enabled: () => work.canPaste },
    {
      id: "duplicate",
      words: "Duplicate",
      keys: ["Ctrl+d"],
      shown: "Ctrl+D",
      icon: "duplicate",
      run: () => work.duplicate(),
      enabled: () => canDraw() && work.selected.size > 0,
      hidden: hides,
    },
    {
      id: "group",
      words: "Group: one card for all",
      keys: ["Ctrl+g"],
      shown: "Ctrl+G",
      icon: "group",
      run: () => work.group(),
      enabled: some(2),
      hidden: () => work.selected.size < 2,
    },
    {
      id: "ungroup",
      words: "Ungroup",
      keys: ["Ctrl+Shift+g"],
      shown: "Ctrl+Shift+G",
      icon: "ungroup",
      run: () => work.ungroup(),
      enabled: isFree,
      hidden: () => !work.chosen.some((mask) => mask.group),
    },
    align("left", "Align left edges", "A"),
    align("centre", "Align centres", "H"),
    align("right", "Align right edges", "D"),
    align("top", "Align upper edges", "W"),
    align("middle", "Align middles", "V"),
    align("bottom", "Align lower edges", "S"),
    distribute("across", "Same gaps across", "H"),
    distribute("down", "Same gaps down", "V"),
    {
      id: "remove",
      words: "Delete",
      keys: ["Delete", "Backspace"],
      shown: "Del",
      icon: "remove",
      run: (key) =>
        key === "Backspace" && desk.gestures.polygon.isOpen ? desk.gestures.polygon.back() : desk.remove(),
      enabled: isFree,
    },
    { id: "rename", words: "Rename", keys: ["F2"], run: () => desk.rename() },
    { id: "before", words: "Mask before", keys: ["["], run: () => desk.step(-1) },
    { id: "after", words: "Next mask", keys: ["]"], run: () => desk.step(1) },
    { id: "card-before", words: "Card before", keys: [","], run: () => desk.cards.step(-1) },
    { id: "card-after", words: "Next card", keys: ["."], run: () => desk.cards.step(1) },
    { id: "flip", words: "Other side of the card", keys: ["a"], run: () => desk.cards.flip() },
    {
      id: "nudge",
      words: "Move",
      keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].flatMap((key) => [key, `Shift+${key}`]),
      run: (key) => {
        const by = key.startsWith("Shift+") ? 10 : 1;
        const [x, y] = { Left: [-by, 0], Right: [by, 0], Up: [0, -by], Down: [0, by] }[key.split("Arrow")[1] ?? ""] ?? [
          0, 0,
        ];
        work.nudge(x ?? 0, y ?? 0);
      },
    },
    {
      id: "labels",
      words: "Read the labels",
      keys: ["l"],
      shown: "L",
      icon: "labels",
      run: () => desk.readLabels(),
      hidden: hides,
    },
    {
      id: "each",
      words: "A mask for each label",
      keys: ["b"],
      shown: "B",
      run: () => {
        const masks = work.settled.map(bounds);
        const free = worthAsking(desk.labels, work.size).filter(
          (label) => desk.free.includes(label) && !masks.some((mask) => overlap(mask, label.box)),
        );
        if (free.length) drawing.ofEach(desk, free);
        desk.say(
          free.length ? `${free.length} labels have masks now.` : "There is no label left that is worth a mask.",
        );
      },
      enabled: isFree,
      hidden: () => !desk.labels.length,
    },
    { id: "cover", words: "Cover fully", keys: ["h"], shown: "H", icon: "cover", run: () => desk.cover() },
    { id: "in", words: "Zoom in", keys: ["+", "="], shown: "+", icon: "plus", run: () => canvas.zoom(1.25) },
    { id: "out", words: "Zoom out", keys: ["-"], shown: "-", icon: "minus", run: () => canvas.zoom(0.8) },
    { id: "fit", words: "Whole picture", keys: ["0"], shown: "0", icon: "fit", run: () => canvas.fit() },
    { id: "actual", words: "As large as it is", keys: ["1"], run: () => canvas.actual() },
    { id: "enter", words: "Make", keys: ["Enter"], run: () => enter(desk) },
  ];
}

/**
 * How a command's `keys` name what is pressed.
 * @param {KeyboardEvent} event
 */
export function pressed(event) {
  const { key, code, altKey, shiftKey } = event;
  const ctrl = event.ctrlKey || event.metaKey;
  if (altKey) return `${ctrl ? "Ctrl+" : ""}Alt+${shiftKey ? "Shift+" : ""}${code}`;
  const isLetter = /^[a-z]$/i.test(key);
  const withShift = shiftKey && (isLetter ? ctrl : key.startsWith("Arrow"));
  return `${ctrl ? "Ctrl+" : ""}${withShift ? "Shift+" : ""}${isLetter ? key.toLowerCase() : key}`;
}
