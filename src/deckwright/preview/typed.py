"""A side of a card as `cards` makes it → the same with the input for what is typed, or with what should have been typed.

Nothing is compared here: `frame/compare.js` does that, in the page. Source: typeAnsQuestionFilter and typeAnsAnswerFilter in anki
qt/aqt/reviewer.py.
"""

from __future__ import annotations

from html import escape

from .. import cards, texts

_LINE = "<hr id=answer>"
_FONT = "font-family: 'Arial'; font-size: 20px"
_INPUT = (
    '<center>\n<input type="text" id="typeans" aria-label="The answer" autocomplete="off" autocapitalize="none" '
    f'spellcheck="false" style="{_FONT};">\n</center>'
)


def front(html: str) -> str:
    """The front, with an input where the answer is typed."""
    return cards.TYPED.sub(_INPUT, html)


def back(html: str, field: str) -> str:
    """The back, with what should have been typed where the front has the input. The line of the answer stands above it, as in
    Anki. `field` is the HTML of what should have been typed.
    """
    if not cards.TYPED.search(html):
        return html
    expected = texts.plain(field)
    told = f'<div id="compared" style="{_FONT}" data-expected="{escape(expected)}"><code id=typeans>{escape(expected)}</code></div>'
    return cards.TYPED.sub(lambda _: f"{_LINE if _LINE in html else ''}{told}", html.replace(_LINE, ""))
