"""A note type that is adopted → the files in its folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ..layout import NOTETYPE
from ..model import LATEX_FOOTER, LATEX_HEADER, Field, NoteType, OwnField, Template
from ..notetypes.definition import FLAGS, can_begin_files


def texts(note_type: NoteType, mapping: Sequence[OwnField]) -> dict[str, str]:
    """The texts of the files, by name. `mapping` says what goes to each field, in their order."""
    begins = _begins(note_type.templates)
    made = {NOTETYPE: definition(note_type, mapping)}
    for template, begin in zip(note_type.templates, begins, strict=True):
        before = f"{begin}." if len(begins) > 1 else ""
        made |= {f"{before}front.html": f"{template.front}\n", f"{before}back.html": f"{template.back}\n"}
    return made | ({"style.css": f"{note_type.css}\n"} if note_type.css else {})


def definition(note_type: NoteType, mapping: Sequence[OwnField]) -> str:
    """The text of `notetype.toml`. What is as it is by default is left out, but for ids and the time of change."""
    top = {
        "kind": "basic" if note_type.family == "basic" else "cloze",
        "name": note_type.name,
        "id": note_type.id,
        "mod": note_type.mod,
        "sort_field": note_type.fields[note_type.sort_field].name if note_type.sort_field else "",
        "stock_kind": note_type.stock_kind,
        "latex_svg": note_type.latex_svg,
    }
    needed = ("kind", "name", "id", "mod")
    lines = [f"{key} = {_value(value)}" for key, value in top.items() if value or key in needed]
    for key, text, usual in (
        ("latex_header", note_type.latex_header, LATEX_HEADER),
        ("latex_footer", note_type.latex_footer, LATEX_FOOTER),
    ):
        lines += [f"{key} = {_lines(text)}"] if text != usual else []
    lines += ["", "[fields]"]
    lines += (
        f"{_key(field.name)} = {_table(_of_field(field, own))}"
        for field, own in zip(note_type.fields, mapping, strict=True)
    )
    lines += ["", "[templates]"]
    begins = _begins(note_type.templates)
    lines += (
        f"{_key(template.name)} = {_table(_of_template(template, begin))}"
        for template, begin in zip(note_type.templates, begins, strict=True)
    )
    return "\n".join([*lines, ""])


def _of_field(field: Field, own: OwnField) -> dict[str, str | int]:
    part: dict[str, str | int] = {"from": own.part} if own.part else {"label": own.label}
    usual = Field("", 0)
    flags = {
        key: getattr(field, attribute)
        for key, (attribute, _) in FLAGS.items()
        if getattr(field, attribute) != getattr(usual, attribute)
    }
    return part | {"id": field.id} | ({} if field.tag is None else {"tag": field.tag}) | flags


def _of_template(template: Template, begin: str) -> dict[str, str | int]:
    browser: dict[str, str | int] = {
        "browser_front": template.browser_front,
        "browser_back": template.browser_back,
        "browser_font": template.browser_font,
        "browser_size": template.browser_size,
    }
    made: dict[str, str | int] = {"id": template.id}
    if begin != template.name:
        made["file"] = begin
    return made | {key: value for key, value in browser.items() if value}


def _begins(templates: Sequence[Template]) -> list[str]:
    """What the names of the files of each template begin with: its name, if every system can have such a file."""
    plain = [_PLAIN_FILE.fullmatch(template.name) and can_begin_files(template.name) for template in templates]
    numbers = [f"card-{number}" for number in range(1, len(templates) + 1)]
    begins = [
        template.name if usable else number for template, usable, number in zip(templates, plain, numbers, strict=True)
    ]
    return begins if len({begin.casefold() for begin in begins}) == len(begins) else numbers


_PLAIN_FILE = re.compile(r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)$)[^\W_](?:[\w ()+,'&-]{0,58}[\w)+])?")


# TOML


def _table(values: Mapping[str, str | int]) -> str:
    return f"{{ {', '.join(f'{key} = {_value(value)}' for key, value in values.items())} }}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: str | int) -> str:
    """JSON and TOML write texts, whole numbers and `true` alike, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(text: str) -> str:
    """A text of several lines as it stands, if it can be written so."""
    if "\n" not in text or "'''" in text or text.endswith("'") or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return _value(text)
    return f"'''\n{text}'''"
