// What Anki's page does with a card, in a frame that can reach nothing: it talks to the page around it by messages alone.
"use strict";
(() => {
  const root = document.documentElement;
  const tell = (/** @type {Record<string, unknown>} */ message) => parent.postMessage(message, "*");

  // The page gives the frame the height of the card.
  let told = 0;
  const tellHeight = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    tell({ height });
  };
  // It is shown when it is told, so that nothing jumps when maths and pictures are drawn. A frame that is not seen yet paints
  // nothing: what waits for that, as decode() and fonts.ready do, would wait for ever.
  const loaded = (/** @type {HTMLImageElement} */ image) => {
    image.loading = "eager";
    return new Promise((done) => {
      if (image.complete) done(true);
      for (const end of ["load", "error"]) image.addEventListener(end, () => done(true));
    });
  };
  const drawn = async () => {
    await Promise.all([...document.images].map(loaded));
    await /** @type {any} */ (window).MathJax?.startup.promise;
    document.body.getBoundingClientRect(); // Fonts are asked for when something has its place.
    await Promise.allSettled(
      [...document.fonts].filter(({ status }) => status === "loading").map((font) => font.loaded),
    );
  };
  const late = new Promise((done) => setTimeout(done, 1500));
  Promise.race([drawn(), late]).finally(() => {
    new ResizeObserver(tellHeight).observe(document.body);
    tellHeight();
  });

  // Masks: the picture fills the window as far as it fits, however small it is (anki ts/routes/image-occlusion/review.ts).
  const box = document.getElementById("image-occlusion-container");
  const picture = box?.querySelector("img");
  const fit = () => {
    if (!box || !picture?.naturalWidth) return;
    const highest = Number(root.dataset.screen) * 0.95 - 40;
    box.style.maxWidth = `${(highest * picture.naturalWidth) / picture.naturalHeight}px`;
  };
  if (picture) {
    picture.addEventListener("load", fit);
    fit();
  }
  const button = document.getElementById("toggle");
  const masks = document.querySelector(".proof-masks");
  if (button) button.hidden = !document.querySelector('[data-occludeinactive="1"]');
  const toggle = () => masks?.classList.toggle("proof-lifted");
  button?.addEventListener("click", toggle);

  // Sound
  const sounds = /** @type {HTMLMediaElement[]} */ ([...document.querySelectorAll("audio, video")]);
  const play = () => {
    for (const sound of sounds) sound.pause();
    const next = (/** @type {number} */ at) => {
      const sound = sounds[at];
      if (!sound) return;
      sound.currentTime = 0;
      sound.addEventListener("ended", () => next(at + 1), { once: true });
      sound.play().catch(() => {});
    };
    next(0);
  };

  // What is typed on the front is compared on the back.
  const input = /** @type {HTMLInputElement | null} */ (document.querySelector("input#typeans"));
  const result = document.getElementById("compared");
  input?.addEventListener("input", () => tell({ typed: input.value }));
  const compare = (/** @type {string} */ typed) => {
    if (input) input.value = typed;
    if (result) result.innerHTML = compared(result.dataset.expected ?? "", typed);
  };

  /** Do what a key is for; whether it is for anything here. */
  const use = (/** @type {string} */ key) => {
    if (["h", "m"].includes(key) && button && !button.hidden) toggle();
    else if (key === "r" && sounds.length) play();
    else return false;
    return true;
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {Element} */ (event.target);
    if (target === input) {
      if (event.key === "Enter") tell({ typed: input.value });
      else if (event.key !== "Escape") return;
    } else if (target.closest("input, button, summary, audio, video, a") && ["Enter", " "].includes(event.key)) {
      return;
    }
    if (target !== input && use(event.key.toLowerCase())) return event.preventDefault();
    tell({ key: event.key, shift: event.shiftKey });
    // These would scroll.
    if ([" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(event.key)) event.preventDefault();
  });

  // This frame goes nowhere: the page opens links, in a tab of their own.
  addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[href]"));
    if (link) {
      event.preventDefault();
      tell({ link: link.href });
    } else if (!target.closest("button, input, summary, audio, video") && !String(getSelection())) {
      tell({ tap: true });
    }
  });
  addEventListener("auxclick", (event) => {
    if (/** @type {Element} */ (event.target).closest("a[href]")) event.preventDefault();
  });

  addEventListener("message", ({ source, data }) => {
    if (source !== parent || typeof data !== "object" || data === null) return;
    if (typeof data.typed === "string") compare(data.typed);
    if (typeof data.key === "string") use(data.key.toLowerCase());
    // What a build has drawn anew is neither heard once more nor takes the keys from the search.
    if (data.shown === true && data.focus === true) input?.focus();
    if (data.shown === true && data.play === true) play();
  });
})();
