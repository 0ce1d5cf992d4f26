"""The headings above a note → its path and the field Context."""

from __future__ import annotations

from ..read.blocks import Block, Document
from ..read.sections import Section
from ..render import Renderer, runs_left
from . import content
from .parts import Part
from .shared import as_leaf

_SEPARATOR = '<span class="dw-sep"> › </span>'


class Context:
    """The headings of one file. Each is rendered once, not once for every note below it."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._rendered: dict[int, str | None] = {}

    def path(self, part: Part, section: Section) -> tuple[str, ...]:
        """The headings as plain text, down to the note's own, and then the name of the part."""
        titles = [self._text(title, section.document) for title in (*section.headings, section.title)]
        return (*titles, part.name) if part.name else tuple(titles)

    def field(self, part: Part, section: Section, renderer: Renderer) -> str:
        """The headings above the note as HTML, or what the author wrote instead, without footnotes. The heading of
        a cut section is above its parts.
        """
        own, written = _written(part, section)
        if written is None:
            crumbs = [self._html(title, section, renderer) for title in section.headings]
        else:
            crumbs = [renderer.inline(as_leaf(written, part, section), footnotes=False)]
        if part.name and own is None:
            crumbs.append(self._html(section.title, section, renderer))
        # Each has an element: on a narrow screen they are shortened one by one.
        return _SEPARATOR.join(f'<span class="dw-crumb">{crumb}</span>' for crumb in crumbs if crumb)

    def source(self, part: Part, section: Section) -> tuple[str | None, tuple[str, ...]]:
        """What the field is made of: what the author wrote instead of the headings, and the headings as plain text."""
        own, written = _written(part, section)
        titles = section.headings if written is None else ()
        if part.name and own is None:
            titles = (*titles, section.title)
        return written, tuple(self._text(title, section.document) for title in titles)

    def _text(self, title: Block, document: Document) -> str:
        if title.first not in self._texts:
            self._texts[title.first] = content.text([title], document)
        return self._texts[title.first]

    def _html(self, title: Block, section: Section, renderer: Renderer) -> str:
        """A heading as HTML. One with media or mistakes is rendered again for each note, which has to know of them."""
        if title.first not in self._rendered:
            alone = Renderer(section.file, section.document, runs_left([title], section.document))
            made = alone.inline(title, footnotes=False)
            self._rendered[title.first] = None if alone.references or alone.diagnostics else made
        kept = self._rendered[title.first]
        return renderer.inline(title, footnotes=False) if kept is None else kept


def _written(part: Part, section: Section) -> tuple[str | None, str | None]:
    """What stands instead of the headings: what a tag says, and what a tag or else the front matter says."""
    own = part.tag.context if part.tag.context is not None else section.tag.context
    return own, own if own is not None else section.front_matter.context
