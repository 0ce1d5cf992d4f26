// What is wrong with the card that the page shows. Each check returns a list of [element, what is wrong]; each is fed a
// bad page in test_checks.py. They go by what is drawn and by the elements; class names stand only where nothing else
// tells which part of a card an element is.
globalThis.checks = (() => {
  const PARTS = ["context", "header", "question", "text", "answer", "extra", "source", "id", "report"];
  const TEXT = 4.5; // contrast of text, WCAG 1.4.3
  const LARGE_TEXT = 3;
  const SHAPE = 3; // WCAG 1.4.11
  const TARGET = 44; // px, WCAG 2.5.5
  const SMALLEST = 9; // px
  const CONTEXT_LINES = 2;

  // Elements and texts

  // What a function said of an element, while nothing changes.
  let memory = new Map();
  function kept(look) {
    return (element) => {
      if (!memory.has(look)) memory.set(look, new Map());
      const held = memory.get(look);
      if (!held.has(element)) held.set(element, look(element));
      return held.get(element);
    };
  }

  const root = () => document.getElementById("qa");
  const all = (selector) => [...root().querySelectorAll(selector)];
  const part = (name) => all(`.dw-${name}`);
  const shown = kept((element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0);
  const inMaths = (element) => element.closest("mjx-container") !== null;
  const style = kept((element) => getComputedStyle(element));
  const px = (number) => `${Math.round(number * 10) / 10} px`;

  function name(element) {
    const one = (e) => {
      const classes = [...e.classList].slice(0, 2).map((c) => `.${c}`);
      return e.localName + (e.id ? `#${e.id}` : "") + classes.join("");
    };
    const path = [];
    for (let e = element; e && e !== root() && path.length < 3; e = e.parentElement) path.unshift(one(e));
    const text = element.textContent.trim().replace(/\s+/g, " ");
    return path.join(" > ") + (text ? ` “${text.slice(0, 24)}${text.length > 24 ? "…" : ""}”` : "");
  }

  // The texts that can be seen, without those of formulas, which are drawn in pseudo-elements.
  const texts = kept(() => {
    const found = [];
    const walker = document.createTreeWalker(root(), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (node.data.trim() && !parent.closest("script, style, mjx-container") && shown(parent)) found.push(node);
    }
    return found;
  });

  function rects(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter((r) => r.width > 0);
  }

  // Spaces may hang out of a box, and nobody sees it.
  function letters(node) {
    const range = document.createRange();
    return [...node.data.matchAll(/\S/gu)].map((letter) => {
      range.setStart(node, letter.index);
      range.setEnd(node, letter.index + letter[0].length);
      return range.getBoundingClientRect();
    });
  }

  // The element that scrolls sideways, and so shows what sticks out of it.
  function scroller(element) {
    for (let e = element; e && e !== root(); e = e.parentElement) {
      if (["auto", "scroll"].includes(style(e).overflowX)) return e;
    }
    return null;
  }

  function block(element) {
    let e = element;
    while (/^(inline|contents|ruby|ruby-text)$/.test(style(e).display)) e = e.parentElement;
    return e;
  }

  // Colours

  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parsed = new Map();

  // [red, green, blue, opacity], each to 255 but the last, to 1
  function colour(css) {
    if (!parsed.has(css)) {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = css;
      paint.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
      parsed.set(css, [r, g, b, a / 255]);
    }
    return parsed.get(css);
  }

  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);

  // The colour behind an element's content, of the backgrounds of all that it stands in.
  const ground = kept((element) => {
    const outer = element.parentElement ? ground(element.parentElement) : [255, 255, 255, 1];
    return over(colour(style(element).backgroundColor), outer);
  });

  const opacity = kept((element) => (element ? Number(style(element).opacity) * opacity(element.parentElement) : 1));

  function luminance(c) {
    const [r, g, b] = c.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(a, b) {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  }

  const hex = (c) => "#" + c.slice(0, 3).map((v) => Math.round(v).toString(16).padStart(2, "0")).join("");
  const pair = (a, b) => `contrast ${contrast(a, b).toFixed(2)} of ${hex(a)} on ${hex(b)}`;

  // The checks

  // The page is no wider than the screen, and nothing is out of it.
  function overflow() {
    const width = document.documentElement.clientWidth;
    const found = [];
    for (const e of all("*")) {
      if (inMaths(e.parentElement) || !shown(e) || scroller(e.parentElement)) continue;
      const { left, right } = e.getBoundingClientRect();
      const out = Math.max(right - width, -left);
      // The innermost one tells most.
      if (out > 0.5 && ![...e.children].some((c) => c.getBoundingClientRect().right > width + 0.5)) {
        found.push([e, `${px(out)} outside the page`]);
      }
    }
    const more = document.documentElement.scrollWidth - width;
    if (more > 0 && !found.length) found.push([root(), `the page is ${px(more)} wider than the screen`]);
    return found;
  }

  // How far the characters of a formula stick out of it, above or below. Its boxes hold more than is drawn.
  function outOf(formula) {
    const { top, bottom } = formula.getBoundingClientRect();
    const characters = [...formula.querySelectorAll("mjx-c")].map((c) => c.getBoundingClientRect());
    return Math.max(0, ...characters.map((r) => Math.max(top - r.top, r.bottom - bottom)));
  }

  // No text is cut off, and what scrolls shows that it goes on. An ellipsis is a sign too.
  function clipped() {
    const found = [];
    for (const e of [root(), ...all("*")]) {
      if ((inMaths(e) && e.localName !== "mjx-container") || !shown(e) || !e.textContent.trim()) continue;
      if (e.matches("input, textarea, svg *, audio, video")) continue;
      const s = style(e);
      const clamp = s.webkitLineClamp !== "none" && s.webkitLineClamp !== "";
      const wider = e.scrollWidth - e.clientWidth;
      const taller = e.localName === "mjx-container" ? outOf(e) : e.scrollHeight - e.clientHeight;
      if (wider > 1 && /hidden|clip/.test(s.overflowX) && s.textOverflow !== "ellipsis" && !clamp) {
        found.push([e, `${px(wider)} cut off at the side`]);
      }
      if (taller > 1 && /hidden|clip/.test(s.overflowY) && !clamp) found.push([e, `${px(taller)} cut off below`]);
      if (taller > 1 && /auto|scroll/.test(s.overflowY)) found.push([e, `scrolls up and down by ${px(taller)}`]);
      const sign = s.backgroundImage !== "none" && /local/.test(s.backgroundAttachment);
      if (wider > 1 && /auto|scroll/.test(s.overflowX) && !sign) {
        found.push([e, `goes on for ${px(wider)} without a sign of it`]);
      }
    }
    for (const node of texts()) {
      const parent = node.parentElement;
      if (parent.closest("rt") || scroller(parent) || parent.matches("option")) continue;
      const box = block(parent);
      if (/hidden|clip/.test(style(box).overflowX)) continue; // has been looked at
      const { left, right } = box.getBoundingClientRect();
      const beyond = (all) => Math.max(0, ...all.map((r) => Math.max(r.right - right, left - r.left)));
      const out = beyond(rects(node)) > 1 ? beyond(letters(node)) : 0;
      if (out > 1) found.push([parent, `its text sticks out of ${box.localName} by ${px(out)}`]);
    }
    return found;
  }

  // No text is too small to read.
  function small() {
    return texts()
      .map((node) => [node.parentElement, parseFloat(style(node.parentElement).fontSize)])
      .filter(([, size]) => size < SMALLEST)
      .map(([e, size]) => [e, `its text is ${px(size)} high, less than ${SMALLEST}`]);
  }

  // All text grows with the card's. `usual` are the sizes from before, in px, and by what they have to grow.
  const sizes = () => texts().map((node) => parseFloat(style(node.parentElement).fontSize));
  function growth({ usual } = {}) {
    if (!usual) return [];
    return texts().flatMap((node, i) => {
      const [size, due] = [parseFloat(style(node.parentElement).fontSize), usual.sizes[i] * usual.factor];
      return size < due * 0.98 ? [[node.parentElement, `is ${px(size)} high, not ${px(due)}, with larger text`]] : [];
    });
  }

  // Text stands out from its ground.
  function text_contrast() {
    const found = new Map();
    const look = (e, s, what = "") => {
      const back = ground(e);
      const c = colour(s.color);
      const front = over([...c.slice(0, 3), c[3] * opacity(e)], back);
      const size = parseFloat(s.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(s.fontWeight) >= 700);
      const least = large ? LARGE_TEXT : TEXT;
      if (contrast(front, back) < least - 0.005) found.set(e, `${what}${pair(front, back)}, less than ${least}`);
    };
    for (const node of texts()) look(node.parentElement, style(node.parentElement));
    for (const e of all("mjx-container, input[type=text]")) if (shown(e)) look(e, style(e));
    for (const e of all("*")) {
      if (inMaths(e) || !shown(e)) continue;
      for (const where of ["::before", "::after"]) {
        const s = getComputedStyle(e, where);
        if (/^["'].*[^\s"'].*["']$/.test(s.content)) look(e, s, `${where}: `);
      }
    }
    // On a picture, no colour is known to be behind a text, unless it brings its own.
    const pictures = all("img, video, canvas").filter(shown);
    for (const node of pictures.length ? texts() : []) {
      const box = node.parentElement.getBoundingClientRect();
      for (const picture of pictures) {
        const r = picture.getBoundingClientRect();
        const apart = box.right <= r.left || box.left >= r.right || box.bottom <= r.top || box.top >= r.bottom;
        const own = (e) => !e.contains(picture) && (colour(style(e).backgroundColor)[3] === 1 || own(e.parentElement));
        if (!apart && !/inline/.test(style(picture).display) && !own(node.parentElement)) {
          found.set(node.parentElement, "stands on a picture without a ground of its own");
        }
      }
    }
    return [...found];
  }

  // What has to be seen, though it is no text, stands out from what is around it.
  function shape_contrast() {
    const found = [];
    const least = (e, what, colours, back) => {
      const best = colours.map((c) => over(c, back)).sort((a, b) => contrast(b, back) - contrast(a, back))[0];
      if (contrast(best, back) < SHAPE - 0.005) found.push([e, `${what}: ${pair(best, back)}, less than ${SHAPE}`]);
    };
    for (const e of all("*")) {
      if (!shown(e) || inMaths(e)) continue;
      const s = style(e);
      const outside = ground(e.parentElement);
      const border = (side) => (parseFloat(s[`border${side}Width`]) ? [colour(s[`border${side}Color`])] : []);
      if (e.matches("button, input:not([type=checkbox])")) {
        least(e, "edge", [...border("Top"), ...border("Bottom"), colour(s.backgroundColor)], outside);
      } else if (parseFloat(s.borderInlineStartWidth) >= 2 && !parseFloat(s.borderInlineEndWidth)) {
        least(e, "bar", [colour(s.borderInlineStartColor)], outside);
      }
    }
    for (const svg of all(".replay-button svg")) {
      const [disc, arrow] = [svg.querySelector("circle"), svg.querySelector("path")];
      const outside = ground(svg);
      const fill = over(colour(style(disc).fill), outside);
      least(svg, "disc", [fill, colour(style(disc).stroke)], outside);
      least(svg, "arrow", [colour(style(arrow).fill)], fill);
    }
    return found;
  }

  // Boxes whose pixels tell how well they are seen: the caller looks at them, by `pixels` in drawing.py.
  function pixel_boxes() {
    return all("input[type=checkbox]").filter(shown).map((e) => {
      const { left, top, width, height } = e.getBoundingClientRect();
      return [e, { x: left + scrollX, y: top + scrollY, width, height }];
    });
  }

  // The boxes of masks, in fractions of the picture.
  const boxes = (kind) =>
    all(`div.${kind}[data-shape]`).map((e) => {
      const points = (e.dataset.points ?? "").split(" ").filter(Boolean).map((p) => p.split(",").map(Number));
      const of = (axis) => points.map((p) => p[axis]);
      const [left, top] = [Number(e.dataset.left), Number(e.dataset.top)];
      const width = Number(e.dataset.width ?? 2 * e.dataset.rx) || Math.max(...of(0)) - Math.min(...of(0));
      const height = Number(e.dataset.height ?? 2 * e.dataset.ry) || Math.max(...of(1)) - Math.min(...of(1));
      return { left, top, width, height };
    });

  // Where the edges of masks are drawn: [the canvas, what it is, [x, y] outside, [x, y] inside], in px of the page,
  // from each side. Their pixels tell how well they are seen: the caller looks at them too.
  function edges() {
    const canvas = document.getElementById("image-occlusion-canvas");
    if (!canvas || !canvas.width) return [];
    const drawn = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const covered = (x, y) =>
      x >= 0 && y >= 0 && x < drawn.width && y < drawn.height && drawn.data[(y * drawn.width + x) * 4 + 3] > 100;
    const r = canvas.getBoundingClientRect();
    const scale = r.width / canvas.width;
    const found = [];
    for (const [kind, what, deep] of [["cloze", "the asked mask", 8], ["cloze-highlight", "the frame of what was asked", 4]]) {
      for (const b of boxes(kind)) {
        const [x, y] = [b.left + b.width / 2, b.top + b.height / 2].map((v, i) => v * (i ? canvas.height : canvas.width));
        const [w, h] = [(b.width / 2) * canvas.width, (b.height / 2) * canvas.height];
        for (const [dx, dy, far] of [[-1, 0, w], [1, 0, w], [0, -1, h], [0, 1, h]]) {
          let d = far + 12;
          while (d > 0 && !covered(Math.round(x + dx * d), Math.round(y + dy * d))) d--;
          const at = (n) => [r.left + scrollX + (x + dx * n) * scale, r.top + scrollY + (y + dy * n) * scale];
          found.push([canvas, what, at(d + 9 / scale), at(d - deep / scale)]);
        }
      }
    }
    return found;
  }

  // The masks of an occlusion card: the asked one differs from the others, and is drawn; its label is text.
  function masks() {
    const canvas = document.getElementById("image-occlusion-canvas");
    const picture = document.querySelector("#image-occlusion-container img");
    if (!canvas || !picture) return [];
    const found = [];
    const s = style(canvas);
    const border = (kind) => {
      const [width, css] = s.getPropertyValue(`--${kind}-shape-border`).trim().split(/\s+/);
      return { width: parseFloat(width), colour: colour(css) };
    };
    const fill = (kind) => colour(s.getPropertyValue(`--${kind}-shape-color`).trim());
    if (boxes("cloze").length && boxes("cloze-inactive").length) {
      const [asked, other] = ["active", "inactive"].map((kind) => [fill(kind), border(kind)]);
      const best = Math.max(contrast(asked[0], other[0]), contrast(asked[1].colour, other[1].colour));
      if (best < SHAPE - 0.005 && Math.abs(asked[1].width - other[1].width) < 2) {
        found.push([canvas, `the asked mask against the others: contrast ${best.toFixed(2)}, less than ${SHAPE}`]);
      }
    }
    const drawn = canvas.getContext("2d");
    for (const box of boxes("cloze")) {
      const x = (box.left + box.width / 2) * canvas.width;
      const y = (box.top + box.height / 2) * canvas.height;
      if (drawn.getImageData(x, y, 1, 1).data[3] < 255) found.push([canvas, "the asked mask covers nothing"]);
    }
    const labels = part("label").filter(shown);
    if (boxes("cloze-highlight").length) {
      if (!labels.length) found.push([canvas, "the label that was asked is not shown as text"]);
    } else if (labels.length) found.push([labels[0], "the label is shown while it is asked"]);
    return found;
  }

  // The texts of a part run as it is expected to, and code and formulas run from left to right. In a part that runs from
  // right to left, a block that is all Latin may have its own direction, and the other way round.
  const foreign = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
  function direction({ expected = {} } = {}) {
    const found = [];
    const scripts = { ltr: /[\p{Script=Latin}\p{Script=Han}\p{Script=Kana}]/u, rtl: foreign };
    const read = new Map();
    for (const node of texts()) {
      if (node.parentElement.closest("pre, code, kbd, samp, #typeans")) continue;
      const e = block(node.parentElement);
      read.set(e, (read.get(e) ?? "") + node.data);
    }
    for (const [e, text] of read) {
      const one = PARTS.find((name) => e.closest(`.dw-${name}`));
      const right = expected[one] ?? "ltr";
      if (one && scripts[right].test(text) && style(e).direction !== right) {
        found.push([e, `runs ${style(e).direction}, not ${right}`]);
      }
    }
    const typed = root().querySelector("#typeans");
    const right = expected.typed ?? "ltr";
    const alone = typed && style(typed).unicodeBidi === "plaintext"; // runs as its first letter does
    if (typed && typed.localName === "code" && !alone && style(typed).direction !== right) {
      found.push([typed, `runs ${style(typed).direction}, not ${right}`]);
    }
    for (const e of all("pre, code, kbd, samp, mjx-container")) {
      if (!shown(e) || foreign.test(e.textContent)) continue;
      const s = style(e);
      if (s.direction !== "ltr") found.push([e, `runs ${s.direction}, not ltr`]);
      else if (/inline/.test(s.display) && !e.closest("pre") && !/isolate|embed|override/.test(s.unicodeBidi)) {
        const around = block(e);
        if (style(around).direction !== "ltr") found.push([e, "is not kept apart from the text around it"]);
      }
    }
    // As it is drawn: each character of a line stands to the right of the one before.
    if (!foreign.test(root().textContent)) return found;
    for (const node of texts()) {
      const code = node.parentElement.closest("pre, code, kbd, samp");
      if (!code || foreign.test(node.data)) continue;
      const range = document.createRange();
      let before = null;
      for (let i = 0; i < node.length; i++) {
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        const r = range.getBoundingClientRect();
        if (!r.width) continue;
        if (before && Math.abs(before.top - r.top) < 2 && r.left < before.left) {
          found.push([code, `“${node.data.slice(Math.max(0, i - 8), i + 8)}” is not shown from left to right`]);
          break;
        }
        before = r;
      }
    }
    return found;
  }

  // What can be tapped is large enough. A link in a text is as high as its line.
  function targets() {
    const found = [];
    for (const e of all("a[href], button, input:not([disabled]), select, summary, [tabindex], [onclick]")) {
      if (!shown(e) || inMaths(e) || scroller(e) === e) continue;
      const text = block(e);
      const alone = text.textContent.trim() === e.textContent.trim();
      if (style(e).display === "inline" && (!alone || text.matches("p, li, dd, dt, td, th, figcaption"))) continue;
      const { width, height } = e.getBoundingClientRect();
      if (width < TARGET - 0.5 || height < TARGET - 0.5) {
        found.push([e, `${Math.round(width)} × ${Math.round(height)} px, less than ${TARGET} × ${TARGET}`]);
      }
    }
    return found;
  }

  // No name in code is broken over two lines, unless it is wider than the box that it stands in.
  function names() {
    const found = [];
    for (const node of texts()) {
      const code = node.parentElement.closest("pre, code");
      if (!code || code.id === "typeans") continue;
      const room = block(code.closest("pre") ?? code).clientWidth;
      const range = document.createRange();
      for (const word of node.data.matchAll(/[\p{L}\p{N}_]{2,}/gu)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const pieces = [...range.getClientRects()].filter((r) => r.width > 0);
        const width = pieces.reduce((sum, r) => sum + r.width, 0);
        if (new Set(pieces.map((r) => Math.round(r.top))).size > 1 && width < room * 0.8) {
          found.push([code, `“${word[0]}” of ${px(width)} is broken over two lines, with room for ${px(room)}`]);
        }
      }
    }
    return found;
  }

  // The context is short.
  function context() {
    return part("context").filter(shown).flatMap((e) => {
      const line = parseFloat(style(e).lineHeight);
      const lines = Math.round((e.clientHeight / line) * 10) / 10;
      return lines > CONTEXT_LINES + 0.4 ? [[e, `${lines} lines, more than ${CONTEXT_LINES}`]] : [];
    });
  }

  // Right and wrong differ in more than colour.
  function cue() {
    const good = root().querySelector(".typeGood");
    const bad = root().querySelector(".typeBad");
    if (!good || !bad) return [];
    const cues = ["textDecorationLine", "textDecorationStyle", "fontStyle", "borderBottomStyle"];
    const [g, b] = [style(good), style(bad)];
    return cues.some((cue) => g[cue] !== b[cue]) ? [] : [[bad, "differs from what is right by its colour alone"]];
  }

  // Everything was drawn: pictures, formulas, the card itself.
  function drawn() {
    const found = [];
    for (const e of all("img")) if (!e.naturalWidth) found.push([e, `no picture: ${e.getAttribute("src")}`]);
    for (const e of all('[data-mjx-error], mjx-merror, mjx-mtext[style*="red"]')) found.push([e, "an error in a formula"]);
    for (const node of texts()) {
      if (!node.parentElement.closest("pre, code") && /\\[([]|\[\[|\{\{|\[sound:/.test(node.data)) {
        found.push([node.parentElement, `“${node.data.trim().slice(0, 30)}” was not drawn`]);
      }
    }
    const error = document.getElementById("err");
    if (error?.textContent.trim()) found.push([error, error.textContent.trim()]);
    if (!root().innerText.trim() && !all("img, video, audio, .replay-button").length) found.push([root(), "nothing"]);
    return found;
  }

  const ALL = {
    overflow, clipped, small, growth, text_contrast, shape_contrast, masks, direction, targets, names, context, cue, drawn,
  };

  return {
    // {check: [[element, what is wrong], …]}, as text; `wanted` are names of checks, or all.
    run(options = {}, wanted = Object.keys(ALL)) {
      memory = new Map();
      const found = {};
      for (const check of wanted) {
        const unique = new Map(ALL[check](options).map(([e, what]) => [name(e) + what, [name(e), what]]));
        if (unique.size) found[check] = [...unique.values()];
      }
      return found;
    },
    sizes: () => ((memory = new Map()), sizes()),
    edges: () => ((memory = new Map()), edges().map(([e, ...more]) => [name(e), ...more])),
    pixel_boxes: () => ((memory = new Map()), pixel_boxes()).map(([e, box]) => [name(e), box]),
    // Where the parts of the question are: {part: [left, top, width or 0, height or 0]}
    places() {
      memory = new Map();
      const found = {};
      const look = (key, e, size) => {
        if (!e || !shown(e) || key in found) return;
        const { left, top, width, height } = e.getBoundingClientRect();
        found[key] = [left + scrollX, top + scrollY, ...(size ? [width, height] : [0, 0])];
      };
      for (const key of ["context", "header", "question"]) look(key, part(key)[0], true);
      look("text", part("text")[0], false); // an answer may be longer than its blank
      look("picture", document.getElementById("image-occlusion-container"), true);
      return found;
    },
  };
})();
