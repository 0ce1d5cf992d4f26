"""The gallery's cards, and the page in which Anki's reviewer shows them.

The page is made of Anki's own scripts and stylesheets, from the package `aqt`: aqt/reviewer.py and aqt/webview.py put
them together.
"""

from __future__ import annotations

import atexit
import mimetypes
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deckwright import cards, collection, package
from deckwright import settings as project
from deckwright.identity import Terms
from deckwright.model import Collection, Note, NoteType

FOLDER = Path(__file__).parent
ORIGIN = "http://gallery.invalid"
NOW = 1_800_000_000

TYPED = {
    "typed-word": {
        "right": "Ouagadougou",
        "wrong": "Bamako",
        "partly": "Ouagadugu",
        "blank": "",
    },
    "typed-code": {"partly": "aws s3 cp ./build s3://bucket", "blank": ""},
    "typed-long": {"partly": "arn:aws:sqs:eu-west-1:111122223333:orders-production"},
    "typed-arabic": {"partly": "سلم"},
}
"""What is typed, by the id of the note: each is shown as a card of its own."""


@dataclass(frozen=True)
class Shown:
    """A card as Anki's reviewer gets it. `classes` are those of the page's body."""

    name: str
    classes: str
    question: str
    answer: str

    @property
    def directions(self) -> dict[str, str]:
        """The parts that run from right to left."""
        return directions().get(self.name, {})


@cache
def gallery() -> Collection:
    made, found = project.load(FOLDER / "project")
    assert made, found
    loaded = collection.load(made, Terms(now=NOW))
    assert not loaded.diagnostics, loaded.diagnostics
    return loaded.collection


@cache
def shown() -> tuple[Shown, ...]:
    """Every card of the gallery, in the order of its files; those of a note one after the other."""
    return tuple(card for note in gallery().notes for card in _cards(note))


def _cards(note: Note) -> Iterator[Shown]:
    note_type = gallery().note_types[note.note_type]
    for ordinal, made in _made(note, note_type):
        name = f"{note.id}-{ordinal + 1}"
        style = f"<style>{note_type.css}</style>"
        classes = f"card card{ordinal + 1}"
        question, answer = (style + _with_buttons(side) for side in (made.question, made.answer))
        if "[[type:" not in question:
            yield Shown(name, classes, question, answer)
        for how, typed in TYPED.get(note.id, {"blank": ""}).items() if "[[type:" in question else ():
            sides = _with_input(question), _with_comparison(answer, note.fields["Typed"], typed)
            yield Shown(f"{name}-{how}", classes, *sides)


def _made(note: Note, note_type: NoteType) -> Iterator[tuple[int, cards.Card]]:
    """The cards that a note has, by their number from 0."""
    for ordinal in package.cards(note_type.values(note.fields), note.tags, note_type):
        made = cards.render(note, note_type, ordinal)
        assert not made.error, (note.id, made.error)
        yield ordinal, made


@cache
def directions() -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / "directions.toml").read_text("utf-8"))


# What Anki's programs put into the HTML of a card


_SOUND = re.compile(r"\[sound:[^\]]*\]")
_BUTTON = """<a class="replay-button soundLink" href="#" onclick="return false;">
<svg class="playImage" viewBox="0 0 64 64"><circle cx="32" cy="32" r="29" /><path d="M22 14 L52 32 L22 50 Z" /></svg></a>"""
_TYPED = re.compile(r"\[\[type:[^\]]*\]\]")
_INPUT = """<center>
<input type=text id=typeans style="font-family: 'Arial'; font-size: 20px;">
</center>"""


def _with_buttons(html: str) -> str:
    return _SOUND.sub(_BUTTON, html)


def _with_input(html: str) -> str:
    return _TYPED.sub(_INPUT, html)


def _with_comparison(html: str, expected: str, typed: str) -> str:
    """The line of the answer stands above what was typed, not where the template has it."""
    compared = _anki().compare_answer(expected, typed)
    shown = f"<hr id=answer><div style=\"font-family: 'Arial'; font-size: 20px\">{compared}</div>"
    return _TYPED.sub(lambda _: shown, html.replace("<hr id=answer>", ""))


@cache
def _anki():  # type: ignore[no-untyped-def]
    """Anki's own code, for what it does not leave to templates."""
    from anki.collection import Collection as Opened

    folder = tempfile.TemporaryDirectory(prefix="gallery-")
    opened = Opened(str(Path(folder.name) / "collection.anki2"))
    atexit.register(lambda: (opened.close(), folder.cleanup()))
    return opened


# The page


sys.path.append(str(Path(sys.prefix) / "aqt"))  # where `make gallery` puts it
_ANKI = find_spec("_aqt")
WEB = Path(next(iter(_ANKI.submodule_search_locations or ()))) / "data" / "web" if _ANKI else None
"""Anki's scripts and stylesheets; None if they are not installed."""

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The browser. The one that has no windows opens a page in a fifth of the time, and draws the same."""


def problem() -> str:
    """What has to be installed before anything can be shown; empty if nothing."""
    if WEB is None or not all(map(find_spec, ("axe_playwright_python", "playwright"))):
        return "The gallery is not installed: run make gallery"
    debian = "On Debian: apt install chromium-headless-shell"
    return "" if CHROMIUM else f"Chromium is not installed. {debian}; else CHROMIUM=/path/to/it"


def page(body: str = '<div id="qa" dir="auto"></div>') -> str:
    """The page of the reviewer, for any card, or with a body of its own."""
    from _aqt import colors

    canvas = {theme: colors.CANVAS[theme] for theme in ("light", "dark")}
    sheets, scripts = (
        "".join(line.format(f"{ORIGIN}/_anki/{name}") for name in names)
        for line, names in (
            ('<link rel="stylesheet" href="{}">', ("css/webview.css", "css/reviewer.css")),
            ('<script src="{}"></script>', ("js/webview.js", "js/reviewer.js")),
        )
    )
    return f"""<!doctype html>
<html lang="en" dir="ltr" data-bs-theme="light">
<head><title>Gallery</title><meta name="viewport" content="width=device-width, initial-scale=1">
<base href="{ORIGIN}/">
<style>:root {{ --canvas: {canvas["light"]} }} :root.night-mode {{ --canvas: {canvas["dark"]} }}</style>{sheets}
<style>body {{ background-color: var(--canvas) }} html, button {{ font-family: "DejaVu Sans", sans-serif }}</style></head>
<body class="card">
<script>window.pycmd = window.bridgeCommand = () => false;</script>{scripts}
<div id="_mark" hidden>&#x2605;</div><div id="_flag" hidden>&#x2691;</div>
{body}
</body></html>"""


def file(address: str) -> tuple[bytes, str] | None:
    """A file of Anki's, or a medium of the gallery, and its type; None if there is no such file."""
    path = unquote(urlsplit(address).path).lstrip("/")
    type_ = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if path == f"_{gallery().settings.id}.css":
        return b"", type_  # the learner's own, which a package never has
    if not path:
        return page().encode(), "text/html; charset=utf-8"
    if path.startswith("_anki/"):
        held = (WEB or Path()) / path.removeprefix("_anki/")
        return (held.read_bytes(), type_) if held.is_file() else None
    medium = next((medium for medium in gallery().media if medium.name == path), None)
    return (medium.read(), type_) if medium else None
