"""Blocks of Markdown → HTML for a field, with marks where cloze numbers and media names are put in later.

The blocks are read already (`blocks`), so Python-Markdown gets a tree of elements in place of text, and does what is
inside the leaves: emphasis, links, images, escapes. Code, maths, raw HTML and clozes are taken out of a leaf before, as
`inlines` finds them, and put back at the end: nothing can take them for markup, and cleaning the author's raw HTML
cannot decode what was escaped for Anki.

Marks are control characters, which `sections` keeps out of the source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement

from . import clozes
from .blocks import Block, Document
from .clozes import Pair
from .diagnostics import Diagnostic, declare
from .inlines import Piece, scan
from .model import AUDIO, VIDEO, Deletion, Reference, SourceFile, Span

if TYPE_CHECKING:
    from markdown import Markdown

MAX_LEAF = 20_000
"""Characters in one paragraph, cell or heading: a hundred times what a card needs."""

MAX_BRACKETS = 400
"""Opening brackets in one leaf: each sends Python-Markdown to the leaf's end (10,000 of them take it 15 seconds)."""

NOTES = (".md", ".excalidraw", ".canvas", ".base")
"""What Obsidian embeds as a note of its own: nothing of it can be shown on a card."""

REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
"""How an address begins that is no path: with a scheme, or as //host."""

_LINK = re.compile(r"(?!(?:javascript|vbscript|data):)[a-z][a-z0-9+.-]+:|//|\x02amp\x03#", re.IGNORECASE)
"""How an address begins that leads somewhere from a card. Python-Markdown writes mail addresses as entities."""

_MEDIA = re.compile("\x11(\\d+)\x0f")
_KEPT = re.compile("\x12(\\d+)\x0f")
_RAW = re.compile("\x13(\\d+)\x0f")

_PLAIN = "x-plain"
"""An element that only holds text: its tags are taken out of the HTML."""


def fill(field: str, names: Sequence[str]) -> str:
    """A field's HTML with the names of media files in place of their marks."""
    return _MEDIA.sub(lambda mark: names[int(mark[1])], field)


def plain(field: str) -> str:
    """The text of a field's HTML, on one line and without marks."""
    text = re.sub(r"<(?:br|/?(?:p|li|div|td|th|tr|pre|dd|dt|h\d))\b[^>]*>", " ", field)
    text = re.sub(r"<[^>]*>", "", _MEDIA.sub("", clozes.MARK.sub("", text)))
    return " ".join(html.unescape(text).split())


class Renderer:
    """Renders the fields of one note, and gathers deletions, media and diagnostics on the way.

    `remote` holds the addresses of pictures and sounds that are no files of the project, and where they are mentioned.
    """

    def __init__(self, file: SourceFile, document: Document) -> None:
        self.file = file
        self.document = document
        self.deletions: list[Deletion] = []
        self.references: list[Reference] = []
        self.remote: list[tuple[str, Span]] = []
        self.diagnostics: list[Diagnostic] = []

    def inline(self, leaf: Block) -> str:
        """A leaf without a paragraph around it."""
        return _Pass(self).render([leaf], inline=True)

    def blocks(self, held: Iterable[Block]) -> str:
        """Blocks, one below the other. A literal `{{c1::…}}` is shown as it stands."""
        return _Pass(self).render(held)

    def report_unasked(self, held: Iterable[Block]) -> None:
        """Report the numbered deletions in what stands beside a cloze note's text."""
        for leaf in (inner for block in held for inner in block.walk()):
            for piece in scan(leaf.text) if leaf.kind not in ("code", "maths", "html") else ():
                if piece.kind == "open":
                    line, column = leaf.place(piece.start)
                    span = self.file.span(line, column, piece.end - piece.start)
                    self.diagnostics.append(clozes.not_asked(span))

    def cloze(self, held: Iterable[Block]) -> str:
        """The blocks of a cloze note's text: its deletions become marks, and are gathered."""
        pass_ = _Pass(self, cloze=True)
        rendered = pass_.render(held)
        for index, deletion in enumerate(self.deletions):
            answer = clozes.between(rendered, index)
            if not _is_balanced(answer):
                self.diagnostics.append(clozes.crossing_markup(deletion.span))
            self.deletions[index] = replace(deletion, text=plain(answer))
        # A `==` that opens in one leaf and one that closes in a later one are a deletion across a border.
        single: list[Span] = []
        for is_opening, span in pass_.single:
            if single and not is_opening:
                self.diagnostics.append(clozes.crossing_blocks(single[0]))
                single.clear()
            else:
                single.append(span)
        self.diagnostics += map(clozes.single_mark, single)
        return rendered


