"""What a note type of the project says of itself, and the files beside it → the note type, and what is wrong with its HTML and CSS.

What Anki refuses is an error: rslib/src/notetype/mod.rs (`ensure_template_fronts_unique`, `ensure_cloze_if_cloze_notetype` and
their neighbours); a test compares the two. Nothing is taken out of the HTML and the CSS: both are the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from .. import files, templates
from ..diagnostics import Diagnostic
from ..diagnostics.notetype import (
    active,
    no_cloze_field,
    no_effect,
    no_field_on_front,
    no_file,
    same_front,
    unclosed_section,
    unknown_field,
    unknown_filter,
    wrong_value,
)
from ..generation import ALWAYS_FILLED
from ..layout import NOTETYPES
from ..limits import MAX_NOTE_TYPE_BYTES, MAX_SETTINGS_TOLD
from ..model import NoteType, SourceFile, Span, Template
from ..patterns import pattern
from ..settings import stylesheet
from ..templates import NUMBERED, Part, Replacement, Section
from .definition import Definition, as_warning

ALWAYS = ALWAYS_FILLED | {"Tags"}
"""The names that a template can use besides those of its fields and FrontSide (rslib/src/notetype/render.rs)."""

FILTERS = ("text", "hint", "type", "cloze", "cloze-only", "furigana", "kana", "kanji", "nc", "tts", "tts-voices")
"""Anki's filters: rslib/src/template_filters.rs."""


def read(root: Path, name: str, defined: Definition) -> tuple[NoteType | None, list[Diagnostic]]:
    """The note type in the folder `name`; None if a file of it is missing or cannot be read."""
    folder = f"{NOTETYPES}/{name}"
    reading = _Reading(root, folder)
    css = reading.text("style.css", Span(f"{folder}/style.css")) if reading.has("style.css") else ""
    made: list[Template] = []
    found = reading.found
    fronts: dict[str, str] = {}
    for template in defined.templates:
        begin = template.file
        if not begin:  # What is wrong with it has been told.
            continue
        if len(defined.templates) == 1 and not reading.has(f"{begin}.front.html"):
            begin = ""
        names = [f"{begin}.{side}.html" if begin else f"{side}.html" for side in ("front", "back")]
        front, back = (reading.text(file, template.place) for file in names)
        if front is None or back is None:
            continue
        made.append(replace(template.template, front=front, back=back))
        sides = [_Side(f"{folder}/{file}", text, defined) for file, text in zip(names, (front, back), strict=True)]
        called = template.template.name
        wrong = [same_front(sides[0].span(0, 0), called, fronts[front])] if front in fronts else []
        fronts.setdefault(front, called)
        wrong += sides[0].wrong("front") + sides[1].wrong("back")
        found += map(as_warning, wrong) if defined.is_foreign else wrong
    if defined.kind.family == "cloze" and not defined.kind.of("answer"):
        place = defined.places.get("fields", Span(folder))
        found.append(
            wrong_value(place, "fields", "has none that the text goes to", 'give one of them `from = "answer"`')
        )
    found += _of_css(f"{folder}/style.css", css or "")
    if defined.is_foreign:
        found = _once(found)
    found = sorted(found, key=lambda one: one.severity != "error")[:MAX_SETTINGS_TOLD]
    if css is None or len(made) < len(defined.templates):
        return None, found
    return NoteType(
        id=defined.id,
        name=defined.name,
        family=defined.family,
        fields=defined.fields,
        templates=tuple(made),
        css=css,
        sort_field=defined.sort_field,
        stock_kind=defined.stock_kind,
        mod=defined.mod,
        latex_header=defined.latex_header,
        latex_footer=defined.latex_footer,
        latex_svg=defined.latex_svg,
    ), found


