"use strict";
// Nothing here is needed to read: it searches, turns cards by keys, and opens answers on paper.
(() => {
  const answers = [...document.querySelectorAll(".face > details")];

  // Search: the list of all notes is loaded when somebody first wants to search.
  const box = document.querySelector("[data-search]");
  if (box) {
    const root = box.dataset.root;
    const input = box.querySelector("input");
    const said = box.querySelector(".search-said");
    const list = box.querySelector("ol");
    const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const most = 100;
    let notes = null;
    const show = () => {
      const words = folded(input.value).split(/\s+/).filter(Boolean);
      if (!notes || !words.length) {
        list.replaceChildren();
        said.textContent = "";
        return;
      }
      const found = notes.filter((note) => words.every((word) => note.text.includes(word)));
      const items = found.slice(0, most).map(({ id, title }) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const code = document.createElement("code");
        link.href = `${root}c/${id}/index.html`;
        link.textContent = title;
        link.dir = "auto";
        code.className = "id";
        code.textContent = id;
        item.append(link, " ", code);
        return item;
      });
      list.replaceChildren(...items);
      const more = found.length > most ? `; the first ${most} are shown` : "";
      said.textContent = `${found.length.toLocaleString("en")} ${found.length === 1 ? "note" : "notes"}${more}`;
    };
    const load = () => {
      if (document.getElementById("notes")) return;
      const script = document.createElement("script");
      script.id = "notes";
      script.src = `${root}assets/notes.js`;
      script.addEventListener("load", () => {
        notes = globalThis.deckNotes.map(([id, title, deck, tags, text]) => (
          { id, title, text: folded([id, title, deck, tags, text].join(" ")) }
        ));
        show();
      });
      script.addEventListener("error", () => { said.textContent = "The list of notes could not be loaded."; });
      document.head.append(script);
    };
    input.addEventListener("focus", load);
    input.addEventListener("input", () => { load(); show(); });
    box.hidden = false;
    if (input.value) load();
  }

  // Enter turns the first card that is still closed, the arrows go to the neighbours.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    if (document.activeElement && document.activeElement !== document.body && document.activeElement.id !== "main") return;
    const closed = answers.find((answer) => !answer.open);
    const to = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (event.key === "Enter" && closed) {
      closed.open = true;
      closed.querySelector("summary").focus();
      event.preventDefault();
    } else if (to) {
      document.querySelector(`a[rel="${to}"]`)?.click();
    }
  });

  let open = null;
  addEventListener("beforeprint", () => {
    open = answers.map((answer) => answer.open);
    for (const answer of answers) answer.open = true;
  });
  addEventListener("afterprint", () => answers.forEach((answer, at) => { answer.open = open[at]; }));
})();
