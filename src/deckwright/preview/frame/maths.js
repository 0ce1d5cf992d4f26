// How Anki configures MathJax: ts/mathjax/index.ts of version 26.9. Here it is served from elsewhere, and has no menu. Both
// packages are in the component already.
/** @type {any} */ (window).MathJax = {
  tex: {
    displayMath: [["\\[", "\\]"]],
    processEscapes: false,
    processEnvironments: false,
    processRefs: false,
    packages: { "[+]": ["noerrors", "mathtools"], "[-]": ["textmacros"] },
  },
  loader: { paths: { mathjax: "/frame/mathjax" } },
  options: { enableMenu: false, enableAssistiveMml: true },
  startup: { elements: ["#qa"] },
};