def _once(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Of what is no error, the first of each sort: who takes a note type over did not write it, and it may do so fifty times."""
    kept: list[Diagnostic] = []
    sorts: set[tuple[object, ...]] = set()
    for one in found:
        sort = (one.code, *one.arguments[-1:])
        if one.severity == "error" or one.level or sort not in sorts:
            kept.append(one)
            sorts.add(sort)
    return kept


class _Reading:
    """The files of a folder of the project."""

    def __init__(self, root: Path, folder: str) -> None:
        self.root = root
        self.folder = folder
        self.found: list[Diagnostic] = []
        self._listed = set(files.below(root, [folder], lambda below, error: None))

    def has(self, name: str) -> bool:
        return f"{self.folder}/{name}" in self._listed

    def text(self, name: str, place: Span) -> str | None:
        """The text of a file, its lines ended by `\\n`, without the line break that ends the last one; None if it cannot be read.
        `place` is where it is named.
        """
        try:
            data = files.read_inside(self.root / self.folder / name, self.root, MAX_NOTE_TYPE_BYTES)
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except FileNotFoundError:
            reason = "is missing"
        except files.TooLargeError:
            reason = f"has more than {MAX_NOTE_TYPE_BYTES >> 10} KiB"
        except files.OutsideError:
            reason = "is a link that leads out of the project"
        except OSError as error:
            reason = f"cannot be read: {files.reason(error)}"
        except UnicodeDecodeError:
            reason = "contains bytes that are not UTF-8"
        else:
            if "\0" not in text:
                return text.removesuffix("\n")
            reason = "contains a null character"
        self.found.append(no_file(place, f"{self.folder}/{name}", reason))
        return None


class _Side:
    """A side of a template, and what is wrong with it."""

    def __init__(self, path: str, text: str, defined: Definition) -> None:
        self.text = text
        self.defined = defined
        self.file = SourceFile(path, tuple(text.split("\n")))

    def span(self, at: int, length: int) -> Span:
        line = self.text.count("\n", 0, at)
        return self.file.span(line, at - self.text.rfind("\n", 0, at) - 1, length)

    def wrong(self, side: str) -> list[Diagnostic]:
        parsed = templates.parse(self.text)
        if parsed.error:
            named = re.search(r"\{\{(.*?)\}\}", parsed.error)
            name = named[1].lstrip("/") if named else ""
            signs = "/" if "closes" in parsed.error else "#^"
            return [unclosed_section(self.tag(signs, name), parsed.error)]
        found = [*dict.fromkeys(islice(self.parts(parsed.parts, side), MAX_SETTINGS_TOLD))]
        if side == "front" and not any(isinstance(part, Replacement) for part in parsed.parts):
            found.append(no_field_on_front(self.span(0, 0)))
        if self.defined.kind.family == "cloze" and (field := self.defined.kind.of("answer")):
            shown = [part for part in parsed.parts if isinstance(part, Replacement) and "cloze" in part.filters]
            if not any(part.field == field for part in shown):
                found.append(no_cloze_field(self.span(0, 0), side, field))
        return [*found, *islice(_of_html(self), MAX_SETTINGS_TOLD)]

    def parts(self, parts: Sequence[Part], side: str) -> Iterator[Diagnostic]:
        fields = [field.name for field in self.defined.fields]
        for part in parts:
            if isinstance(part, Replacement):
                yield from self.replacement(part, fields, side)
            elif isinstance(part, Section):
                if part.field not in fields and part.field not in ALWAYS and not NUMBERED.fullmatch(part.field):
                    yield unknown_field(self.tag("#^", part.field), part.field, fields)
            elif "{{" in (text := part.partition("<!--")[0] if part.endswith("-->") else part):
                words = "{{" + text.partition("{{")[2].partition("\n")[0][:40]
                place = self.span(self.text.rfind(words), len(words))
                yield no_effect(place, words, "is never closed", "close it with two braces")

    def replacement(self, part: Replacement, fields: Sequence[str], side: str) -> Iterator[Diagnostic]:
        if part.field == "FrontSide":
            if side == "front":
                hint = "leave it out; on the back, it shows the front"
                yield no_effect(self.tag("", part.field), "{{FrontSide}}", "shows nothing on a front", hint)
        elif not part.field and part.filters:
            pass  # Anki takes the field for an empty one: `{{tts-voices:}}` names none.
        elif part.field not in fields and part.field not in ALWAYS:
            yield unknown_field(self.tag("", part.field), part.field, fields)
        for name in part.filters:
            if name.strip() != "" and name.split(" ")[0] not in FILTERS:
                yield unknown_filter(self.tag("", part.field), name, FILTERS)
        if self.defined.kind.family == "basic" and "cloze" in part.filters:
            words = f"{{{{cloze:{part.field}}}}}"
            hint = 'leave the filter out, or write `kind = "cloze"`'
            yield no_effect(self.tag("", part.field), words, "shows nothing in a note type of the kind basic", hint)

    def tag(self, signs: str, name: str) -> Span:
        """Where a tag stands that names a field. One with `signs` begins with one of them."""
        begin = f"[{re.escape(signs)}]\\s*" if signs else r"(?:[^{}]*:)?"
        found = re.search(rf"\{{\{{\s*{begin}{re.escape(name)}\s*\}}\}}", self.text)
        return self.span(found.start(), len(found[0])) if found else self.span(0, 0)


_SCRIPT = pattern(r"<script\b[^<>]*>|<[a-z][^<>]*?\s(on[a-z]+)\s*=|\b(javascript:)", re.IGNORECASE)
_ADDRESS = pattern(
    r"""<(?:img|video|audio|source|iframe|embed|object|link|script|input|track)\b[^<>]*?\s(?:src|href|data|poster)\s*=\s*"""
    r"""(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""",
    re.IGNORECASE,
)
_REMOTE = pattern(r"(?:https?:)?//|[a-z][a-z0-9+.-]*:(?!//)", re.IGNORECASE)


def _of_html(side: _Side) -> Iterator[Diagnostic]:
    """What runs, and what is loaded: from the network, or from a file that is not there."""
    for script in _SCRIPT.finditer(side.text):
        words = script[1] or script[2] or "<script>"
        yield active(side.span(script.start(), len(script[0].partition("\n")[0])), words, "script")
    for found in _ADDRESS.finditer(side.text):
        address = (found[1] or found[2] or found[3] or "").strip()
        if not address or address.startswith(("data:", "#", "_", "{{")) or "{{" in address:
            continue
        what = "network" if _REMOTE.match(address) else "file"
        yield active(side.span(found.start(), len(found[0].partition("\n")[0])), address[:60], what)
    at = 0
    while opening := _STYLE.search(side.text, at):
        end = _STYLE_END.search(side.text, opening.end())
        at = end.start() if end else len(side.text)
        for place, words, what in _loaded(side.text[opening.end() : at]):
            yield active(side.span(opening.end() + place, len(words)), words[:60], what)


_STYLE, _STYLE_END = pattern(r"<style\b[^<>]*>", re.IGNORECASE), pattern("</style", re.IGNORECASE)


def _loaded(css: str) -> Iterator[tuple[int, str, str]]:
    """What a stylesheet loads: where it stands, its words, and from where. A file whose name begins with `_` may be in a learner's
    media folder.
    """
    for at, words, _ in islice(stylesheet.faults(css), MAX_SETTINGS_TOLD):
        if not re.match(r"url\(\s*[\"']?_", words):
            yield at, words, "network" if "//" in words or words.lower() == "@import" else "file"


def _of_css(path: str, css: str) -> Iterator[Diagnostic]:
    file = SourceFile(path, tuple(css.split("\n")))
    for at, words, what in _loaded(css):
        line = css.count("\n", 0, at)
        yield active(file.span(line, at - css.rfind("\n", 0, at) - 1, len(words)), words[:60], what)
