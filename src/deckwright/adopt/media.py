"""The files of a source → those of a project; what some are called there, and which of them no card can show, and why."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import unescape
from itertools import chain
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from ..diagnostics import has_errors
from ..files import reason
from ..limits import MAX_MEDIA_NAME
from ..media.library import ABSENT, Library
from ..mediatypes import CONTENTS, PICTURES, SIGNATURES, TYPES, extension
from ..model import Reference, Span
from ..names import numbered
from ..package import PackageError, PackedNote
from .filenames import SOUND
from .source import Source

MEDIA = "media"
"""The folder of the files."""


class Files(msgspec.Struct, frozen=True):
    """The files of a project: the SHA-256 of each in hex, by its name; those of the source that no card can show, with the
    reasons; and what those are called now that had the ending of another type, by the names that they have in the source.
    """

    digests: Mapping[str, str]
    unfit: Mapping[str, str]
    renamed: Mapping[str, str]

    @property
    def usable(self) -> frozenset[str]:
        """The names of the files that cards can show."""
        return frozenset(self.digests.keys() - self.unfit.keys())


def write(source: Source, root: Path) -> Files:
    """Write the files of a source into the project in `root`. Raises OSError.

    Anki shows a JPEG that is called `x.png`, and this compiler does not: it gets the ending of what it is.
    """
    (root / MEDIA).mkdir()
    digests: dict[str, str] = {}
    unfit: dict[str, str] = {}
    renamed: dict[str, str] = {}
    taken = {name.lower() for name in source.media}
    for name in source.media:
        try:
            data = source.read_media(name)
        except (PackageError, OSError) as error:
            unfit[name] = reason(error) if isinstance(error, OSError) else str(error)
            continue
        new = _named(name, data, taken)
        if new != name:
            renamed[name] = new
            taken.add(new.lower())
        (root / MEDIA / new).write_bytes(data)
        digests[new] = hashlib.sha256(data).hexdigest()
    library = Library(root, (MEDIA,))
    for name in digests:
        if not name.startswith("_"):  # Such files are for templates, whatever is in them.
            _, found = library.resolve(Reference(name, False, Span(f"{MEDIA}/{name}")))
            if has_errors(found):
                unfit[name] = next(each.message for each in found if each.severity == "error")
    return Files(digests, unfit, renamed)


def _named(name: str, data: bytes, taken: Collection[str]) -> str:
    """What a file is called here: with the ending of the picture that it is, if it has another one. `taken` are the names of
    others, in lower case.
    """
    given = extension(name)
    kind = next((kind for kind, begin in SIGNATURES.items() if re.match(begin, data, re.DOTALL)), "")
    ending = next((ending for ending, content in CONTENTS.items() if content == kind), "")
    if name.startswith("_") or not ending or CONTENTS.get(given) == kind or given in TYPES - {*PICTURES}:
        return name
    stem = PurePosixPath(name).stem if given in PICTURES else name
    new = next(new for free in numbered(stem) if (new := f"{free}.{ending}").lower() not in taken)
    return new if len(new.encode()) <= MAX_MEDIA_NAME else name


Lacking = Mapping[str, Mapping[str, Sequence[str]]]
"""The files that notes name and no card can show: by guid and field."""


def with_absent(notes: Iterable[PackedNote], usable: Collection[str], root: Path) -> tuple[list[PackedNote], Lacking]:
    """The files that notes name and that cannot be shipped, and the notes: without those files that cannot even be named. The others
    are listed in the project in `root`, so that its notes may go on to name what some learners have. Raises OSError.
    """
    lacking: dict[str, dict[str, list[str]]] = {}
    made = []
    for note in notes:
        fields = {}
        for field, value in note.fields.items():
            fields[field], names = _without(value, usable)
            if names:
                lacking.setdefault(note.guid, {})[field] = names
        made.append(replace(note, fields=fields) if note.guid in lacking else note)
    if names := sorted({*filter(can_be_named, counted(lacking))}):
        (root / MEDIA / ABSENT).write_text("\n".join([*names, ""]), encoding="utf-8", newline="\n")
    return made, lacking


def can_be_named(name: str) -> bool:
    """Whether notes may name this file, though it is not in the project."""
    return name == name.strip() and _NAME.fullmatch(name) is not None


_NAME = re.compile(r"[^/\\<>\"\x00-\x1f\x7f]+")


def counted(lacking: Lacking) -> Mapping[str, int]:
    """How many notes name each of these files."""
    counted = Counter(name for fields in lacking.values() for name in {*chain(*fields.values())})
    return dict(sorted(counted.items()))


def _without(field: str, usable: Collection[str]) -> tuple[str, list[str]]:
    """The names of the files that cannot be used, and the field without those pictures and sounds that cannot be named."""
    missing: list[str] = []

    def stays(written: str, name: str) -> bool:
        if not name.strip() or _ELSEWHERE.match(name) or name in usable or unescape(written) in usable:
            return True
        missing.append(name)
        return can_be_named(name)

    def element(found: re.Match[str]) -> str:
        held = [stays(value, unquote(unescape(value))) for value in _values(found[0])]
        return found[0] if all(held) else ""

    def sound(found: re.Match[str]) -> str:
        return found[0] if stays(found[1], unescape(found[1])) else ""

    if "src" not in field.lower() and "[sound:" not in field.lower():
        return field, missing
    return SOUND.sub(sound, _ELEMENT.sub(element, field)), missing


def _values(element: str) -> Iterable[str]:
    return (next(filter(None, found.groups()), "") for found in _SRC.finditer(element))


_ELEMENT = re.compile(r"<(?:img|audio|video|source|embed)\b(?>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_SRC = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
