"""What notes of every kind have: the fields Extra and Source, a deck, and tags. The field Context is in `context`."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from urllib.parse import urlsplit

from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..diagnostics.note import bad_deck, bad_tag
from ..model import NoteSettings
from ..names import name_problem
from ..read.blocks import Block
from ..read.sections import Section
from ..render import Renderer
from .parts import Part


def extra(part: Part, renderer: Renderer) -> str:
    """What is shown below the answer: the closing alert, and a row's cells in a column named Extra."""
    return renderer.blocks([as_paragraph(block) for block in part.extra])


def as_paragraph(block: Block, alone: bool = False) -> Block:
    """A cell, a term or the text of a tight item as a paragraph; if it is `alone`, without an element around it."""
    if block.kind in ("cell", "term") or (block.kind == "paragraph" and block.tight):
        return replace(block, kind="paragraph", tight=alone, info="")
    return block


def as_leaf(written: str, part: Part, section: Section) -> Block:
    """Markdown from a tag or the front matter as a leaf. Its place is the note's, since its own is not known."""
    return section.document.paragraph(written, part.span.line - 1)


def source(part: Part, section: Section, renderer: Renderer) -> str:
    """The field Source: a link, shown without its scheme, or any Markdown. What is no address is shown as text."""
    given = (part.tag.source, section.tag.source, section.front_matter.source)
    written = next((source for source in given if source is not None), "")
    if not written:
        return ""
    return _link(written) or renderer.inline(as_leaf(written, part, section))


@lru_cache(maxsize=1024)
def _link(written: str) -> str:
    """The link to a web page; empty if it is none. It is kept, since all notes of a file may have the same."""
    shown = _shown(written)
    return f'<a href="{html.escape(written)}">{html.escape(shown)}</a>' if shown else ""


def _shown(written: str) -> str:
    """The address of a web page without its scheme; empty if it is none."""
    if not re.fullmatch(r"https?://[^\s<>\"\x00-\x1f\x7f]+", written):
        return ""
    try:
        address = urlsplit(written)
    except ValueError:  # A host in brackets that are not closed, for example.
        return ""
    return (address.netloc + address.path).rstrip("/").removeprefix("www.")


def deck(section: Section, settings: NoteSettings) -> tuple[str, list[Diagnostic]]:
    """The full path of the section's deck, and what is wrong with it. A deck that begins with `::` is not below the project's."""
    below = section.front_matter.deck
    name = f"{settings.name}::{below}" if below else settings.name
    if below.startswith("::"):
        name = below.removeprefix("::")
    problem = _name_problem(name)
    return name, [bad_deck(section.front_matter.places.get("deck") or section.span, below, problem)] if problem else []


_name_problem = lru_cache(maxsize=256)(name_problem)


def tags(part: Part, section: Section, settings: NoteSettings) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The note's tags with the deck's prefix, sorted, and what is wrong with them."""
    of_file = section.front_matter.tags
    given = (*of_file, *section.tag.tags, *part.tag.tags)
    made, changed = _tags(given, settings.tag_prefix.replace("/", "::"))
    found: list[Diagnostic] = []
    for number, tag in changed:
        place = section.front_matter.places.get("tags", part.span) if number < len(of_file) else part.span
        found.append(bad_tag(place, given[number], tag.replace("::", "/")))
    return made, found


@lru_cache(maxsize=256)
def _tags(given: tuple[str, ...], prefix: str) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """The tags in Anki's form, with the prefix, sorted; and those that had to be changed, by their number among what was
    written. They are kept, since most notes of a file have the same.
    """
    made: set[str] = set()
    changed: list[tuple[int, str]] = []
    for number, written in enumerate(given):
        levels = [re.sub(r"[\s\"]+", "-", level).strip("-") for level in re.split(r"/|::", written)]
        tag = "::".join(filter(None, levels))
        if tag != written.replace("/", "::"):
            changed.append((number, tag))
        if tag:
            made.add(f"{prefix}::{tag}" if prefix else tag)
    return tuple(sorted(made)), tuple(changed)
