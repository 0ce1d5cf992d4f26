"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("sbs-night");
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { styles, frame: around, cards, files } = read("sbs-cards");
  const media = read("sbs-media");
  document.querySelector(".sbs-tools").hidden = false;

  // Each file is in the page once, however many cards show it. The stylesheet knows pictures by how their address ends.
  const addresses = new Map();
  const address = (side, shown) => {
    const [, name, behind] = /^([^?#]*)(.*)$/s.exec(shown);
    const key = files[side][name];
    if (!key) return "";
    if (!addresses.has(key)) {
      const [, type, data] = /^data:([^;]*);base64,(.*)$/.exec(media[key]);
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      addresses.set(key, URL.createObjectURL(new Blob([bytes], { type })));
    }
    return addresses.get(key) + (/#.*/.exec(behind) ?? ["#" + name])[0];
  };

  const documents = new Set();
  const isNight = () => root.classList.contains("nightMode");
  const setLight = (inside) => {
    for (const element of [inside.documentElement, ...inside.querySelectorAll(".proof-card > .card")]) {
      element.classList.toggle("nightMode", isNight());
      element.classList.toggle("night_mode", isNight());
    }
  };
  const setNight = (on) => {
    root.classList.toggle("nightMode", on);
    button.setAttribute("aria-pressed", on);
    documents.forEach(setLight);
  };

  // A frame without "allow-scripts" runs nothing, whatever is put into it; we may put it there, and measure it.
  const highest = 3000;
  const fill = (place, frame) => {
    const [style, side, number, front, back] = cards[place.dataset.card];
    const inside = frame.contentDocument;
    inside.documentElement.lang = "und";
    for (const text of [styles[style], around]) {
      inside.head.append(Object.assign(inside.createElement("style"), { textContent: text }));
    }
    const card = inside.body.appendChild(inside.createElement("div"));
    card.className = "proof-card";
    const add = (classes, html) => {
      card.append(Object.assign(inside.createElement("div"), { className: classes, innerHTML: html }));
    };
    add(`card card${number}`, front);
    card.append(Object.assign(inside.createElement("p"), { className: "sbs-turn", textContent: "Answer" }));
    add(`card card${number} sbs-back`, back);
    for (const shown of inside.querySelectorAll("[data-src]")) shown.src = address(side, shown.dataset.src);
    for (const link of inside.querySelectorAll("a, area")) {
      link.setAttribute("rel", "noopener noreferrer");
      if (!/^(https?|mailto):$/.test(link.protocol)) link.removeAttribute("href");
      link.removeAttribute("xlink:href");
      link.removeAttribute("target");
    }
    documents.add(inside);
    setLight(inside);
    const fit = () => { frame.style.height = `${Math.min(Math.ceil(card.getBoundingClientRect().height), highest)}px`; };
    new ResizeObserver(fit).observe(card);
    fit();
    place.classList.add("sbs-shown");
  };
  const show = (place) => {
    if (place.firstChild) return;
    const frame = document.createElement("iframe");
    frame.title = place.dataset.title;
    frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
    frame.srcdoc = '<!doctype html><meta charset="utf-8"><base target="_blank"><body></body>';
    frame.addEventListener("load", () => fill(place, frame), { once: true });
    place.append(frame);
  };
  const places = [...document.querySelectorAll(".sbs-place")];
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      show(target);
    }
  }, { rootMargin: "1000px 0px" });
  for (const place of places) near.observe(place);

  const dark = matchMedia("(prefers-color-scheme: dark)");
  setNight(dark.matches);
  dark.addEventListener("change", () => setNight(dark.matches));
  button.addEventListener("click", () => setNight(!isNight()));

  // On paper: by day. Cards that nobody has scrolled to are made now, and may be missing from the first print.
  let before;
  addEventListener("beforeprint", () => { before = isNight(); setNight(false); places.forEach(show); });
  addEventListener("afterprint", () => setNight(before));
})();
