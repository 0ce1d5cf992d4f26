// The pointer over the picture: which of the gestures it begins, with a mouse, a pen or fingers.

import * as drawing from "./drawing.js";
import { mark } from "./marking.js";
import * as moving from "./moving.js";
import { bounds, contains } from "./shapes.js";
import { labelAt } from "./snapping.js";

/** @typedef {import("./shapes.js").Mask} Mask */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {import("./moving.js").Gesture} Gesture */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{ x: number, y: number, type: string }} Pointer */

/** Pixels of the screen that a pointer moves before it is no click. */
const STILL = { mouse: 3, touch: 9 };
/** Milliseconds after which a finger that rests adds to what is selected. */
const LONG = 500;
/** Pixels of the screen from the edge of a mask at which another one may begin. */
const EDGE = 5;
/** How quickly the wheel zooms. */
const WHEEL = 0.0022;

export class Gestures {
  #desk;
  /** @type {Gesture | null} */
  #gesture = null;
  /** What begins when the pointer has moved far enough. @type {(() => Gesture | null) | null} */
  #ready = null;
  /** What a press does that does not move. @type {(() => void) | null} */
  #click = null;
  /** @type {Map<number, Pointer>} */
  #pointers = new Map();
  #from = { x: 0, y: 0 };
  /** Where the pointer was last, in the room. @type {Point} */
  #last = { x: 0, y: 0 };
  #held = { shift: false, alt: false };
  #space = false;
  #isPanning = false;
  #timer = 0;
  /** Whether a finger was used last. */
  isTouch = false;
  polygon;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.polygon = new drawing.Polygon(desk);
    const { stage } = desk.canvas;
    stage.addEventListener("pointerdown", (event) => this.#press(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    stage.addEventListener("pointerup", (event) => this.#release(event));
    stage.addEventListener("pointercancel", () => this.drop());
    stage.addEventListener("pointerleave", () => desk.hover(null));
    stage.addEventListener("dblclick", (event) => this.#doubled(event));
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    stage.addEventListener("contextmenu", (event) => {
      if (this.#pointers.size) event.preventDefault();
    });
  }

  /** Gives up what is being done; whether there was something. */
  drop() {
    const was = this.#gesture !== null || this.polygon.isOpen;
    this.#gesture?.drop();
    this.polygon.drop();
    this.#finish();
    return was;
  }

  /**
   * A key is held, or is not any more, that changes what the pointer does.
   * @param {KeyboardEvent} event
   */
  hold(event) {
    if (event.key === " ") {
      this.#space = event.type === "keydown";
      this.#desk.canvas.stage.classList.toggle("is-grabbed", this.#space);
    }
    this.#held = { shift: event.shiftKey, alt: event.altKey };
    if (["Shift", "Alt"].includes(event.key)) this.#gesture?.move(this.#at(), this.#held);
  }

  /** Where the pointer is, in the picture. */
  #at() {
    return this.#desk.canvas.inView(this.#last);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const { canvas } = this.#desk;
    canvas.measure();
    const room = canvas.inRoom(event);
    this.#pointers.set(event.pointerId, { ...room, type: event.pointerType });
    if (event.target instanceof Element) canvas.stage.setPointerCapture(event.pointerId);
    if (this.#pointers.size > 1) return this.#pinch();
    this.#held = { shift: event.shiftKey, alt: event.altKey };
    this.isTouch = event.pointerType === "touch";
    this.#last = room;
    this.#from = room;
    this.#desk.hover(null);
    if (event.button === 1 || this.#space) {
      event.preventDefault();
      this.#isPanning = true;
      canvas.stage.classList.add("is-panning");
      return;
    }
    if (event.button !== 0) return;
    this.#begin(event, this.#at());
    if (event.pointerType !== "touch") return;
    this.#timer = setTimeout(() => this.#long(), LONG);
  }

  /**
   * Decides what a press begins.
   * @param {PointerEvent} event
   * @param {Point} at
   */
  #begin(event, at) {
    const desk = this.#desk;
    const { work } = desk;
    const { isTouch } = this;
    const target = event.target instanceof Element ? event.target : null;
    if (desk.tool === "polygon" && this.polygon.isOpen) return this.polygon.press(at, this.#held, isTouch);
    if (this.#handle(target, at)) return;
    const mask = this.#maskAt(at);
    const isSelected = mask !== null && work.selected.has(mask.uid);
    // What is drawn beside a mask may touch it: then it is not moved.
    const isWithin = isSelected && mask && this.#isWithin(mask, at);
    const canMove = !work.isDrawing && !work.isFixed;
    const { shift, alt } = this.#held;
    if (desk.tool === "mark") {
      this.#click = () => mark(desk, at, mask, shift);
      this.#ready = isTouch ? () => this.#panning() : () => moving.select(desk, at, shift);
    } else if (desk.tool === "select") {
      if (mask) {
        if (!isSelected && !shift) this.#choose(mask);
        this.#click = () => (shift ? work.toggle(mask.uid) : this.#choose(mask));
        this.#ready = () => {
          if (shift && !work.selected.has(mask.uid)) work.toggle(mask.uid);
          return canMove ? moving.move(desk, at, alt) : null;
        };
      } else {
        this.#click = () => !shift && work.select([]);
        this.#ready = isTouch ? () => this.#panning() : () => moving.select(desk, at, shift);
      }
    } else if (isWithin) {
      this.#click = () => mask && this.#choose(mask);
      this.#ready = () => (canMove ? moving.move(desk, at, alt) : null);
    } else if (desk.tool === "polygon") {
      this.polygon.press(at, this.#held, isTouch);
      work.select([]);
    } else {
      const { tool } = desk;
      const label = labelAt(at, desk.labels);
      this.#click = () => {
        if (label && !mask && desk.snaps && !alt) {
          drawing.ofLabels(desk, [label], tool);
          desk.drawn();
        } else work.select(mask ? [mask.uid] : []);
      };
      this.#ready = () => (work.isFixed ? null : drawing.box(desk, at, tool));
    }
  }

  /**
   * A handle of the frame; whether it is one.
   * @param {Element | null} target
   * @param {Point} at
   */
  #handle(target, at) {
    const desk = this.#desk;
    const handle = target?.closest("[data-side], [data-turn], [data-corner], [data-between]");
    if (!(handle instanceof SVGElement) || desk.work.isFixed || desk.tool !== "select") return false;
    const { side, turn, corner, between } = handle.dataset;
    if (side) this.#ready = () => moving.resize(desk, at, /** @type {import("./shapes.js").Side} */ (side));
    else if (turn !== undefined) this.#ready = () => moving.turn(desk, at);
    else this.#ready = () => moving.corner(desk, Number(corner ?? between), between !== undefined);
    this.#click = () => {};
    return true;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { canvas } = this.#desk;
    const room = canvas.inRoom(event);
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer) {
      if (this.polygon.isOpen) this.polygon.move(canvas.inView(room), { shift: event.shiftKey, alt: event.altKey });
      else this.#desk.hover(this.#maskAt(canvas.inView(room)));
      return;
    }
    if (this.#pointers.size > 1) return this.#pinched(pointer, room);
    this.#pointers.set(event.pointerId, { ...room, type: pointer.type });
    this.#held = { shift: event.shiftKey, alt: event.altKey };
    const [x, y] = [room.x - this.#last.x, room.y - this.#last.y];
    this.#last = room;
    if (this.#isPanning) return canvas.pan(x, y);
    if (this.#ready) {
      const still = STILL[event.pointerType === "touch" ? "touch" : "mouse"];
      if (Math.hypot(room.x - this.#from.x, room.y - this.#from.y) < still) return;
      clearTimeout(this.#timer);
      this.#gesture = this.#ready();
      this.#ready = null;
      this.#click = null;
      this.#desk.work.isBusy = true;
    }
    this.#gesture?.move(this.#at(), this.#held);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    clearTimeout(this.#timer);
    if (this.#pointers.size) {
      // What is left of two fingers does nothing more.
      this.#ready = null;
      this.#click = null;
      return;
    }
    const [gesture, click] = [this.#gesture, this.#click];
    this.#finish();
    if (gesture) gesture.end();
    else click?.();
  }

  #finish() {
    clearTimeout(this.#timer);
    this.#gesture = null;
    this.#ready = null;
    this.#click = null;
    this.#isPanning = false;
    this.#pointers.clear();
    this.#desk.work.isBusy = false;
    const { canvas } = this.#desk;
    canvas.drawLines({ xs: [], ys: [] });
    canvas.stage.classList.remove("is-panning");
  }

  /** A finger that rests on a mask adds it, or takes it away. */
  #long() {
    const mask = this.#maskAt(this.#at());
    if (!mask || !this.#click) return;
    this.#click = () => {};
    this.#ready = null;
    this.#desk.work.toggle(mask.uid);
    navigator.vibrate?.(10);
  }

  /** A second finger: what the first one began is given up. */
  #pinch() {
    this.#gesture?.drop();
    this.#gesture = null;
    this.#ready = null;
    this.#click = null;
    clearTimeout(this.#timer);
  }

  /**
   * One of two fingers has moved.
   * @param {Pointer} pointer
   * @param {Point} to
   */
  #pinched(pointer, to) {
    const other = [...this.#pointers.values()].find((one) => one !== pointer);
    if (!other) return;
    const before = Math.hypot(pointer.x - other.x, pointer.y - other.y);
    const after = Math.hypot(to.x - other.x, to.y - other.y);
    const { canvas } = this.#desk;
    if (before > 0) canvas.zoom(after / before, { x: (pointer.x + other.x) / 2, y: (pointer.y + other.y) / 2 });
    canvas.pan((to.x - pointer.x) / 2, (to.y - pointer.y) / 2);
    Object.assign(pointer, to);
  }

  /** @returns {Gesture} */
  #panning() {
    const { canvas } = this.#desk;
    this.#isPanning = true;
    canvas.stage.classList.add("is-panning");
    return { move() {}, end() {}, drop() {} };
  }

  /** @param {MouseEvent} event */
  #doubled(event) {
    const desk = this.#desk;
    const { work } = desk;
    if (work.isFixed || desk.tool === "mark") return;
    if (this.polygon.isOpen) return this.polygon.close();
    const target = event.target instanceof Element ? event.target : null;
    const corner = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-corner]");
    if (corner instanceof SVGElement) return moving.dropCorner(desk, Number(corner.dataset.corner));
    const at = desk.canvas.inPicture(event);
    const mask = this.#maskAt(at);
    const label = labelAt(at, desk.labels);
    if (mask) desk.rename();
    else if (label && target && desk.tool === "select" && !work.isDrawing) {
      drawing.ofLabels(desk, [label]);
      desk.drawn();
    }
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const { canvas } = this.#desk;
    canvas.measure();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? canvas.room.height : 1;
    const [x, y] = [event.deltaX * unit, event.deltaY * unit];
    if (event.ctrlKey || event.metaKey) {
      const quick = Math.abs(y) < 50 ? 4 : 1; // Two fingers on a touchpad come in small steps.
      canvas.zoom(Math.exp(-y * WHEEL * quick), canvas.inRoom(event));
    } else if (event.shiftKey && !x) canvas.pan(-y, 0);
    else canvas.pan(-x, -y);
  }

  /** @param {Mask} mask */
  #choose(mask) {
    this.#desk.work.select([mask.uid]);
  }

  /**
   * Whether a point is in a mask, and not at its edge.
   * @param {Mask} mask
   * @param {Point} at
   */
  #isWithin(mask, at) {
    const edge = this.#desk.canvas.reach(EDGE);
    const around = [-edge, edge].flatMap((x) => [-edge, edge].map((y) => ({ x: at.x + x, y: at.y + y })));
    return around.every((point) => contains(mask, point));
  }

  /**
   * The smallest mask at a point; what is selected comes first.
   * @param {Point} at
   * @returns {Mask | null}
   */
  #maskAt(at) {
    const { work } = this.#desk;
    const size = (/** @type {Mask} */ mask) => {
      const { width, height } = bounds(mask);
      return work.selected.has(mask.uid) ? 0 : width * height;
    };
    const under = work.masks.filter((mask) => contains(mask, at));
    return under.sort((a, b) => size(a) - size(b))[0] ?? null;
  }
}
