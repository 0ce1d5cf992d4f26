"""The references in notes → the media files that the package carries, under names that change with their content."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from . import project, svg
from .diagnostics import Diagnostic, declare
from .model import AUDIO, PICTURES, VIDEO, Media, Reference, Span

TYPES = frozenset(PICTURES + AUDIO + VIDEO)

MAX_SIZE = 100 << 20
"""In bytes: a longer file is never synchronised (anki rslib/src/sync/media/mod.rs)."""

HASH_LENGTH = 12
"""The hex digits of the source's SHA-256 that stand in a name."""


class Library:
    """The media files of a project. `folders` are those of its settings; each file is read once, when first mentioned."""

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self._root = root
        self._folders = folders
        self._names: dict[tuple[str, _Match], Mapping[str, str]] = {}
        self._loaded: dict[str, tuple[Media | None, list[Diagnostic]]] = {}
        self._by_name: dict[str, Media] = {}

    def resolve(self, reference: Reference) -> tuple[Media | None, list[Diagnostic]]:
        """The file that is meant, as it is shipped; None exactly where a diagnostic is an error.

        A path is looked for beside the file that mentions it, then in each media folder; with a leading `/`, in the
        root. A name is looked for in the whole project; a part of a path may stand before it. An error is placed where
        the file is mentioned, a warning in the file. Two files of equal name and content are one Media.
        """
        place = self._find(reference)
        if isinstance(place, Diagnostic):
            return None, [place]
        media, found = self._load(place)
        return media, [replace(d, span=reference.span) if d.severity == "error" else d for d in found]

    def unused(self, used: Iterable[Media]) -> list[Diagnostic]:
        """A warning for each file in the media folders that a card could show and none does. A copy of a used one is used."""
        used = list(used)
        paths, names = {media.path for media in used}, {media.name for media in used}
        beginnings = {name.rpartition("-")[0] for name in names}
        found = []
        for place in project.files(self._root, self._folders):
            path = self._root / place
            if _extension(place) in TYPES and _can_be_meant(place) and path not in paths:
                # Only what may be a copy is read: a folder may hold gigabytes that nobody uses.
                media = self._load(place)[0] if _stem(path) in beginnings else None
                if media is None or media.name not in names:
                    found.append(unused_file(Span(place), place))
        return found

    def _find(self, reference: Reference) -> str | Diagnostic:
        """The place of the file, relative to the root, with `/`; it lies in the project and is a file."""
        target, span = reference.target, reference.span
        if _is_by_name(reference):
            places = self._named(target)
            if len(places) > 1:
                return ambiguous(span, target, places)
        else:
            places = [*self._at(reference, _nfc), *self._at(reference, _decoded)]
        if not places:
            return self._not_found(reference)
        place = next((place for place in places if _may_be_file(self._root / place)), places[0])
        path = self._root / place
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._root)):
            return outside(span, target)
        return place if _may_be_file(path) else not_a_file(span, target, path.is_dir())

    def _named(self, name: str) -> list[str]:
        """Obsidian's way: the files of that name, in any folder, in any case. A path from the root is meant before others."""
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
        """What need not be asked for by its path: all but what is hidden or made."""
        places = dict.fromkeys(project.files(self._root, ["", *self._folders]))
        return [place for place in places if _can_be_meant(place)]

    def _at(self, reference: Reference, match: _Match) -> Iterator[str]:
        """What there is where a path may lead, the likeliest first."""
        for spelling in _spellings(reference.target):
            for base in self._bases(reference):
                if place := self._walk(posixpath.join(base, spelling.lstrip("/")), match):
                    yield place

    def _bases(self, reference: Reference) -> list[str]:
        if reference.target.startswith("/"):
            return [""]
        return [posixpath.dirname(reference.span.path), *self._folders]

    def _walk(self, path: str, match: _Match) -> str | None:
        """The path as it is spelt on disk, if it is there. Every system gives the same answer, one without case too."""
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
            try:
                names = sorted(path.name for path in (self._root / folder).iterdir())
            except OSError:  # It is no folder, or not ours to look into: what is below it is not found.
                names = []
            self._names[key] = {match(name): name for name in names}
        return self._names[key]

    def _not_found(self, reference: Reference) -> Diagnostic:
        target, span = reference.target, reference.span
        if not _is_by_name(reference):
            if place := next(self._at(reference, _folded), None):
                return wrong_case(span, target, _spelt(reference, place))
            first = posixpath.normpath(posixpath.join(self._bases(reference)[0], target.lstrip("/")))
            if first.split("/")[0] == ".." or _is_absolute(target):
                return outside(span, target)
        nearest = self._nearest(target)
        return missing(span, target, nearest and _spelt(reference, nearest))

    def _nearest(self, target: str) -> str:
        """The place of the media file that is called most alike; empty if none is."""
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
            media, found = _read(self._root / place, place)
            if media is not None:
                twin = self._by_name.setdefault(media.name, media)
                if twin.sha256 != media.sha256:
                    raise ValueError(f"{twin.path} and {media.path} would both be called {media.name}: rename one")
                media = twin
            self._loaded[place] = media, found
        return self._loaded[place]


