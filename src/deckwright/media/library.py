"""The references in notes → the media files that the package carries, under names that change with their content."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from .. import files, inputs
from ..cache import Cache
from ..diagnostics import Diagnostic
from ..diagnostics.media import (
    ambiguous,
    empty,
    missing,
    not_a_file,
    not_everywhere,
    outside,
    pointer,
    too_large,
    unreadable,
    unsupported,
    unused_file,
    wrong_case,
    wrong_content,
)
from ..limits import MAX_ABSENT_BYTES, MAX_MEDIA_BYTES
from ..mediatypes import CONTENTS, CONVERTED, SIGNATURES, TYPES, extension
from ..model import Media, Reference, Span
from ..names import slug

ABSENT = "absent.txt"
"""The list, in a media folder, of files that notes show and that are not in the project, a name on each line: those who have an
adopted deck may have them.
"""

HASH_LENGTH = 12
"""How many hex digits of the source's SHA-256 a name contains."""


class Library:
    """The media files of a project. `folders` are those of its settings. Each file is read once, when first mentioned.

    `known` are files that need not be read, by their path from the root: they are as they were when the last build shipped
    them.
    """

    def __init__(
        self,
        root: Path,
        folders: Sequence[str],
        cache: Cache | None = None,
        known: Mapping[str, inputs.Known] | None = None,
    ) -> None:
        self._root = root
        self._folders = folders
        self._cache = cache or Cache()
        self._known = known or {}
        self._names: dict[tuple[str, _Match], Mapping[str, str]] = {}
        self._loaded: dict[str, tuple[Media | None, list[Diagnostic]]] = {}
        self._by_name: dict[str, Media] = {}
        self._found: dict[tuple[str, bool, str], str] = {}
        self._inside: dict[str, bool] = {}
        self._plain: dict[str, bool] = {}

    def resolve(self, reference: Reference, *, may_be_absent: bool = True) -> tuple[Media | None, list[Diagnostic]]:
        """The file that is meant, as it is shipped; None if and only if a diagnostic is an error.

        A path is looked up beside the file that mentions it, then in each media folder; with a leading `/`, in the root.
        A name, which may begin with part of a path, is looked up in the whole project. The span of an error is where the
        file is mentioned, that of a warning is in the file. Two files with the same name and content are one Media. If it
        `may_be_absent`, a file of which there is none that can be shipped may be in the list of those.
        """
        place, found = self._find(reference, may_be_absent)
        media: Media | None = None
        if place is not None:
            media, found = self._load(place)
        if media is None and may_be_absent and _nfc(reference.target) in self._absent:
            return Media(self._root / reference.target, _nfc(reference.target), "", is_absent=True), []
        return media, [replace(d, span=reference.span) if d.severity == "error" else d for d in found]

    def unused(self, used: Iterable[Media]) -> list[Diagnostic]:
        """A warning for each file in the media folders that a card could show but none does. Copies of used files are used."""
        used = list(used)
        paths, names = {media.path for media in used}, {media.name for media in used}
        beginnings = {name.rpartition("-")[0] for name in names}
        found = []
        for place in files.below(self._root, self._folders):
            path = self._root / place
            if extension(place) in TYPES and _can_be_meant(place) and path not in paths:
                # Only what may be a copy is read: a folder may contain gigabytes that nobody uses.
                media = self._load(place)[0] if _stem(path) in beginnings else None
                if media is None or media.name not in names:
                    found.append(unused_file(Span(place), place))
        return found

    def _find(self, reference: Reference, may_be_absent: bool) -> tuple[str | None, list[Diagnostic]]:
        """Where the file is, relative to the root, with `/`; it is a file, and inside the project. Of one in the list of those that
        are not here, nothing is told if it `may_be_absent`.
        """
        target, span = reference.target, reference.span
        key = target, reference.by_name, posixpath.dirname(span.path)
        if key in self._found:
            return self._found[key], []
        if _is_by_name(reference):
            places = self._named(target)
            if len(places) > 1:
                return None, [ambiguous(span, target, places)]
        else:
            places = self._at(reference)
        if not places:
            is_listed = may_be_absent and _nfc(target) in self._absent
            return None, [] if is_listed else [self._not_found(reference)]
        place = places[-1] if self._may_be_file(places[-1]) else places[0]
        if not self._is_inside(place):
            return None, [outside(span, target)]
        if not self._may_be_file(place):
            return None, [not_a_file(span, target, "folder" if (self._root / place).is_dir() else "other")]
        self._found[key] = place
        return place, []

    @cached_property
    def _absent(self) -> frozenset[str]:
        """The names of files that are not in the project."""
        names: set[str] = set()
        for folder in self._folders:
            with suppress(OSError):
                data = files.read(self._root / folder / ABSENT, MAX_ABSENT_BYTES)
                names.update(filter(None, map(str.strip, _nfc(data.decode("utf-8-sig", "replace")).split("\n"))))
        return frozenset(name for name in names if "/" not in name)

    def _is_inside(self, place: str) -> bool:
        """Whether a file is in the project, links followed."""
        if not self._is_plain(place) and (self._root / place).is_symlink():
            return files.is_inside(self._root / place, self._root)
        folder = posixpath.dirname(place)
        if folder not in self._inside:
            self._inside[folder] = files.is_inside(self._root / folder, self._root)
        return self._inside[folder]

    def _may_be_file(self, place: str) -> bool:
        try:
            return self._is_plain(place) or (self._root / place).is_file()
        except OSError:  # Reading it will tell why.
            return True

    def _is_plain(self, place: str) -> bool:
        """Whether it is a file itself, and no link."""
        if place not in self._plain:
            try:
                self._plain[place] = stat.S_ISREG(os.lstat(f"{self._root}/{place}").st_mode)
            except (OSError, ValueError):
                self._plain[place] = False
        return self._plain[place]

    def _named(self, name: str) -> list[str]:
        """Obsidian's way: the files with that name, in any folder and any case. A path from the root comes before others."""
        for spelling in _spellings(name):
            wanted = "/" + posixpath.normpath(spelling)
            namesakes = self._places_by_name.get(_folded(posixpath.basename(wanted)), [])
            for match in (_nfc, _folded):
                places = [place for place in namesakes if match("/" + place).endswith(match(wanted))]
                if places:
                    return [place for place in places if match("/" + place) == match(wanted)] or places
        return []

    @cached_property
    def _places_by_name(self) -> Mapping[str, list[str]]:
        places = defaultdict(list)
        for place in self._places:
            places[_folded(posixpath.basename(place))].append(place)
        return places

    @cached_property
    def _places(self) -> list[str]:
        """What can be found by its name: everything that is neither hidden nor made."""
        places = dict.fromkeys(files.below(self._root, ["", *self._folders]))
        return [place for place in places if _can_be_meant(place)]

    def _at(self, reference: Reference) -> list[str]:
        """What exists where a path may lead, the likeliest first; none behind the first file."""
        places = []
        for place in chain(self._matching(reference, _nfc), self._matching(reference, _decoded)):
            places.append(place)
            if self._may_be_file(place):
                break
        return places

    def _matching(self, reference: Reference, match: _Match) -> Iterator[str]:
        for spelling in _spellings(reference.target):
            for base in self._bases(reference):
                if place := self._walk(posixpath.join(base, spelling.lstrip("/")), match):
                    yield place

    def _bases(self, reference: Reference) -> list[str]:
        if reference.target.startswith("/"):
            return [""]
        return [posixpath.dirname(reference.span.path), *self._folders]

    def _walk(self, path: str, match: _Match) -> str | None:
        """The path as it is spelt on disk, if it exists. All systems give the same answer, with and without case."""
        place = ""
        for part in posixpath.normpath(path).split("/"):
            name = self._names_in(place, match).get(match(part))
            if name is None:
                return None
            place = posixpath.join(place, name)
        return place

    def _names_in(self, folder: str, match: _Match) -> Mapping[str, str]:
        key = folder, match
        if key not in self._names:
            if gathered := inputs.watching():
                gathered.add_folder(self._root / folder)
            try:
                names = sorted(path.name for path in (self._root / folder).iterdir())
            except OSError:  # It is not a folder, or we may not look into it: nothing is found below it.
                names = []
            self._names[key] = {match(name): name for name in names}
        return self._names[key]

    def _not_found(self, reference: Reference) -> Diagnostic:
        target, span = reference.target, reference.span
        if not _is_by_name(reference):
            if place := next(self._matching(reference, _folded), None):
                return wrong_case(span, target, _spelt(reference, place))
            first = posixpath.normpath(posixpath.join(self._bases(reference)[0], target.lstrip("/")))
            if first.split("/")[0] == ".." or _is_absolute(target):
                return outside(span, target)
        nearest = self._nearest(target)
        return missing(span, target, nearest and _spelt(reference, nearest))

    def _nearest(self, target: str) -> str:
        """Where the file with the most similar name is; empty if no name is similar."""
        from rapidfuzz import fuzz, process

        path = _folded(target.replace("\\", "/"))
        near = process.extract(PurePosixPath(path).stem, self._stems, scorer=fuzz.ratio, score_cutoff=70, limit=None)
        return max(
            ((score, fuzz.ratio(path, _folded(self._places[index])), self._places[index]) for _, score, index in near),
            default=(0, 0, ""),
        )[2]

    @cached_property
    def _stems(self) -> list[str]:
        return [_folded(PurePosixPath(place).stem) for place in self._places]

    def _load(self, place: str) -> tuple[Media | None, list[Diagnostic]]:
        if place not in self._loaded:
            media, found = self._read(place)
            if media is not None:
                twin = self._by_name.setdefault(media.name, media)
                if twin.sha256 != media.sha256:
                    raise ValueError(f"{twin.path} and {media.path} would both be called {media.name}: rename one")
                media = twin
            self._loaded[place] = media, found
        return self._loaded[place]

    def _read(self, place: str) -> tuple[Media | None, list[Diagnostic]]:
        path, span, ending = self._root / place, Span(place), extension(place)
        if ending not in TYPES:
            return None, [unsupported(span, place)]
        converted = [not_everywhere(span, place)] if ending in CONVERTED else []
        known = self._known.get(place)
        if known and known.name:
            if gathered := inputs.watching():
                gathered.add_known(place, known)
            return Media(path, known.name, known.sha256), converted
        try:
            source, digest = files.read_with_digest(path, MAX_MEDIA_BYTES)
        except files.TooLargeError as error:
            return None, [too_large(span, place, error.size)]
        except OSError as error:
            return None, [unreadable(span, place, files.reason(error))]
        if not source or source.isspace():
            return None, [empty(span, place)]
        if source.startswith(POINTER):
            return None, [pointer(span, place)]
        content = _content(source)
        if content != CONTENTS.get(ending, ""):
            return None, [wrong_content(span, place, content)]
        if ending == "svg":
            return self._read_svg(path, place, source)
        return _media(path, digest), converted

    def _read_svg(self, path: Path, place: str, file: bytes) -> tuple[Media | None, list[Diagnostic]]:
        # Git may check it out with either line ending, but it is one drawing. In UTF-16 the two bytes mean something else.
        source = file if b"\0" in file else file.replace(b"\r\n", b"\n")
        cleaned = self._cache.memo("svg", (place, source), _Cleaned, lambda: _cleaned(source, place))
        if cleaned.data is None:
            return None, cleaned.found
        digest = hashlib.sha256(source).hexdigest()
        return _media(path, digest, None if cleaned.data == file else cleaned.data), cleaned.found