class _Pass:
    """One field being rendered: a tree of elements, and what is kept out of it until the end.

    `marked` are the places in `kept` of what opens and what closes a highlight, in turn. `footnotes` are the labels
    that the field refers to, in the order in which it does; that is how they are numbered.
    """

    def __init__(self, renderer: Renderer, cloze: bool = False, footnotes: list[str] | None = None) -> None:
        self.renderer = renderer
        self.cloze = cloze
        self.footnotes = [] if footnotes is None else footnotes
        self.leaves: list[Block] = []
        self.kept: list[tuple[str, str]] = []
        self.raw: list[tuple[str, Span]] = []
        self.marked: list[int] = []
        self.single: list[tuple[bool, Span]] = []

    def render(self, held: Iterable[Block], inline: bool = False) -> str:
        """The blocks, and below them the footnotes that they refer to."""
        rendered = self.body(held, inline)
        notes = []
        for label in self.footnotes:  # One may refer to another, which then comes behind it.
            notes.append(_Pass(self.renderer, footnotes=self.footnotes).body(self.renderer.document.footnotes[label]))
        return rendered + (
            "".join(['<div class="footnote"><ol>', *(f"<li>{n}</li>" for n in notes), "</ol></div>"]) if notes else ""
        )

    def body(self, held: Iterable[Block], inline: bool = False) -> str:
        root = Element("div")
        for block in held:
            if inline:
                self.leaf(SubElement(root, _PLAIN), block)
            else:
                self.block(root, block)
        for process in _markdown(self.renderer.document.references).treeprocessors:
            process.run(root)
        for element in list(root.iter()):
            self.finish(element)
        return self.html(root)

    # Blocks → elements

    def block(self, parent: Element, block: Block) -> None:
        match block.kind:
            case "paragraph":
                # In a tight list a paragraph has no element of its own.
                self.leaf(SubElement(parent, _PLAIN if block.tight else "p"), block)
            case "heading":
                self.silent(SubElement(parent, f"h{max(block.level, 3)}"), block)
            case "rule":
                SubElement(parent, "hr")
            case "code":
                SubElement(parent, _PLAIN).text = self.keep(self.code_block(block), block.text)
            case "maths":
                SubElement(parent, _PLAIN).text = self.keep(
                    f"\\[{self.code(block, len(block.text) - len(block.text.lstrip()), block.text.strip())}\\]",
                    block.text,
                )
            case "html":
                SubElement(parent, _PLAIN).text = self.raw_html(block, 0, len(block.text))
            case "comment" | "private" | "deep":
                pass
            case "alert":
                self.alert(parent, block)
            case "list":
                self.list(parent, block)
            case "table":
                self.table(parent, block)
            case "term":
                self.leaf(SubElement(parent, "dt"), block)
            case _:
                tag = {"quote": "blockquote", "definitions": "dl", "definition": "dd", "item": "li"}[block.kind]
                self.children(SubElement(parent, tag), block.children, bare=block.kind == "definition")

    def children(self, parent: Element, held: Sequence[Block], bare: bool = False) -> None:
        """Blocks in an element; `bare`, a paragraph that stands alone goes without an element of its own."""
        for block in held:
            if bare and len(held) == 1 and block.kind == "paragraph":
                self.leaf(SubElement(parent, _PLAIN), block)
            else:
                self.block(parent, block)

    def silent(self, parent: Element, block: Block) -> None:
        """A block beside a cloze note's text, where nothing is asked."""
        if self.cloze:
            self.renderer.report_unasked([block])
        was, self.cloze = self.cloze, False
        if block.kind in ("heading", "term"):
            self.leaf(parent, block)
        else:
            self.block(parent, block)
        self.cloze = was

    def alert(self, parent: Element, block: Block) -> None:
        box = SubElement(parent, "div", {"class": f"alert alert-{re.sub(r'[^a-z0-9-]', '', block.info) or 'note'}"})
        title = SubElement(box, "p", {"class": "alert-title"})
        children = list(block.children)
        if children and children[0].kind == "term":
            self.silent(title, children.pop(0))
        else:
            title.text = block.info.replace("-", " ").capitalize()
        for child in children:
            self.silent(box, child)

    def list(self, parent: Element, block: Block) -> None:
        element = SubElement(
            parent, "ol" if block.info else "ul", {"start": block.info} if block.info not in ("", "1") else {}
        )
        for item in block.children:
            entry = SubElement(element, "li")
            children = list(item.children)
            if children and children[0].kind == "paragraph" and (task := _TASK.match(children[0].text)):
                element.set("class", "task-list")
                entry.set("class", "task-list-item")
                box = {"type": "checkbox", "disabled": "disabled"} | ({"checked": "checked"} if task[1] in "xX" else {})
                SubElement(entry, "input", box).tail = " "
                children[0] = children[0].cut(task.end())
            self.children(entry, children)

    def table(self, parent: Element, block: Block) -> None:
        table = SubElement(SubElement(parent, "div", {"class": "table"}), "table")
        groups: dict[bool, Element] = {}
        for row in block.children:
            if row.header not in groups:
                groups[row.header] = SubElement(table, "thead" if row.header else "tbody")
            line = SubElement(groups[row.header], "tr")
            for cell in row.children:
                self.leaf(
                    SubElement(line, "th" if row.header else "td", {"class": cell.info} if cell.info else {}), cell
                )

    # Leaves

    def leaf(self, element: Element, block: Block) -> None:
        """Give an element the leaf's text, with marks in place of what is no text."""
        if len(block.text) > MAX_LEAF or block.text.count("[") > MAX_BRACKETS:
            self.report(too_much, block, 0, 1, len(block.text))
            return
        self.leaves.append(block)
        pieces = scan(block.text)
        # What stands at a place of the text instead of it: made in the order of the text, so deletions are counted in it.
        instead: dict[int, Callable[[], tuple[int, str | None]]] = {
            piece.start: lambda piece=piece: (piece.end, self.piece(block, piece)) for piece in pieces
        }
        instead |= self.deletions(block, pieces) if self.cloze else self.highlights(block, pieces)
        parts, position = [], 0
        for start in sorted(instead):
            if start < position:
                continue  # It lies in a hint, or in the number behind an opening.
            end, text = instead[start]()
            if text is not None:
                parts += [block.text[position:start], text]
                position = end
        element.text = re.sub(r"\n[ \t]+", "\n", "".join([*parts, block.text[position:]]))

    def piece(self, block: Block, piece: Piece) -> str | None:
        """What stands for a piece in the text given to Python-Markdown; None where it is text after all."""
        span = self.span(block, piece.start, piece.end)
        inner = (piece.start + piece.end - len(piece.text)) // 2  # Its delimiters are of one length.
        match piece.kind:
            case "code":
                return self.keep(f"<code>{self.code(block, inner, piece.text)}</code>", piece.text)
            case "maths":
                return self.keep(f"\\({self.code(block, inner, piece.text)}\\)", piece.text)
            case "display":
                return self.keep(f"\\[{self.code(block, inner, piece.text)}\\]", piece.text)
            case "comment" | "private":
                return ""
            case "break":
                return self.keep("<br>\n", " ")
            case "html":
                return self.raw_html(block, piece.start, piece.end)
            case "wikilink":
                target, _, alias = piece.text.partition("|")
                shown = alias or target.replace("#", " › ").strip(" ›")
                return self.keep(_escape(shown), shown)
            case "embed":
                return self.embed(piece.text, span)
            case "footnote":
                return self.footnote(piece.text, span)
            case _:
                return None

    def footnote(self, label: str, span: Span) -> str | None:
        if label.lower() not in self.renderer.document.footnotes:
            self.renderer.diagnostics.append(unknown_footnote(span, label))
            return None
        if label.lower() not in self.footnotes:
            self.footnotes.append(label.lower())
        return self.keep(f'<sup class="footnote-ref">{self.footnotes.index(label.lower()) + 1}</sup>', "")

    def deletions(self, block: Block, pieces: Sequence[Piece]) -> dict[int, Callable[[], tuple[int, str | None]]]:
        """For each place where a deletion's mark stands: what gives the place behind it, and the mark put there."""
        captions = [found.span() for found in _CAPTION.finditer(block.text)]
        inside, outside = [], []
        for piece in pieces:
            (inside if any(start < piece.start < end for start, end in captions) else outside).append(piece)
        for piece in inside:
            if piece.kind == "open":
                self.report(clozes.not_asked, block, piece.start, piece.end)
        pairs, unclosed, unopened = clozes.pair(block.text, outside)
        for piece in unclosed:
            if piece.kind == "open":
                self.report(clozes.unclosed_deletion, block, piece.start, piece.end)
        single = [(piece in unclosed, piece) for piece in unclosed + unopened if piece.kind == "mark"]
        self.single += [
            (opens, self.span(block, p.start, p.end)) for opens, p in sorted(single, key=lambda s: s[1].start)
        ]
        instead: dict[int, Callable[[], tuple[int, str | None]]] = {}
        for pair in pairs:
            for problem in pair.problems:
                self.report(problem, block, pair.open.start, pair.close.end)
            index: list[int] = []

            def begin(pair: Pair = pair, index: list[int] = index) -> tuple[int, str]:
                index.append(self.deletion(block, pair.open.start, pair.close.end, pair.number, pair.hint))
                return pair.start, clozes.opening(index[0])

            def end(pair: Pair = pair, index: list[int] = index) -> tuple[int, str]:
                return pair.close.end, clozes.closing(index[0])

            instead[pair.open.start] = begin
            # Where there is a hint, it goes with the closing mark.
            instead[pair.end] = instead[pair.close.start] = end
        return instead

    def deletion(self, block: Block, start: int, end: int, number: int | None, hint: str = "") -> int:
        """Gather a deletion; its index."""
        self.renderer.deletions.append(Deletion("", hint, number, self.span(block, start, end)))
        return len(self.renderer.deletions) - 1

    def highlights(self, block: Block, pieces: Sequence[Piece]) -> dict[int, Callable[[], tuple[int, str | None]]]:
        """Outside cloze notes `==text==` is highlighted, as in Obsidian."""
        marks = [piece for piece in pieces if piece.kind == "mark"]
        instead: dict[int, Callable[[], tuple[int, str | None]]] = {}
        for first, second in _couples(block.text, marks):
            for piece, tag in ((first, "<mark>"), (second, "</mark>")):
                instead[piece.start] = lambda end=piece.end, tag=tag: (end, self.highlight(tag))
        return instead

    def highlight(self, tag: str) -> str:
        self.marked.append(len(self.kept))
        return self.keep(tag, "")

    # Code and maths

    def code_block(self, block: Block) -> str:
        words = block.info.strip("{}. ").split()
        language = words[0].strip(".").lower() if words else ""
        class_ = f' class="language-{html.escape(language)}"' if language else ""
        return f'<pre class="code"><code{class_}>{self.code(block, 0, block.text, language)}</code></pre>'

    def code(self, block: Block, place: int, text: str, language: str = "") -> str:
        """Code or TeX, escaped, in colours where the language is known; in a cloze note `{{c1::…}}` works inside.

        `place` is where the text begins in the leaf's.
        """
        marks: list[tuple[int, str]] = []
        kept: list[str] = []
        opened: list[int] = []
        length = position = 0
        for start, end, number, hint in clozes.in_code(text) if self.cloze else ():
            kept.append(text[position:start])
            length += start - position
            position = end
            if number is None:
                marks.append((length, clozes.closing(opened.pop())))
                continue
            where = place + start
            opened.append(self.deletion(block, where, where + end - start, number, hint))
            marks.append((length, clozes.opening(opened[-1])))
            if not hint and re.match(r"[^{}]*::[^:{}]*\s[^:{}]*\}\}", text[end:]):
                self.report(clozes.hint_in_code, block, where, where + end - start)
            if not 1 <= number <= clozes.MAX_NUMBER:
                self.report(clozes.bad_number, block, where, where + end - start)
        return "".join(_coloured("".join([*kept, text[position:]]), language, marks))

    # Media and links

    def embed(self, text: str, span: Span) -> str:
        """Obsidian's `![[name.png|300]]`; of a note that is embedded only the name is shown."""
        name, _, size = (part.strip() for part in text.partition("|"))
        if "." not in name.partition("#")[0] or name.partition("#")[0].lower().endswith(NOTES):
            self.renderer.diagnostics.append(embedded_note(span, name))
            return self.keep(_escape(name), name)
        mark = self.media(name, by_name=True, span=span)
        stem = name.rpartition("/")[2].rpartition(".")[0]
        return self.keep(_media_html({"alt": stem} | _size(size), name, mark), stem)

    def media(self, target: str, by_name: bool, span: Span) -> str:
        """The mark that stands for a file's name."""
        self.renderer.references.append(Reference(target, by_name, span))
        return f"\x11{len(self.renderer.references) - 1}\x0f"

    def finish(self, element: Element) -> None:
        """What Python-Markdown made of a link or a picture, made fit for a card."""
        for name, value in element.items():
            for mark in clozes.MARK.finditer(value):
                self.renderer.diagnostics.append(clozes.crossing_markup(self.renderer.deletions[int(mark[2])].span))
            text = _RAW.sub("", clozes.MARK.sub("", value))
            element.set(name, _KEPT.sub(lambda mark: self.kept[int(mark[1])][1], text))
        source = element.get("src", "")
        if element.tag == "img":
            attributes = dict(element.items())
            label, _, size = attributes.get("alt", "").rpartition("|")
            attributes |= {"alt": label, **_size(size)} if _size(size) else {}
            if REMOTE.match(source):
                self.renderer.remote.append((source, self.where(source)))
                address = html.escape(source)
            else:
                address = self.media(unquote(source), by_name=False, span=self.where(source))
            made, tail = _media_html(attributes, source, address), element.tail
            element.clear()
            element.tag, element.text, element.tail = _PLAIN, self.keep(made, ""), tail
        elif element.tag == "a" and not _LINK.match(element.get("href", "")):
            # A path into the repository or an anchor leads nowhere from a card, and a script has no place on one.
            element.tag = _PLAIN
            element.attrib.clear()

    def where(self, address: str) -> Span:
        """The place of a link's address in the source: Python-Markdown knows none."""
        for leaf in self.leaves:
            if (start := leaf.text.find(address)) >= 0:
                return self.span(leaf, start, start + len(address))
        # It stands in a link definition, or is written with escapes.
        lines = self.renderer.file.lines
        line = next((n for n, text in enumerate(lines) if address in text), None)
        if line is None:
            return self.span(self.leaves[-1], 0, len(self.leaves[-1].text.split("\n")[0]))
        return self.renderer.file.span(line, lines[line].find(address), len(address))

    # HTML

    def html(self, root: Element) -> str:
        """The tree as HTML, with everything back in its place."""
        from markdown.serializers import to_html_string

        text = to_html_string(root)[len("<div>") : -len("</div>")]
        text = re.sub(f"</?{_PLAIN}>", "", text)
        for process in _markdown(self.renderer.document.references).postprocessors:
            text = process.run(text)
        if self.raw:
            text = _RAW.sub(lambda mark: self.raw[int(mark[1])][0], text)
            text = self.raw_media(_clean(text))
        text = _ANKI_TAG.sub("&#91;", text)
        for first, second in zip(self.marked[::2], self.marked[1::2], strict=True):
            if not _is_balanced(text.partition(f"\x12{first}\x0f")[2].partition(f"\x12{second}\x0f")[0]):
                self.kept[first] = self.kept[second] = ("==", "")  # It crosses emphasis or raw HTML.
        while "\x12" in text:  # What is kept may hold marks itself.
            text = _KEPT.sub(lambda mark: self.kept[int(mark[1])][0], text)
        return text.strip().replace("{{c", "&#123;{c")

    def keep(self, made: str, text: str) -> str:
        """Keep finished HTML out of what follows; the mark that stands for it. In an attribute it is `text`."""
        self.kept.append((made, text))
        return f"\x12{len(self.kept) - 1}\x0f"

    def raw_html(self, block: Block, start: int, end: int) -> str:
        """Put the author's HTML aside until the field is cleaned; the mark that stands for it."""
        text = block.text[start:end]
        parts, position = [], 0
        for tag in _TAG_NAME.finditer(text):
            name, opens = tag[1].lower(), tag[0][1] != "/"
            if name in _FORBIDDEN and opens:
                self.report(removed_html, block, start + tag.start(), start + tag.end(), f"<{tag[1]}>")
            elif name not in _TAGS | _FORBIDDEN and tag.start() >= position:
                shown = text[tag.start() :].partition(">")[0].partition("\n")[0] + ">"
                if opens:
                    self.report(no_html, block, start + tag.start(), start + tag.start() + len(shown), shown)
                parts += [text[position : tag.start()], self.keep(_escape(shown), shown)]
                position = tag.start() + len(shown)
        for handler in _HANDLER.finditer(text):
            self.report(removed_html, block, start + handler.start(1), start + handler.end(1), handler[1])
        self.raw.append(("".join([*parts, text[position:]]), self.span(block, start, end)))
        return f"\x13{len(self.raw) - 1}\x0f"

    def raw_media(self, text: str) -> str:
        """Marks in place of the files that the author's own HTML names."""
        if not re.search(r"\ssrc=", text):
            return text
        from bs4 import BeautifulSoup

        soup = BeautifulSoup(text, "html.parser")
        for element in soup.find_all(src=True):
            source = str(element["src"])
            span = next((span for raw, span in self.raw if source in html.unescape(raw)), self.raw[0][1])
            if REMOTE.match(source):
                self.renderer.remote.append((source, span))
            else:
                element["src"] = self.media(unquote(source), by_name=False, span=span)
        return str(soup)

    def span(self, block: Block, start: int, end: int) -> Span:
        line, column = block.place(start)
        return self.renderer.file.span(line, column, end - start)

    def report(self, problem: Callable[..., Diagnostic], block: Block, start: int, end: int, *words: object) -> None:
        self.renderer.diagnostics.append(problem(self.span(block, start, end), *words))


