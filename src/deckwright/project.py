"""A folder → the project in it: its root, its checked settings, its notes' files; all that is wrong with them as values.

The settings stand in `deck.toml`, at the top level, or in `pyproject.toml` under `[tool.deckwright]`: the same keys.
"""

from __future__ import annotations

import difflib
import os
import posixpath
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version

from .diagnostics import Diagnostic, declare, sort
from .model import Settings, Span

DECK, PYPROJECT = "deck.toml", "pyproject.toml"


@dataclass(frozen=True)
class Project:
    """A project on disk. `file` is the name of the settings file in `root`."""

    root: Path
    settings: Settings
    file: str


def find(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds settings, absolute; None where there is none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if settings_files(folder)), None)


def settings_files(folder: Path) -> list[str]:
    """The names of the files in `folder` that hold settings: none, one, or by mistake both."""
    held = {DECK: (folder / DECK).is_file(), PYPROJECT: _has_table(folder / PYPROJECT)}
    return [name for name, holds in held.items() if holds]


def load(root: Path) -> tuple[Project | None, list[Diagnostic]]:
    """Read and check the settings in `root`. There is a project exactly where no diagnostic is an error."""
    files = settings_files(root)
    if not files:
        return None, [no_settings(Span(DECK))]
    file, found = _read(root / files[-1])
    if len(files) == 2:
        found = [two_settings(file.span() if file else Span(PYPROJECT))]
    if file is None or found:
        return None, found
    values, found = _check(file, root)
    return (None if found else Project(root, Settings(**values), file.name)), sort(found)


def note_files(root: Path, folders: Iterable[str]) -> list[str]:
    """The Markdown files among `files`."""
    return [path for path in files(root, folders) if path.lower().endswith(".md")]


def files(root: Path, folders: Iterable[str]) -> list[str]:
    """The files in `folders` and below, relative to `root` with `/`, in natural order: 2 before 10.

    Passed over: what is hidden, what is made (`build`, virtual environments, `node_modules`).
    """
    paths = []
    for folder in folders:
        for place, below, names in os.walk(root / folder):
            below[:] = [name for name in below if not _is_made(Path(place, name), root)]
            inside = Path(place).relative_to(root)
            paths += [(inside / name).as_posix() for name in names if not name.startswith(".")]
    return sorted(paths, key=_natural)


def slug_of(text: str) -> str:
    """`text` as a slug, accents dropped: "Español: A1" → "espanol-a1". Empty where nothing of it is ASCII."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", ascii_text.lower()))


def name_problem(name: str) -> str:
    """What is wrong with a deck's name, empty if nothing is. Anki's behaviour: measured with its own `decks.id`."""
    parts = name.split("::")
    if not all(part.strip() for part in parts):
        return "has an empty part"
    if any(part != part.strip() for part in parts):
        return "has a space at the edge of a part"
    if any(part != part.strip(":") for part in parts):
        return "has a single colon at the edge of a part"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "has a control character or a line break in it"
    if parts[0].casefold() == "default":
        return "is that of Anki's own deck"
    return f"is {len(name)} characters long" if len(name) > _NAME_LENGTH else ""


def slug_problem(slug: str) -> str:
    """What is wrong with a slug, empty if nothing is."""
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", slug):
        return "is not made of small letters, digits and dashes"
    # SLUG.apkg and SLUG-VERSION.apkg: Anki's desktop tells a backup by these names (aqt/import_export/importing.py).
    return "is what Anki calls its own backups" if f"{slug}-".startswith(("collection-", "backup-")) else ""


_NAME_LENGTH = 200
_VENV_MARK = "pyvenv.cfg"


def _has_table(pyproject: Path) -> bool:
    if not pyproject.is_file():
        return False
    try:
        tools = tomllib.loads(_text(pyproject)).get("tool")
    except ValueError:
        # Not readable, but ours: then `load` can say where the mistake is.
        return b"[tool.deckwright" in pyproject.read_bytes()
    return isinstance(tools, dict) and "deckwright" in tools


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def _natural(path: str) -> list[tuple[int, int | str]]:
    parts = re.split("([0-9]+)", path)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _is_made(folder: Path, root: Path) -> bool:
    hidden = folder.name.startswith(".")
    return hidden or folder == root / "build" or folder.name == "node_modules" or (folder / _VENV_MARK).exists()


@dataclass(frozen=True)
class _File:
    """A settings file. `places` maps a key's path to where it is written: offset and length in `text`."""

    name: str
    text: str
    table: object
    path: tuple[str, ...]
    places: Mapping[tuple[str, ...], tuple[int, int]]

    def span(self, *key: str) -> Span:
        """Where a key of ours is written; without one, or where that cannot be told, where our table begins."""
        place = self.places.get(self.path + key) or self.places.get(self.path)
        return _span(self.name, self.text, *place) if place else Span(self.name)


