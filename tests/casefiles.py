"""A case file → its input and the result it expects; and what the compiler's front half makes of an input, as text.

A case is one Markdown file: the input, a line `<!-- output -->`, the result. A first line `<!-- as: crlf bom tabs -->`
says what is done to the input before it is read, since such things do not survive Git and editors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deckwright import marks, notes, notetypes
from deckwright.diagnostics import Diagnostic, sort, to_text
from deckwright.model import Settings, SourceFile, Written
from deckwright.notes.kinds import VOCABULARY
from deckwright.read import blocks, sections
from deckwright.read.blocks import Block, walk
from deckwright.read.sections import Section
from deckwright.render import Renderer, clozes, runs_left

CASES = Path(__file__).parent / "cases"
SETTINGS = Settings(id="cases-7k3m9x2q", name="Deck", slug="cases", tag_prefix="aws")
PATH = "cards/case.md"
FIELDS = {key: [field.name for field in shape.fields] for key, shape in notetypes.note_types(SETTINGS).items()}

_AS = re.compile(r"<!-- as: ([a-z ]+) -->\n")
_OUTPUT = "<!-- output -->\n"


@dataclass(frozen=True)
class Case:
    """One file of `cases/`: `data` is what the compiler reads, `source` the same as it is written."""

    path: Path
    source: str
    data: bytes
    expected: str

    @property
    def kind(self) -> str:
        return self.path.parent.name

    def write(self, result: str) -> None:
        self.path.write_text(self.path.read_text("utf-8").partition(_OUTPUT)[0] + _OUTPUT + result, "utf-8")


def find(*kinds: str) -> list[Case]:
    """The cases of these folders, of all if none is named."""
    paths = sorted(CASES.glob("*/*.md"))
    return [read(path) for path in paths if not kinds or path.parent.name in kinds]


def read(path: Path) -> Case:
    written, _, expected = path.read_text("utf-8").partition(_OUTPUT)
    source = _AS.sub("", written, count=1)
    flags = found[1].split() if (found := _AS.match(written)) else []
    text = source.replace("→", "\t") if "tabs" in flags else source
    data = text.replace("\n", "\r\n").encode() if "crlf" in flags else text.encode()
    return Case(path, source, b"\xef\xbb\xbf" * ("bom" in flags) + data, expected)


def result(kind: str, data: bytes) -> str:
    """What stands below `<!-- output -->`: HTML for markup, the extents of sections, or notes; and all that was found."""
    if kind == "markup":
        shown, found = _markup(data.decode())
    elif kind == "sections":
        made, found = sections.read(PATH, data, VOCABULARY)
        shown = "\n".join(part for part in [*map(_front_matter, made[:1]), *map(_section, made)] if part)
    else:
        written, found = notes.compile_file(PATH, data, SETTINGS)
        shown = "\n".join(map(_note, written))
    return "\n".join(part.rstrip("\n") + "\n" for part in (shown, *map(to_text, sort(found))) if part)


def _markup(text: str) -> tuple[str, list[Diagnostic]]:
    document = blocks.parse(text)
    renderer = Renderer(SourceFile(PATH, tuple(text.split("\n"))), document, runs_left(document.blocks, document))
    html = renderer.blocks(document.blocks)
    return _lines(marks.fill(html, [reference.target for reference in renderer.references])), renderer.diagnostics


def _front_matter(section: Section) -> str:
    """What the file says of all its notes."""
    said = {name: getattr(section.front_matter, name) for name in ("deck", "tags", "kind", "source", "context")}
    lines = [f"{name}: {value}" for name, value in said.items() if value not in ("", (), None)]
    return "\n    ".join(["front matter", *lines]) + "\n" if lines else ""


def _section(section: Section) -> str:
    """A section: where it stands, what it is, what it holds."""
    tag = section.tag
    words = [section.kind, "(by default)" * section.by_default, tag.cut, *sorted(tag.switches)]
    words += [f"id={tag.id}" if tag.id else "", f"was={tag.was}" if tag.was else ""]
    words += [f"tags={','.join(tag.tags)}" if tag.tags else ""]
    words += [f"{name}={value!r}" for name in ("source", "context") if (value := getattr(tag, name)) is not None]
    words += [f"typed={tag.typed!r}" if tag.typed else "", f"mode={tag.mode}" if tag.mode else ""]
    words += [f"masks={','.join(tag.masks)}" if tag.masks else ""]
    path = " › ".join(" ".join(title.text.split()) for title in (*section.headings, section.title))
    lines = [
        f"{section.span.line}:{section.span.column} {path or '(no text)'}",
        " ".join(word for word in words if word),
    ]
    return "\n    ".join([*lines, *(_block(block) for block in section.body)]) + "\n"


def _block(block: Block) -> str:
    text = " ".join(" ".join(leaf.text for leaf in walk([block])).split())
    return f"{block.first + 1}-{block.last} {block.kind}: {text[:60]}".rstrip(": ")


def _note(note: Written) -> str:
    """A note with all that is not empty, its clozes numbered as the ledger would number those of a new note."""
    numbers = _numbers(note)
    head = f"{note.span.line}:{note.span.column} {note.note_type}"
    head += f" id={note.id}" * bool(note.id) + f" group={note.group}" * bool(note.group)
    lines = [f"{head} in {note.deck}", *(f"    tag {tag}" for tag in note.tags)]
    for name in FIELDS[note.note_type]:
        value = note.fields.get(name, "")
        if name == "Text":
            value = marks.numbered(clozes.finished(value, note.deletions), numbers)
        value = marks.fill(value, [f"media:{reference.target}" for reference in note.references])
        lines += [f"    {name}", *(f"        {line}" for line in _lines(value).splitlines())] if value else []
    for number, deletion in zip(numbers, note.deletions, strict=True):
        by_hand = " by hand" if deletion.number else ""
        hint = f" ({deletion.hint})" if deletion.hint else ""
        lines.append(f"    c{number}{by_hand} {deletion.span.line}:{deletion.span.column} {deletion.text}{hint}")
    for reference in note.references:
        how = " by name" if reference.by_name else ""
        lines.append(f"    uses {reference.target}{how} {reference.span.line}:{reference.span.column}")
    return "\n".join([*lines, f"    match {note.text}"]) + "\n"


def _numbers(note: Written) -> list[int]:
    own = {deletion.number for deletion in note.deletions}
    free = (number for number in range(1, 500) if number not in own)
    given: dict[str, int] = {}
    return [d.number or given.get(d.text) or given.setdefault(d.text, next(free)) for d in note.deletions]


def _lines(html: str) -> str:
    """HTML with a new line wherever a block begins, so that a diff shows which. Code keeps its own lines."""
    return re.sub(
        r"(?<=[^\n])(?=<(?:p|ul|ol|li|dl|dt|dd|div|table|thead|tbody|tr|pre|blockquote|hr|h\d)\b)", "\n", html
    )