_TASK = re.compile(r"\[([ xX])\][ \t]+")
_CAPTION = re.compile(r"!\[(?:[^\[\]]|\[[^\[\]]*\])*+\]")
_ANKI_TAG = re.compile(r"\[(?=sound:|anki:|/?latex\]|/?\$\$?\])")
"""How Anki's own tags begin: as text they must not play sounds or run LaTeX."""


def _couples(text: str, marks: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Each mark that opens a highlight, and the one that closes it."""
    opened: Piece | None = None
    for mark in marks:
        if opened and text[mark.start - 1].strip():
            yield opened, mark
            opened = None
        elif not opened and text[mark.end : mark.end + 1].strip():
            opened = mark


def _escape(text: str) -> str:
    """Text for HTML that neither HTML nor Anki takes for anything else."""
    return _ANKI_TAG.sub("&#91;", html.escape(text, quote=False))


def _size(written: str) -> dict[str, str]:
    """Obsidian's size of a picture, `300` or `300x200`, in pixels; nothing where it is another word."""
    found = re.fullmatch(r"(\d{1,4})(?:x(\d{1,4}))?", written)
    return (
        {name: value for name, value in zip(("width", "height"), found.groups(), strict=True) if value} if found else {}
    )


def _media_html(attributes: Mapping[str, str], path: str, mark: str) -> str:
    """A picture, a film with its controls, or a sound that Anki plays, whichever the path's ending says."""
    _, dot, ending = path.lower().rpartition(".")
    if dot and ending in AUDIO:
        return f"[sound:{mark}]"
    if dot and ending in VIDEO:
        return f'<video controls src="{mark}"></video>'
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items() if name != "src")
    return f'<img src="{mark}"{written}>'


