"""A card → the HTML document of one of its sides, for a frame of the page.

It is what `cards.render` makes, so that what is seen is what is learned. Around it stand the classes of Anki's page, the
stylesheet of the note type and our own scripts: see `frame/`. What notes contain cannot run there: `policy` allows those alone.
"""

from __future__ import annotations

import re
from collections.abc import Container
from html import escape

import msgspec

from .. import cards
from ..model import Note, NoteType
from ..proof import masks
from ..proof.sides import Attribute, alone
from . import typed


class Face(msgspec.Struct, frozen=True):
    """How a side is shown: `screen` is the height of the window that Anki would show it in, in pixels of CSS."""

    is_back: bool = False
    is_night: bool = False
    screen: int = 800


def addresses(media: Container[str], secret: str) -> Attribute:
    """The addresses of media in frames. The `secret` is in them: a frame without an origin can prove in no other way that it is
    ours.
    """
    return lambda name: f'src="/media/{secret}/{name}' if name in media else ""


def document(note: Note, note_type: NoteType, number: int, face: Face, attribute: Attribute) -> str:
    """The document of a side of the card with this number, counted from 1. `attribute` has the addresses of media."""
    made = cards.render(note, note_type, number - 1)
    side = (
        typed.back(made.answer, cards.expected(note, made.answer, number))
        if face.is_back
        else typed.front(made.question)
    )
    html = alone(side, attribute)
    night = " night-mode" if face.is_night else ""
    classes = f"card card{number}" + (" nightMode night_mode" if face.is_night else "")
    maths = _MATHS if _FORMULA.search(html) else ""
    compare = _COMPARE if 'id="compared"' in html else ""
    css = note_type.css.replace("</", "<\\/")
    return f"""<!doctype html>
<html lang="en" class="proof-card{night}" data-bs-theme="{"dark" if face.is_night else "light"}" data-screen="{face.screen}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(note.id)}</title>
<style>
{masks.style()}
</style>
<link rel="stylesheet" href="/frame/card.css">
{maths}{compare}<script src="/frame/card.js" defer></script>
</head>
<body class="{classes}">
<div id="qa" dir="auto">
<style>
{css}
</style>
{html}
</div>
</body>
</html>
"""


_FORMULA = re.compile(r"\\[(\[]")
_COMPARE = '<script src="/frame/compare.js" defer></script>\n'
_MATHS = """<script src="/frame/maths.js"></script>
<script src="/frame/mathjax/tex-chtml-full.js" defer></script>
"""


def policy(origin: str) -> str:
    """The content security policy of such a document that is served from `origin`. It names that, since a frame that is
    sandboxed has an origin of its own.
    """
    allowed = {
        "default-src": "'none'",
        "script-src": f"{origin}/frame/",
        "style-src": f"{origin}/frame/ 'unsafe-inline'",
        "img-src": f"{origin}/media/",
        "media-src": f"{origin}/media/",
        "font-src": f"{origin}/frame/",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": origin,
        "sandbox": "allow-scripts",
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())
