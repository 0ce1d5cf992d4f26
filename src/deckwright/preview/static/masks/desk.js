// What the parts of the editor know of one another.

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./snapping.js").Label} Label */
/** @typedef {import("./work.js").Work} Work */
/** @typedef {import("./canvas.js").Canvas} Canvas */
/** @typedef {import("./cards.js").Cards} Cards */
/** @typedef {import("./gestures.js").Gestures} Gestures */
/** @typedef {"select" | "rect" | "ellipse" | "polygon" | "mark"} Tool */

/**
 * The editor, as its parts see it.
 * @typedef {object} Desk
 * @property {Work} work
 * @property {Canvas} canvas
 * @property {Cards} cards
 * @property {Gestures} gestures
 * @property {readonly Label[]} labels  those of the picture, in its pixels
 * @property {boolean} snaps
 * @property {Tool} tool
 * @property {(tool: Tool) => void} setTool
 * @property {(words: string) => void} say
 * @property {(mask: Mask | null) => void} hover
 * @property {(labels: readonly Label[]) => void} aim  at those that become a mask when the pointer is let go
 * @property {() => void} drawn  a mask was made
 * @property {() => void} rename
 * @property {readonly Label[]} free  those that have no mask yet
 * @property {(mask: Mask) => void} focus
 * @property {(length: number) => number} round
 * @property {() => unknown} save
 * @property {() => void} remove
 * @property {(count: number) => void} copied
 * @property {(by: 1 | -1) => void} step
 * @property {() => void} readLabels
 * @property {() => void} cover
 */

export {};