def _read(path: Path) -> tuple[_File | None, list[Diagnostic]]:
    try:
        text = _text(path)
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        return None, [not_toml(_span(path.name, before, len(before), 1), "it holds bytes that are not UTF-8")]
    except tomllib.TOMLDecodeError as error:
        reason, line, column = re.fullmatch(
            r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL
        ).groups()
        lines = text.split("\n")
        offset = sum(len(line) + 1 for line in lines[: int(line) - 1]) + int(column) - 1 if line else len(text)
        return None, [not_toml(_span(path.name, text, offset, 1), reason[0].lower() + reason[1:])]
    if path.name == DECK:
        return _File(DECK, text, table, (), _places(text)), []
    return _File(PYPROJECT, text, table["tool"]["deckwright"], ("tool", "deckwright"), _places(text)), []


def _span(name: str, text: str, offset: int, length: int) -> Span:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : None if end < 0 else end]
    return Span(name, text.count("\n", 0, offset) + 1, offset - start + 1, length, line)


_TOKEN = re.compile(
    r"""(?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
    r"""|(?P<comment>\#[^\n]*)|(?P<bare>[A-Za-z0-9_+:-]+)|(?P<mark>[][{}=,\n])""",
    re.DOTALL,
)


def _places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Where each key and table of valid TOML is first written, however it is spelt: dotted, quoted, in an inline table."""
    places: dict[tuple[str, ...], tuple[int, int]] = {}
    header = within = ()  # the table that keys stand in, by the last header and by the inline tables that are open
    key: list[re.Match[str]] = []
    in_key, in_header = True, False
    opened: list[tuple[str, tuple[str, ...]]] = []

    def place() -> tuple[str, ...]:
        path = within + tuple(_bare(part[0]) for part in key)
        places.setdefault(path, (key[0].start(), key[-1].end() - key[0].start()))
        return path

    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if in_key and (token["text"] or token["bare"]):
            key.append(token)
        elif in_key and not opened and mark == "[":
            in_header, within = True, ()
        elif in_header and mark == "]":
            if key:  # the second bracket of `[[table]]` finds none
                header = place()
            key, in_key = [], False
        elif mark == "=":
            value, in_key = place(), False
        elif mark in ("[", "{"):
            opened.append((mark, within))
            if mark == "{":
                # In an array there is no path that leads here; nothing of ours is written so.
                within, key, in_key = (value if len(opened) == 1 or opened[-2][0] == "{" else ("",)), [], True
        elif mark in ("]", "}"):
            _, within = opened.pop()
            in_key = False
        elif mark == "," and opened and opened[-1][0] == "{":
            key, in_key = [], True
        elif mark == "\n" and not opened:
            key, in_key, in_header, within = [], True, False, header
    return places


def _bare(part: str) -> str:
    return next(iter(tomllib.loads(f"{part} = 0")))


def _check(file: _File, root: Path) -> tuple[dict[str, object], list[Diagnostic]]:
    """The values for `Settings`, and all that is wrong with them; the values are whole only where nothing is."""
    if not isinstance(file.table, dict):
        return {}, [
            wrong_type(file.span(), "tool.deckwright", "a table", "write `[tool.deckwright]` on a line of its own")
        ]
    known = {setting.name: setting for setting in fields(Settings)}
    values: dict[str, object] = {}
    found: list[Diagnostic] = []
    for key, value in file.table.items():
        if key not in known:
            found.append(unknown_key(file.span(key), key, list(known)))
        elif known[key].type != "str":
            if isinstance(value, list) and all(isinstance(folder, str) for folder in value):
                values[key], wrong = _folders(file, root, key, value)
                found += wrong
            else:
                found.append(wrong_type(file.span(key), key, "a list of folders", f'write `{key} = ["{key}"]`'))
        elif not isinstance(value, str):
            found.append(wrong_type(file.span(key), key, "text", "put it in quotes"))
        else:
            values[key] = value
            found += _problems(file, key, value)
    found += [missing_key(file.span(), key) for key in ("id", "name") if key not in file.table]
    if "cards" not in file.table:
        found += _folders(file, root, "cards", known["cards"].default)[1]
    if "name" in values and "slug" not in file.table:
        values["slug"] = slug_of(values["name"])
        if not name_problem(values["name"]) and (reason := slug_problem(values["slug"])):
            found.append(bad_slug(file.span("name"), values["slug"], f"made from the name {reason}"))
    if "name" in values:
        values["name"] = unicodedata.normalize("NFC", values["name"])  # as Anki does, which finds decks by name
    if "tag_prefix" in values:
        values["tag_prefix"] = values["tag_prefix"].replace("/", "::")
    return values, found


def _folders(file: _File, root: Path, key: str, given: Sequence[str]) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The folders without `./` and closing `/`, and what is wrong with them. Only those of `cards` must be there."""
    kept: list[str] = []
    found = []
    for folder in given:
        path = posixpath.normpath(folder)
        twin = next((other for other in kept if _is_within(path, other) or _is_within(other, path)), None)
        if reason := _folder_problem(folder):
            found.append(bad_folder(file.span(key), key, folder, reason))
        elif twin is not None:
            found.append(overlapping_folders(file.span(key), key, folder, twin))
        else:
            kept.append(path)
            if key == "cards" and not (root / path).is_dir():
                found.append(missing_folder(file.span(key), folder, (root / path).exists()))
    if key == "cards" and not given:
        found.append(bad_folder(file.span(key), key, "", "names no folder"))
    return tuple(kept), found


def _is_within(path: str, other: str) -> bool:
    return PurePosixPath(path).is_relative_to(other)


def _folder_problem(folder: str) -> str:
    if not folder.strip():
        return "names no folder"
    if folder.startswith("/") or PureWindowsPath(folder).drive:
        return "is an absolute path"
    if "\\" in folder:
        return "is written with backslashes"
    return "leads out of the project" if posixpath.normpath(folder).split("/")[0] == ".." else ""


def _problems(file: _File, key: str, value: str) -> Iterator[Diagnostic]:
    """What is wrong with a setting that is text, at most one."""
    if key == "id" and not re.fullmatch("[a-z0-9][a-z0-9-]*-[a-z0-9]{8}", value):
        yield bad_id(file.span(key), value)
    elif key == "name" and (reason := name_problem(value)):
        yield bad_name(file.span(key), value, reason)
    elif key == "slug" and (reason := slug_problem(value)):
        yield bad_slug(file.span(key), value, reason)
    elif key == "version" and value != (canonical := _canonical_version(value)):
        yield bad_version(file.span(key), value, canonical)
    elif key in ("url", "report_url") and value and (reason := _url_problem(value, key)):
        yield bad_url(file.span(key), key, value, reason)
    elif key == "tag_prefix" and value and (reason := _tag_problem(value)):
        yield bad_tag_prefix(file.span(key), value, reason)


def _canonical_version(value: str) -> str:
    """The version in the one spelling that can be compared and stand in a file's name; empty if it is none."""
    try:
        version = Version(value)
    except InvalidVersion:
        return ""
    return "" if version.epoch or version.local else str(version)


def _url_problem(value: str, key: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:  # [ without ]
        return "is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not a whole address"
    if re.search(r'[\s"<>`]', value):
        return "holds a space, a quote or an angle bracket"
    places = set(re.findall(r"\{[^{}]*\}?|\}", value)) - ({"{id}", "{version}"} if key == "report_url" else set())
    return f"holds `{min(places)}`" if places else ""


def _tag_problem(value: str) -> str:
    # Measured: Anki splits a tag at white space and calls an empty part `blank`.
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        return "holds white space"
    return "" if all(value.replace("/", "::").split("::")) else "has an empty part"


@declare("P001")
def no_settings() -> tuple[str, str]:
    """There are no settings.

    A project is a folder with a `deck.toml`, or with a `pyproject.toml` that has a table `[tool.deckwright]`.
    `deckwright init` writes the first; it leaves notes that are there already as they are.

    Bad (pyproject.toml):
        [project]
        name = "my-notes"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return "there is no deck.toml, and no [tool.deckwright] in a pyproject.toml", "run `deckwright init`"


@declare("P002")
def two_settings() -> tuple[str, str]:
    """The settings are written in two files.

    Only one of them could be right, and a change to the other would silently do nothing.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    Bad (pyproject.toml):
        [tool.deckwright]
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    Good (pyproject.toml):
        [tool.deckwright]
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return "`tool.deckwright` and deck.toml both hold settings", "keep one of the two, with all the settings in it"


@declare("P003")
def not_toml(reason: str) -> tuple[str, str]:
    """The settings are not TOML.

    The file cannot be read past this place. TOML is described at https://toml.io/.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = Anatomy
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return f"this is not TOML: {reason}", 'write `key = "text"` or `key = ["text", "text"]`, and save the file as UTF-8'


@declare("P004")
def unknown_key(key: str, known: list[str]) -> tuple[str, str]:
    """A setting is not known.

    It would do nothing, and what it was meant to set would keep its default.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        license = "CC BY 4.0"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        licence = "CC BY 4.0"
    """
    near = difflib.get_close_matches(key.lower().replace("-", "_"), known, 1)
    hint = f"did you mean `{near[0]}`?" if near else f"the settings are {', '.join(known)}"
    return f"there is no setting `{key}`", hint


@declare("P005")
def wrong_type(key: str, wanted: str, hint: str) -> tuple[str, str]:
    """A setting's value is not of its type.

    All settings are text in quotes, but for `cards` and `media`, which are lists of folders.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = 1.0
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = "1.0"
    """
    return f"`{key}` must be {wanted}", hint


@declare("P006")
def missing_key(key: str) -> tuple[str, str]:
    """The deck has no id or no name.

    Learners' reviews hang on both: the id is part of what each note is known by, the name is the deck's in Anki. So
    neither is guessed.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    hints = {
        "id": 'write `id = "…"`: a word, a dash and eight random letters or digits; `deckwright init` makes one in an empty folder',
        "name": 'write `name = "…"`: what the deck is to be called in Anki',
    }
    return f"the setting `{key}` is missing", hints[key]


@declare("P007")
def bad_id(value: str) -> tuple[str, str]:
    """The deck's id is not one.

    It is part of what every note is known by, in every learner's collection, so no other deck of the world may have it
    and it must never change: small letters, digits and dashes, and at the end a dash and eight random letters or digits.

    Bad (deck.toml):
        id = "anatomy"
        name = "Anatomy"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return (
        f"`id` is {_quoted(value)}, which is no word of a-z, 0-9 and dashes that ends in eight random characters",
        "end it in a dash and eight random letters or digits of your own, as in `anatomy-k3v9q2xm`",
    )


@declare("P008")
def bad_name(value: str, reason: str) -> tuple[str, str]:
    """The deck's name is not one that Anki keeps.

    Anki finds a deck by its name. It trims one, fills an empty part with `blank`, and puts the cards of a deck called
    Default among the learner's own; a later release would then not find the deck that an earlier one made.
    `::` parts a name into decks within decks. At most 200 characters.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Medicine::"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Medicine::Anatomy"
    """
    return (
        f"`name` {_quoted(value)} {reason}",
        "give the deck a name that Anki can keep as it is, as in `Medicine::Anatomy`",
    )


@declare("P009")
def bad_slug(value: str, reason: str) -> tuple[str, str]:
    """The slug cannot stand in a file's name.

    Packages are called by it: `SLUG-VERSION.apkg`. Where there is none, it is made from the name's ASCII letters and
    digits. Anki takes `collection.apkg` and `backup-….apkg` for backups, and offers to replace everything a learner has.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        slug = "backup-anatomy"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        slug = "anatomy"
    """
    return f"`slug` {_quoted(value)} {reason}", 'write one of a-z, 0-9 and dashes, as in `slug = "anatomy"`'


@declare("P010")
def bad_version(value: str, canonical: str) -> tuple[str, str]:
    """The version is not one.

    Releases are ordered by it, and it stands in the package's name. So there is but one spelling of each:
    https://packaging.python.org/specifications/version-specifiers/, without an epoch and a local part.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = "v1.0"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = "1.0"
    """
    hint = f'write `version = "{canonical}"`' if canonical else 'write numbers with dots, as in `version = "1.0.0"`'
    return f"`version` {_quoted(value)} is not {'spelt as versions are' if canonical else 'a version'}", hint


@declare("P011")
def bad_url(key: str, value: str, reason: str) -> tuple[str, str]:
    """An address is not one that a card can link to.

    `url` and `report_url` are links in the deck's description and on its cards. In `report_url`, `{id}` becomes the
    note's id and `{version}` the deck's version.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        report_url = "https://example.org/issues/new?title={note}"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        report_url = "https://example.org/issues/new?title={id}"
    """
    allowed = "; it may hold `{id}` and `{version}`" if key == "report_url" else ""
    return f"`{key}` {_quoted(value)} {reason}", f"write the whole address, beginning with https://{allowed}"


@declare("P012")
def bad_tag_prefix(value: str, reason: str) -> tuple[str, str]:
    """The tag prefix is not a tag.

    All tags of the deck stand below it, so that they do not mix with the learner's own. Anki parts tags at spaces and
    puts `blank` for an empty part. `/` and `::` both part a tag into levels.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        tag_prefix = "first year"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        tag_prefix = "medicine/first-year"
    """
    return f"`tag_prefix` {_quoted(value)} {reason}", "write words joined by `-`, levels by `::`, none at the edges"


@declare("P013")
def bad_folder(key: str, value: str, reason: str) -> tuple[str, str]:
    """A folder is not one of the project.

    The project must build on any machine, so its folders are written relative to it, with `/`, and lie within it. `.`
    is the project's own folder.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["../notes"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards"]
    """
    which = f"{_quoted(value)} in `{key}`" if value else f"`{key}`"
    return f"{which} {reason}", f'write folders relative to the project, with `/`, as in `{key} = ["{key}"]`'


@declare("P014")
def missing_folder(value: str, is_file: bool) -> tuple[str, str]:
    """A folder of notes is not there.

    Where no setting says otherwise, the notes are in `cards`. A folder of media may be missing.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["notes"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards"]
    """
    return (
        f"the folder of notes {_quoted(value)} is {'a file' if is_file else 'not there'}",
        "name in `cards` the folders that your Markdown files are in, or make this one",
    )


@declare("P015")
def overlapping_folders(key: str, value: str, other: str) -> tuple[str, str]:
    """A folder is named twice, or lies in another that is named too.

    What is in it would be read twice. Folders are read with all that is below them.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards", "cards/bones"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards"]
    """
    relation = "twice" if posixpath.normpath(value) == other else f"and {_quoted(other)}, one within the other"
    return f"`{key}` names {_quoted(value)} {relation}", "name only the outermost folder: what is below it is read too"


def _quoted(value: str) -> str:
    """The author's value on one line, cut where it is long."""
    return '"' + " ".join(value.split("\n"))[:80] + ("…" if len(value) > 80 else "") + '"'
