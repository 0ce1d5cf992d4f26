"""A card → the HTML of its two sides, for a page that stands alone.

`cards` makes them as Anki does. What Anki's programs and scripts add to them is put in here: masks, sound, what is typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from .. import cards, texts
from ..mediatypes import VIDEO, extension
from ..model import Note, NoteType
from .masks import overlay

Attribute = Callable[[str], str]
"""The attribute with which a page shows the file of this name, as in `src="media/NAME`, without the quote that ends it; empty
if the page does not have the file.
"""


def sides(note: Note, note_type: NoteType, ordinal: int, attribute: Attribute) -> tuple[str, str]:
    """The front of the card with this number, counted from 0, and what the back adds to it: for a basic note, the part
    below the line, else all of it. What is to be typed is told where it is not the answer word for word.
    """
    made = cards.render(note, note_type, ordinal)
    back = made.answer.removeprefix(made.question) if not made.error else made.answer
    typed = texts.plain(cards.expected(note, made.question, ordinal + 1))
    answer = texts.plain(note.fields.get("Back", ""))
    front = cards.TYPED.sub('<input type="text" aria-label="The answer" autocomplete="off">', made.question)
    if "[[type:" in back:
        expected = escape(texts.plain(cards.expected(note, back, ordinal + 1)))
        back = cards.TYPED.sub(lambda _: f'<div class="dw-typed">{expected}</div>', back)
    elif "[[type:" in made.question and typed and typed != answer:
        back = f'<div class="dw-typed">{escape(typed)}</div>{back}'
    return alone(front, attribute), alone(back, attribute)


def alone(html: str, attribute: Attribute) -> str:
    """The HTML of a side as `cards` makes it, with masks, pictures and sound for a page in which no script of Anki's runs."""

    def shown(found: re.Match[str]) -> str:
        before, name, behind, after = found.groups()
        if source := attribute(name):
            return f'{before}loading="lazy" {source}{behind}"{after}'
        return f'<span class="proof-missing">{_described(found[0])} ({name or "no file"} is not in this page)</span>'

    def played(found: re.Match[str]) -> str:
        name = found[1]
        source = attribute(name)
        if not source:
            return f'<span class="proof-missing">({name} is not in this page)</span>'
        element = "video" if extension(name) in VIDEO else "audio"
        return f'<{element} controls preload="none" {source}"></{element}>'

    html = _NOT_HERE.sub("", html)
    if _CANVAS in html:
        html = html.replace(_CANVAS, overlay(html))
    return _PLAYED.sub(played, _SHOWN.sub(shown, html))


_NOT_HERE = re.compile(r'<script>\n.*?</script>\n?|<link rel="stylesheet" href="_[^"<>]*">\n?', re.DOTALL)
"""Anki's script for masks, and the learner's own stylesheet. Nothing that is written in a note can begin so."""

_CANVAS = '<canvas id="image-occlusion-canvas"></canvas>'
_PLAYED = re.compile(r"\[sound:([^\[\]<>\"&]*)\]")
_SHOWN = re.compile(r"""(<(?:img|video)\b[^<>]*?\s)src="([^"#?]*)([^"]*)"([^<>]*>)""")


def _described(picture: str) -> str:
    """The description of a picture, as HTML."""
    found = re.search(r'\s(?:alt|aria-label)="([^"<>]*)"', picture)
    return found[1] if found else ""
