// How Anki configures MathJax: ts/mathjax/index.ts of version 26.9. It is told here where it is served from, and has no menu.
window.MathJax = {
  tex: {
    displayMath: [["\\[", "\\]"]],
    processEscapes: false,
    processEnvironments: false,
    processRefs: false,
    packages: { "[+]": ["noerrors", "mathtools"], "[-]": ["textmacros"] },
  },
  loader: {
    load: ["[tex]/noerrors", "[tex]/mathtools"],
    paths: { mathjax: "/frame/mathjax" },
  },
  options: { enableMenu: false, enableAssistiveMml: true },
  startup: { elements: ["#qa"] },
};