def is_remote(target: str) -> bool:
    """Whether it is an address, or the data itself, rather than a file of the project: never given to `resolve`."""
    return re.match(r"\s*(?:https?:|//|data:)", target, re.IGNORECASE) is not None


_Match = Callable[[str], str]
"""What two spellings are compared by: they are the same where it gives the same."""


def _nfc(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _decoded(path: str) -> str:
    """A file saved from the web may really be called `a%20b.png`; what a note says has been decoded before."""
    return _nfc(unquote(path))


def _folded(path: str) -> str:
    return _decoded(path).casefold()


def _extension(place: str) -> str:
    return PurePosixPath(place).suffix[1:].lower()


def _can_be_meant(place: str) -> bool:
    """Whether it is no note, and called something that can be written down."""
    return _extension(place) != "md" and not re.search("[\ud800-\udfff]", place)


def _is_by_name(reference: Reference) -> bool:
    return reference.by_name and not reference.target.startswith(("/", "./", "../"))


def _spellings(target: str) -> Iterator[str]:
    """The target, then without its fragment or query, then without those of that."""
    while target:
        yield target
        target = target[: max(target.rfind("?"), target.rfind("#"), 0)]


def _is_absolute(target: str) -> bool:
    return (
        target.startswith("file:")
        or PureWindowsPath(target).drive != ""
        or (target[:1] == "/" and Path(target).exists())
    )


def _spelt(reference: Reference, place: str) -> str:
    """How the note would refer to the file there, in the manner it already does."""
    if _is_by_name(reference):
        return posixpath.basename(place)
    if not reference.target.startswith("/"):
        place = posixpath.relpath(place, posixpath.dirname(reference.span.path) or ".")
    else:
        place = "/" + place
    return place if reference.by_name else place.replace("%", "%25").replace(" ", "%20")


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # Reading it will tell why.
        return True


_POINTER = b"version https://git-lfs.github.com/spec/"


def _read(path: Path, place: str) -> tuple[Media | None, list[Diagnostic]]:
    span, extension = Span(place), _extension(place)
    if extension not in TYPES:
        return None, [unsupported(span, place)]
    try:
        size = path.stat().st_size
        if size > MAX_SIZE:
            return None, [too_large(span, place, size)]
        source = path.read_bytes()
    except OSError as error:
        return None, [unreadable(span, place, error.strerror or str(error))]
    if not source.strip():
        return None, [empty(span, place)]
    if source.startswith(_POINTER):
        return None, [pointer(span, place)]
    content = _content(source)
    if content != _CONTENTS.get(extension, ""):
        return None, [wrong_content(span, place, content)]
    if extension == "svg":
        return _read_svg(path, place, source)
    return _media(path, source), []


_SIGNATURES = {
    "a PNG": rb"\x89PNG\r\n\x1a\n",
    "a JPEG": rb"\xff\xd8\xff",
    "a GIF": rb"GIF8[79]a",
    "a WebP": rb"RIFF.{4}WEBP",
    "a web page": rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype\s+html|html)\b",
}
_CONTENTS = {"png": "a PNG", "jpg": "a JPEG", "jpeg": "a JPEG", "gif": "a GIF", "webp": "a WebP"}


def _content(source: bytes) -> str:
    """What the file is by its first bytes; empty where that cannot be told."""
    return next((what for what, begin in _SIGNATURES.items() if re.match(begin, source, re.DOTALL)), "")