class _Cleaned(msgspec.Struct, frozen=True):
    """What `svg.clean` makes of a drawing."""

    data: bytes | None
    found: list[Diagnostic]


def _cleaned(source: bytes, place: str) -> _Cleaned:
    from . import svg  # Its library takes longer to import than all drawings to be found in the cache.

    return _Cleaned(*svg.clean(source, place))


_Match = Callable[[str], str]
"""Two spellings are the same if it makes the same of both."""


def _nfc(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _decoded(path: str) -> str:
    """A file saved from the web may really be named `a%20b.png`, and the target in a note is decoded already."""
    return _nfc(unquote(path))


def _folded(path: str) -> str:
    return _decoded(path).casefold()


def _can_be_meant(place: str) -> bool:
    """Whether it is not a note, and has a name that can be written in one."""
    return extension(place) != "md" and not re.search("[\ud800-\udfff]", place)


def _is_by_name(reference: Reference) -> bool:
    return reference.by_name and not reference.target.startswith(("/", "./", "../"))


def _spellings(target: str) -> Iterator[str]:
    """The target, then the target without its last query or fragment, and so on."""
    while target:
        yield target
        target = target[: max(target.rfind("?"), target.rfind("#"), 0)]


def _is_absolute(target: str) -> bool:
    return (
        target.startswith("file:")
        or PureWindowsPath(target).drive != ""
        or (target[:1] == "/" and os.path.lexists(target))  # `Path.exists` raises for a name that is too long.
    )


def _spelt(reference: Reference, place: str) -> str:
    """How the note would refer to that file, in the way it already does."""
    if _is_by_name(reference):
        return posixpath.basename(place)
    if not reference.target.startswith("/"):
        place = posixpath.relpath(place, posixpath.dirname(reference.span.path) or ".")
    else:
        place = "/" + place
    return place if reference.by_name else place.replace("%", "%25").replace(" ", "%20")


POINTER = b"version https://git-lfs.github.com/spec/"


def _content(source: bytes) -> str:
    """What the file is by its first bytes; empty if they do not tell."""
    return next((what for what, begin in SIGNATURES.items() if re.match(begin, source, re.DOTALL)), "")


def _media(path: Path, digest: str, shipped: bytes | None = None) -> Media:
    """The name comes from the digest of the source, not of what was made of it: no file gets a new name when the cleaning improves."""
    name = f"{_stem(path)}-{digest[:HASH_LENGTH]}{path.suffix.lower()}"
    return Media(path, name, digest if shipped is None else hashlib.sha256(shipped).hexdigest(), shipped)


def _stem(path: Path) -> str:
    stem = slug(path.stem)[:60].rstrip("-") or "media"
    # Anki keeps `latex-…` for pictures of its own: it imports them unasked, and never counts them as unused.
    return f"media-{stem}" if f"{stem}-".startswith("latex-") else stem
