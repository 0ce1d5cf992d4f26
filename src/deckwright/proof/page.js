"use strict";
(() => {
  const root = document.documentElement;
  const cards = [...document.querySelectorAll(".proof-card")];
  const answers = [...document.querySelectorAll(".proof-card > details")];
  const [all, night] = ["proof-all", "proof-night"].map((id) => document.getElementById(id));
  document.querySelector(".proof-tools").hidden = false;
  all.hidden = document.getElementById("proof-answers").hidden = !answers.length;

  // Each file is in the page once, however many cards show it. The stylesheet knows pictures by how their address ends.
  const media = JSON.parse(document.getElementById("proof-media").textContent);
  const addresses = new Map();
  const address = (name) => {
    if (!addresses.has(name)) {
      const [, type, data] = /^data:([^;]*);base64,(.*)$/.exec(media[name]);
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      addresses.set(name, URL.createObjectURL(new Blob([bytes], { type })));
    }
    return addresses.get(name);
  };
  for (const shown of document.querySelectorAll("[data-src]")) {
    const name = shown.dataset.src.replace(/[?#].*/, "");
    shown.src = address(name) + (/#.*/.exec(shown.dataset.src) ?? ["#" + name])[0];
  }

  const setNight = (on) => {
    root.classList.toggle("nightMode", on);
    night.setAttribute("aria-pressed", on);
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  setNight(dark.matches);
  dark.addEventListener("change", () => setNight(dark.matches));
  const setAll = (on) => {
    for (const answer of answers) answer.open = on;
    all.setAttribute("aria-pressed", on);
  };
  const step = (by) => {
    const from = document.activeElement.closest(".proof-card");
    const seen = cards.findIndex((card) => card.getBoundingClientRect().bottom > 1);
    const at = from ? cards.indexOf(from) + by : Math.max(seen, 0);
    const card = cards[Math.min(Math.max(at, 0), cards.length - 1)];
    if (!card) return;
    (card.querySelector(":scope > details > summary") ?? card.querySelector(".proof-number")).focus({ preventScroll: true });
    card.scrollIntoView({ block: "start" });
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => setAll(all.getAttribute("aria-pressed") !== "true"),
    n: () => setNight(!root.classList.contains("nightMode")),
  };
  all.addEventListener("click", keys.a);
  night.addEventListener("click", keys.n);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, video, audio")) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // Anki's button on the back of a diagram.
  document.addEventListener("click", (event) => {
    if (event.target.id !== "toggle") return;
    event.target.closest(".card").querySelector(".proof-masks")?.classList.toggle("proof-lifted");
  });

  // On paper: all answers, by day. Afterwards the page is as it was.
  let before;
  addEventListener("beforeprint", () => {
    before = { night: root.classList.contains("nightMode"), open: answers.map((answer) => answer.open) };
    setNight(false);
    for (const answer of answers) answer.open = true;
  });
  addEventListener("afterprint", () => {
    setNight(before.night);
    answers.forEach((answer, at) => { answer.open = before.open[at]; });
  });
})();