def _read_svg(path: Path, place: str, file: bytes) -> tuple[Media | None, list[Diagnostic]]:
    # Git may check it out with either line ending, but it is one drawing. In UTF-16 the two bytes mean something else.
    source = file if b"\0" in file else file.replace(b"\r\n", b"\n")
    try:
        drawing = svg.clean(source)
    except svg.SvgError as error:
        return None, [broken_svg(Span(place), place, error.reason, error.hint)]
    found = [cleaned(Span(place, gone.line, 1), gone.what, gone.count) for gone in drawing.removed]
    if not drawing.sized:
        found.append(unsized(Span(place, drawing.line, 1)))
    return _media(path, source, None if drawing.data == file else drawing.data), found


def _media(path: Path, source: bytes, shipped: bytes | None = None) -> Media:
    """The name tells the source, not what was made of it: a better cleaning gives no file a new name."""
    digest = hashlib.sha256(source).hexdigest()
    name = f"{_stem(path)}-{digest[:HASH_LENGTH]}{path.suffix.lower()}"
    return Media(path, name, digest if shipped is None else hashlib.sha256(shipped).hexdigest(), shipped)


def _stem(path: Path) -> str:
    stem = project.slug_of(path.stem)[:60].rstrip("-") or "media"
    # Anki keeps `latex-…` for pictures of its own: it imports them unasked, and never takes them for unused.
    return f"media-{stem}" if f"{stem}-".startswith("latex-") else stem


@declare("M001")
def missing(target: str, nearest: str) -> tuple[str, str]:
    """A file is not there.

    A path is relative to the file that mentions it, then to each media folder; one with a leading `/`, to the project.
    `![[name]]` finds the name in any folder of the project but hidden ones and `build`.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/haert.svg)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    if not target:
        return "the path of the file is empty", "write where it is, as in `![A heart](../media/heart.svg)`"
    hint = f"did you mean `{nearest}`?" if nearest else "put the file there, or write where it is"
    return f"there is no file `{target}`", hint


@declare("M002")
def outside(target: str) -> tuple[str, str]:
    """A file lies outside the project.

    The project would build on this machine alone, and might publish a file that was never meant to be. A link on disk
    that leads out of the project counts as well.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../../heart.svg)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"`{target}` leads out of the project", "copy the file into the media folder, and refer to it there"


@declare("M003")
def ambiguous(target: str, places: Sequence[str]) -> tuple[str, str]:
    """A name is that of several files.

    Which one is meant cannot be told; a guess would change with every file that is added.

    Bad:
        ## Which organ is this? {.basic}
        ![[organ.svg]]
    Bad (media/left/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Bad (media/right/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 2 8 0 4 6z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![[left/organ.svg]]

        ![[right/organ.svg]]
    Good (media/left/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good (media/right/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 2 8 0 4 6z"/></svg>
    """
    listed = ", ".join(f"`{place}`" for place in places[:5]) + (" and others" if len(places) > 5 else "")
    return f"`{target}` may be any of {listed}", "write more of the path: one of these as a whole, or its end"


@declare("M004")
def wrong_case(target: str, right: str) -> tuple[str, str]:
    """A path is written with other capital letters than the file.

    Windows and macOS would find it, GitHub and Linux do not.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/Heart.svg)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"there is no file `{target}`, but one that differs in capital letters", f"write `{right}`"


@declare("M005")
def not_a_file(target: str, is_folder: bool) -> tuple[str, str]:
    """A path leads to something that is no file.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    what = "a folder" if is_folder else "no file: a link that leads nowhere, or a device"
    return f"`{target}` is {what}", "write the path of a file"


@declare("M006")
def unreadable(place: str, reason: str) -> tuple[str, str]:
    """A file cannot be read.

    It is there, but the system does not hand it over.
    """
    return f"`{place}` cannot be read: {reason}", "let your user read it: `chmod u+r` on Linux and macOS"


@declare("M007")
def empty(place: str) -> tuple[str, str]:
    """A file is empty.

    There is nothing to show, and Anki synchronises no empty file.
    """
    return f"`{place}` is empty", "save it again from the program that made it"


@declare("M008")
def too_large(place: str, size: int) -> tuple[str, str]:
    """A file is over 100 MiB.

    AnkiWeb takes no file that large, so it would never reach a learner's phone.
    """
    return (
        f"`{place}` has {size >> 20} MiB; Anki synchronises at most {MAX_SIZE >> 20}",
        "make it smaller, or part it in pieces",
    )


