"""The folder `changes` → what authors say of the next release, in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.release import not_relearned, unknown_key, unreadable_changes
from ..layout import CHANGES
from ..limits import MAX_FILE_BYTES
from ..model import SourceFile, Span
from ..names import nearest


class Fragment(msgspec.Struct, frozen=True):
    """One file: its path from the project, its text, and the IDs of the notes that people must learn again, with the places
    where they stand.
    """

    path: str
    text: str
    relearn: tuple[tuple[str, Span], ...] = ()


def read(root: Path) -> tuple[list[Fragment], list[Diagnostic]]:
    """The files of the folder, by name, and what is wrong with them. A project without the folder has none."""
    fragments: list[Fragment] = []
    found: list[Diagnostic] = []
    for file in sorted((root / CHANGES).glob("*.md")):
        if file.name.lower() == "readme.md":  # It says to authors what the folder is for.
            continue
        path = f"{CHANGES}/{file.name}"
        try:
            text = files.read_inside(file, root, MAX_FILE_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            found.append(unreadable_changes(Span(path), "it is not UTF-8"))
        except OSError as error:
            found.append(unreadable_changes(Span(path), files.reason(error)))
        else:
            fragment, wrong = parse(path, text)
            fragments.append(fragment)
            found += wrong
    return fragments, found


def parse(path: str, text: str) -> tuple[Fragment, list[Diagnostic]]:
    """One file, and what is wrong with it."""
    found: list[Diagnostic] = []
    control = _CONTROL.search(text)
    text = _CONTROL.sub("\ufffd", text)
    source = SourceFile(path, tuple(text.split("\n")))
    if control:
        row = text.count("\n", 0, control.start())
        span = source.span(row, control.start() - text.rfind("\n", 0, control.start()) - 1, 1)
        what = f"it has the control character U+{ord(control[0]):04X}"
        found.append(unreadable_changes(span, what, "delete it"))
    relearn: list[tuple[str, Span]] = []
    dashes = [number for number, line in enumerate(source.lines) if line.rstrip() == "---"]
    end = dashes[1] if dashes[:1] == [0] and len(dashes) > 1 else 0
    if dashes == [0]:  # What is to be learned again would be published as text.
        found.append(
            unreadable_changes(source.span(0, 0, 3), "a second line of dashes is missing", "write --- above the text")
        )
    for number, line in enumerate(source.lines[1:end], 1):
        key = line.partition(":")[0]
        if key.strip() == "relearn":
            relearn += [
                (id_[0], source.span(number, id_.start(), len(id_[0]))) for id_ in _ID.finditer(line, len(key) + 1)
            ]
        elif line.strip():
            found.append(unknown_key(source.span(number, 0, len(key)), key.strip()))
    first = end + 1 if end else 0
    found += _misplaced(source, first)
    return Fragment(path, "\n".join(source.lines[first:]).strip(), tuple(relearn)), found


def _misplaced(source: SourceFile, first: int) -> Iterator[Diagnostic]:
    """What in the text from a line on would go on, or end the part of its version, in what is published."""
    text = "\n".join(source.lines[first:])
    if not _MAY_BE_MISPLACED.search(text):
        return
    from markdown_it import MarkdownIt

    headings = {number for number, line in enumerate(source.lines[first:]) if line.startswith("## [")}
    for token in MarkdownIt("commonmark").parse(text):
        begin, end = token.map or (0, 0)
        span = source.span(first + begin, 0, len(source.lines[first + begin]))
        if token.type == "fence":
            last = source.lines[first + end - 1].strip(" \t>")
            if end - begin < 2 or not last.startswith(token.markup) or last.strip(token.markup[0]):
                yield unreadable_changes(span, "a block of code is not closed", f"write {token.markup} below it")
        elif token.type == "html_block":
            closing = next((ends for begins, ends in _CLOSED_BY if begins.match(token.content)), None)
            if closing and not re.search(closing, token.content, re.IGNORECASE):
                yield unreadable_changes(span, "HTML is not closed", f"write {closing} behind it")
        elif token.type == "heading_open" and token.tag in ("h1", "h2"):
            headings.add(begin)
    for number in sorted(headings):  # Whatever it is in Markdown, `## [` begins a version in the changelog.
        span = source.span(first + number, 0, len(source.lines[first + number]))
        yield unreadable_changes(span, "a heading of level 1 or 2 ends the part of its version", "write it with ###")


_MAY_BE_MISPLACED = re.compile(r"```|~~~|<[!?a-z]|#|^[\s>]*(?:=+|-+)\s*$", re.IGNORECASE | re.MULTILINE)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_CLOSED_BY = [
    (re.compile(begins, re.IGNORECASE), ends)
    for begins, ends in (
        (r"\s*<!--", "-->"),
        *((rf"\s*<{name}(?=[\s>]|$)", f"</{name}>") for name in ("script", "pre", "style", "textarea")),
    )
]
"""HTML that goes on over empty lines until it is closed: https://spec.commonmark.org/0.31.2/#html-blocks."""


_ID = re.compile(r"[^\s,\[\]\"']+")


def unmatched(fragments: Iterable[Fragment], changed: Iterable[str]) -> list[Diagnostic]:
    """What says `relearn` of a note that the release does not change. `changed` are the IDs of those that it does."""
    known = sorted(set(changed))
    told = [each for fragment in fragments for each in fragment.relearn]
    return [not_relearned(span, id_, nearest(id_, known, 2)) for id_, span in told if id_ not in known]
