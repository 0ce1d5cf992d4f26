"""What notes of every kind have: the fields Extra and Source, a deck, and tags. The field Context is in `context`."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..diagnostics.note import bad_deck, bad_tag
from ..model import Settings
from ..names import name_problem
from ..read.blocks import Block
from ..read.sections import Section
from ..render import Renderer
from .parts import Part


def extra(part: Part, renderer: Renderer) -> str:
    """What is shown below the answer: the closing alert, and a row's cells in a column named Extra."""
    return renderer.blocks(as_paragraph(block) for block in part.extra)


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
    shown = _shown(written)
    if not shown:
        return renderer.inline(as_leaf(written, part, section)) if written else ""
    return f'<a href="{html.escape(written)}">{html.escape(shown)}</a>'


def _shown(written: str) -> str:
    """The address of a web page without its scheme; empty if it is none."""
    if not re.fullmatch(r"https?://[^\s<>\"\x00-\x1f\x7f]+", written):
        return ""
    try:
        address = urlsplit(written)
    except ValueError:  # A host in brackets that are not closed, for example.
        return ""
    return (address.netloc + address.path).rstrip("/").removeprefix("www.")


def deck(section: Section, settings: Settings) -> tuple[str, list[Diagnostic]]:
    """The full path of the section's deck, and what is wrong with it."""
    below = section.front_matter.deck
    name = f"{settings.name}::{below}" if below else settings.name
    problem = name_problem(name)
    place = section.front_matter.places.get("deck", section.span)
    return name, [bad_deck(place, below, problem)] if problem else []


def tags(part: Part, section: Section, settings: Settings) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The note's tags with the deck's prefix, sorted, and what is wrong with them."""
    made: set[str] = set()
    found: list[Diagnostic] = []
    prefix = settings.tag_prefix.replace("/", "::")
    of_file = section.front_matter.places.get("tags", part.span)
    given = [(of_file, tag) for tag in section.front_matter.tags]
    given += [(part.span, tag) for tag in (*section.tag.tags, *part.tag.tags)]
    for span, written in given:
        levels = [re.sub(r"[\s\"]+", "-", level).strip("-") for level in re.split(r"/|::", written)]
        tag = "::".join(filter(None, levels))
        if tag != written.replace("/", "::"):
            found.append(bad_tag(span, written, tag.replace("::", "/")))
        if tag:
            made.add(f"{prefix}::{tag}" if prefix else tag)
    return tuple(sorted(made)), found