def _is_balanced(rendered: str) -> bool:
    """Whether every element that begins in a stretch of HTML ends in it, and the other way round."""
    stack = []
    for slash, name in re.findall(r"<(/?)([a-zA-Z][\w-]*)[^>]*>", rendered):
        if name in ("br", "img", "hr", "input", "source", "wbr"):
            continue
        if not slash:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not stack


def _coloured(code: str, language: str, marks: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Escaped code in Pygments' classes, with each mark at its offset: tokens are cut where a mark falls into one."""
    waiting = list(marks)
    offset = 0
    for class_, token in _tokens(code, language):
        end = offset + len(token)
        while offset < end or (waiting and waiting[0][0] == offset):
            if waiting and waiting[0][0] == offset:
                yield waiting.pop(0)[1]
                continue
            cut = min(end, waiting[0][0]) if waiting else end
            text = _escape(code[offset:cut])
            yield f'<span class="{class_}">{text}</span>' if class_ else text
            offset = cut
    yield from (mark for _, mark in waiting)


def _tokens(code: str, language: str) -> Iterator[tuple[str, str]]:
    """The stretches of code with their short classes, in order; together they are the code."""
    if not language:
        return iter([("", code)])
    from pygments.token import STANDARD_TYPES, Error

    lexer = _lexer(language)
    if lexer is None:
        return iter([("", code)])
    # What a lexer cannot read is not wrong, most often it is another language: it has no colour.
    classes = STANDARD_TYPES | {Error: ""}
    return ((classes.get(sort, ""), text) for sort, text in lexer.get_tokens(code))


@cache
def _lexer(language: str):
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _engine() -> Markdown:
    """Python-Markdown with what it does inside leaves: `blocks` and `inlines` have done the rest."""
    from markdown import Markdown
    from pymdownx.magiclink import MagiclinkExtension
    from pymdownx.tilde import DeleteSubExtension

    engine = Markdown(extensions=[MagiclinkExtension(), DeleteSubExtension(subscript=False)], output_format="html")
    for name in ("backtick", "html", "entity"):
        engine.inlinePatterns.deregister(name)
    engine.treeprocessors.deregister("prettify")
    engine.ESCAPED_CHARS = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return engine


def _markdown(references: Mapping[str, tuple[str, str]]) -> Markdown:
    """The engine, with the link definitions of a file."""
    engine = _engine()
    engine.references = references
    return engine


_TAGS = frozenset(
    [
        "a",
        "abbr",
        "audio",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
    ]
)
_ATTRIBUTES = {
    "*": {"class", "dir", "lang", "style", "title", "align"},
    "a": {"href"},
    "audio": {"controls", "src"},
    "details": {"open"},
    "font": {"color"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "type"},
    "ol": {"start", "type"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "video": {"controls", "height", "loop", "src", "width"},
}
_STYLES = {
    "background-color",
    "color",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "text-align",
    "text-decoration",
    "width",
}
_FORBIDDEN = frozenset(
    [
        "applet",
        "base",
        "button",
        "canvas",
        "embed",
        "fieldset",
        "form",
        "frame",
        "frameset",
        "head",
        "html",
        "iframe",
        "link",
        "meta",
        "noscript",
        "object",
        "optgroup",
        "option",
        "param",
        "script",
        "select",
        "style",
        "svg",
        "math",
        "template",
        "textarea",
        "title",
        "body",
    ]
)
_TAG_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_HANDLER = re.compile(r"\s(on[a-z]+)\s*=", re.IGNORECASE)


def _clean(text: str) -> str:
    """HTML without scripts, handlers, frames and forms. What is ours in it is still marks, so nothing of it is decoded."""
    import nh3

    return nh3.clean(
        text,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        link_rel=None,
        filter_style_properties=set(_STYLES),
    )


@declare("N010")
def too_much(length: int) -> tuple[str, str]:
    """A paragraph, cell or heading is too much for a card.

    It may hold 20,000 characters and 400 opening brackets. More is most often data or code outside of a fence, and
    would keep the build busy for minutes.
    """
    return (
        f"this paragraph has {length:,} characters, or too many brackets",
        "put data and code into a fence, or take them out of the card",
    )


@declare("N011", "warning")
def unknown_footnote(label: str) -> tuple[str, str]:
    """A footnote is referred to and not defined.

    Bad:
        ## How many keys has a user? {.basic}
        Two.[^1]
    Good:
        ## How many keys has a user? {.basic}
        Two.[^1]

        [^1]: To rotate them.
    """
    return f"no footnote `{label}` is defined in this file", f"define it: [^{label}]: text"


@declare("N012", "warning")
def embedded_note(name: str) -> tuple[str, str]:
    """A note is embedded in another.

    Obsidian shows the other note in its place; on a card only its name is shown.
    Bad:
        ## What is a role? {.basic}
        ![[Roles]]
    Good:
        ## What is a role? {.basic}
        An identity that is assumed, see [[Roles]].
    """
    return f"the note `{name}` is not embedded, only its name is shown", "write what the card needs, or link with [[…]]"


@declare("N015", "warning")
def no_html(text: str) -> tuple[str, str]:
    """What looks like raw HTML is none.

    A name in angle brackets, as `<your name>`, is no element: GitHub drops it without a word. Here it is shown as it is
    written.
    Bad:
        ## Which log group has a function? {.basic}
        /aws/lambda/<function name>
    Good:
        ## Which log group has a function? {.basic}
        `/aws/lambda/<function name>`
    """
    return f"`{text}` is no HTML, and shown as text", "put it into backticks, or write \\<"


@declare("N013", "warning")
def removed_html(what: str) -> tuple[str, str]:
    """Raw HTML has something that is not for cards.

    Scripts, handlers, frames and forms are taken out: cards run on other people's devices.
    Bad:
        ## What is a role? {.basic}
        An identity <script>alert(1)</script> that is assumed.
    Good:
        ## What is a role? {.basic}
        An identity that is <u>assumed</u>.
    """
    return f"`{what}` is taken out of the card", "use Markdown, or plain HTML elements"