@declare("M009")
def pointer(place: str) -> tuple[str, str]:
    """A file is only a pointer of Git LFS.

    Git keeps the file itself elsewhere, and it was not fetched.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.png)
    Bad (media/heart.png):
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345
    """
    return (
        f"`{place}` is a pointer of Git LFS, not the file",
        "run `git lfs pull`; in a GitHub workflow, check out with `lfs: true`",
    )


@declare("M010")
def unsupported(place: str) -> tuple[str, str]:
    """A file is of a type that Anki does not show.

    Its programs play and show, on every system: png, jpg, gif, webp, avif, svg, ico; mp3, wav, ogg, oga, opus, flac,
    m4a, aac; mp4, webm, ogv, mov, mkv. Of others, learners would see a broken picture.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.eps)
    Bad (media/heart.eps):
        %!PS-Adobe-3.0 EPSF-3.0
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    what = f"a .{_extension(place)} file" if _extension(place) else "without an ending that tells its type"
    return (
        f"`{place}` is {what}, which Anki does not show",
        "save a picture as png, jpg, webp or svg, sound as mp3, video as mp4",
    )


@declare("M011")
def wrong_content(place: str, content: str) -> tuple[str, str]:
    """A file is not what its name says.

    Some programs judge by the name, some by the content, so learners would see a broken picture. A web page that was
    saved in place of the picture is the usual case.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.png)
    Bad (media/heart.png):
        <!DOCTYPE html>
        <title>Heart.png - Wikimedia Commons</title>
    """
    if content == "a web page":
        hint = "download the picture itself, not the page that shows it"
    elif content:
        hint = "rename it to what it is, or save it again as what it is called"
    else:
        hint = "save it again from the program that made it"
    return f"`{place}` is called .{_extension(place)}, but holds {content or 'something else'}", hint


@declare("M012")
def broken_svg(place: str, reason: str, hint: str) -> tuple[str, str]:
    """An SVG cannot be used.

    It is cleaned of scripts before others get it, so it must be XML in the SVG namespace, of at most 5 MiB. A DOCTYPE
    that declares entities is refused: they can grow without bound, and read other files.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Bad (media/heart.svg):
        <svg viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"`{place}` {reason}", hint


@declare("M013", "warning")
def cleaned(what: str, count: int) -> tuple[str, str]:
    """Something was taken out of an SVG.

    A picture on a card acts on nothing and loads nothing, and its author may be somebody else. So scripts, web pages
    within the drawing (`<foreignObject>`) and all that would be fetched from elsewhere are not shipped. The file stays
    as it is.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" onload="beat()"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    if what.lower() == "<foreignobject>":
        hint = "see whether labels are gone; export with plain text (Mermaid: `htmlLabels: false`; draw.io: no Formatted Text)"
    elif what.startswith("<") or what.startswith("on"):
        hint = "delete it from the drawing: nothing acts on a card"
    else:
        hint = "put what it refers to into the drawing: nothing is loaded on a card"
    return f"`{what}` is left out of the drawing" + (f", {count} times" if count > 1 else ""), hint


@declare("M014", "warning")
def unsized() -> tuple[str, str]:
    """An SVG does not tell its size.

    Without a viewBox, or a width and a height, Anki shows the upper left corner of it, 300 pixels by 150.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return (
        "the drawing has neither a viewBox nor width and height, so it is cropped",
        'write its extent: `viewBox="0 0 WIDTH HEIGHT"`',
    )


@declare("M015", "warning")
def remote(url: str) -> tuple[str, str]:
    """A file is not in the project, but on the web.

    Learners would see it only while they are connected, and while it is there; and its host sees whenever they study.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](https://example.org/heart.svg)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    if host := re.match(r"\s*(?:https?:)?//(?:[^/?#]*@)?([^/?#]+)", url, re.IGNORECASE):
        return (
            f"the picture is fetched from {host[1]} at review time",
            "download it into the media folder, and refer to it there",
        )
    return "the picture is written out in its address", "save it as a file in the media folder, and refer to it there"


@declare("M016", "warning")
def unused_file(place: str) -> tuple[str, str]:
    """A file in a media folder is used by no note.

    It is not shipped: Anki imports no file that no note shows. It may be left over, or its section is not the note it
    was meant to be.

    Bad:
        ## Which organ is the size of a fist? {.basic}
        The heart.
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is the size of a fist? {.basic}
        ![The heart](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"no note shows `{place}`", "refer to it in a note, or delete it"
