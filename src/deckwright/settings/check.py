"""A file of settings → the settings, and everything that is wrong with them."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import fields

from .. import inputs
from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.project import (
    bad_folder,
    bad_id,
    bad_name,
    bad_slug,
    bad_tag_prefix,
    bad_url,
    bad_version,
    missing_folder,
    missing_key,
    no_stylesheet,
    overlapping_folders,
    unknown_key,
    version_in_report_url,
    wrong_type,
)
from ..limits import MAX_DECK_ID, MAX_PATH, MAX_SETTINGS_TOLD
from ..model import Edition, Settings
from ..names import name_problem, slug, slug_problem
from . import editions
from .toml_places import File

_KNOWN = {setting.name: setting for setting in fields(Settings)}


def check(file: File, root: Path) -> tuple[Settings | None, list[Diagnostic]]:
    """The settings; None if there is an error. `root` is the folder that their folders are relative to."""
    if not isinstance(file.table, dict):
        return None, [
            wrong_type(file.span(), "tool.deckwright", "a table", "write `[tool.deckwright]` on a line of its own")
        ]
    texts: dict[str, str] = {}
    style = ""
    lint: Mapping[str, str] = {}
    folders: dict[str, tuple[str, ...]] = {}
    parts: tuple[Edition, ...] = ()
    found: list[Diagnostic] = []
    for key, value in file.table.items():
        if key not in _KNOWN:
            if len(found) < MAX_SETTINGS_TOLD:
                found.append(unknown_key(file.span(key), key, list(_KNOWN)))
        elif key == "style":
            style, wrong = _style(file, root, value)
            found += wrong
        elif key == "lint":
            lint, wrong = _lint(file, value)
            found += wrong
        elif key == "editions":
            parts, wrong = editions.check(file, value)
            found += wrong
        elif _KNOWN[key].type is str:
            if isinstance(value, str):
                texts[key] = value
                found += _text_problems(file, key, value)
            else:
                found.append(wrong_type(file.span(key), key, "text", "put it in quotes"))
        elif isinstance(value, list) and all(isinstance(folder, str) for folder in value):
            folders[key], wrong = _folders(file, root, key, value)
            found += wrong
        else:
            found.append(wrong_type(file.span(key), key, "a list of folders", f'write `{key} = ["{key}"]`'))
    found += [missing_key(file.span(), key) for key in ("id", "name") if key not in file.table]
    if "cards" not in file.table:
        found += _folders(file, root, "cards", _KNOWN["cards"].default)[1]
    if "name" in texts and "slug" not in file.table:
        texts["slug"] = slug(texts["name"])
        if not name_problem(texts["name"]) and (reason := slug_problem(texts["slug"])):
            found.append(bad_slug(file.span("name"), texts["slug"], f"made from the name {reason}"))
    found += editions.called_like_the_deck(parts, texts.get("slug", ""))
    if has_errors(found):
        return None, found
    held = _normalised(texts) | folders | {"style": style, "lint": lint, "editions": parts}
    return msgspec.convert(held, Settings), found


def _normalised(texts: dict[str, str]) -> dict[str, object]:
    """The texts in the one form that Anki keeps, which finds decks by name and parts tags by `::`."""
    made: dict[str, object] = {**texts, "name": unicodedata.normalize("NFC", texts["name"])}
    if "tag_prefix" in texts:
        made["tag_prefix"] = texts["tag_prefix"].replace("/", "::")
    if "report_url" not in texts:
        made["report_url"] = page_of_note(texts.get("site", ""))
    return made


def page_of_note(site: str) -> str:
    """The address of a note's page on the site, with `{id}` in it; empty without a site. It is `report_url` by default."""
    return f"{site.rstrip('/')}/c/{{id}}/" if site else ""


def _style(file: File, root: Path, table: object) -> tuple[str, list[Diagnostic]]:
    """The author's stylesheet, empty if there is none, and what is wrong with the table that names it."""
    if not isinstance(table, dict):
        path = ".".join((*file.keys, "style"))
        hint = f'write `[{path}]` on a line of its own, and `css = "style.css"` below it'
        return "", [wrong_type(file.span("style"), "style", "a table", hint)]
    found = [
        unknown_key(file.span("style", key), f"style.{key}", ["style.css"])
        for key in list(table)[:MAX_SETTINGS_TOLD]
        if key != "css"
    ]
    if "css" not in table:
        return "", found
    place, name = file.span("style", "css"), table["css"]
    if not isinstance(name, str):
        return "", [*found, wrong_type(place, "style.css", "text", "put it in quotes")]
    if reason := _path_problem(name, "file"):
        return "", [*found, no_stylesheet(place, name, reason)]
    from . import stylesheet  # Most decks have none.

    text, wrong = stylesheet.read(root, posixpath.normpath(name), place)
    return text, found + wrong


def _lint(file: File, table: object) -> tuple[Mapping[str, str], list[Diagnostic]]:
    """What is said of rules for cards, and what is wrong with the table that says it."""
    from ..lint.declare import levels  # Only projects that have such a table need the rules here.

    if not isinstance(table, dict):
        path = ".".join((*file.keys, "lint"))
        hint = f'write `[{path}]` on a line of its own, and `L001 = "off"` below it'
        return {}, [wrong_type(file.span("lint"), "lint", "a table", hint)]
    known = sorted({code for own in levels({}) for code in (own[0], own)})
    found: list[Diagnostic] = []
    for key, value in table.items():
        if len(found) >= MAX_SETTINGS_TOLD:
            break
        if key not in known:
            digits = re.fullmatch(r"[Ll]\W*0*([0-9]{1,3})", key)
            meant = f"L{int(digits[1]):03}" if digits else key.upper()
            found.append(
                unknown_key(file.span("lint", key), f"lint.{key}", [f"lint.{meant}"] * (meant in known), _KEYS_OF_LINT)
            )
        elif value not in ("warn", "hint", "off"):
            words = '"warn", "hint" or "off"'
            found.append(wrong_type(file.span("lint", key), f"lint.{key}", words, f'write `{key} = "{_level(value)}"`'))
    return table, found


_KEYS_OF_LINT = "the settings are L, for all rules for cards, and the code of each: deckwright explain lists all codes"


def _level(value: object) -> str:
    """What was meant by a value in the table `lint`."""
    word = str(value).lower().strip()
    if word in _OFF:
        return "off"
    return "warn" if word.startswith(("warn", "err")) else "hint"


_OFF = ("false", "0", "off", "of", "no", "none", "ignore", "allow", "disable", "disabled")
"""What other tools call it."""


def _folders(file: File, root: Path, key: str, given: Sequence[str]) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The folders without `./` and a final `/`, and what is wrong with them. Only the folders of `cards` must exist."""
    kept: dict[str, None] = {}
    above: dict[str, str] = {}  # Each folder that holds one of those kept → the first such.
    found: list[Diagnostic] = []
    for folder in given:
        if len(found) >= MAX_SETTINGS_TOLD:
            break
        if reason := _path_problem(folder, "folder"):
            found.append(bad_folder(file.span(key), key, folder, reason))
            continue
        path = posixpath.normpath(folder)
        parents = _parents(path)
        twin = next((parent for parent in (path, *parents) if parent in kept), above.get(path))
        if twin is not None:
            found.append(overlapping_folders(file.span(key), key, folder, twin))
            continue
        kept[path] = None
        for parent in parents:
            above.setdefault(parent, path)
        # Not Path.is_dir: before Python 3.12 it raises where we may not look.
        if key == "cards" and not os.path.isdir(root / path):  # noqa: PTH112
            if gathered := inputs.watching():
                gathered.add_unread(root / path)
            found.append(missing_folder(file.span(key), folder, os.path.exists(root / path)))  # noqa: PTH110
    if key == "cards" and not given:
        found.append(bad_folder(file.span(key), key, "", "names no folder"))
    return tuple(kept), found


def _parents(path: str) -> list[str]:
    """The folders that hold this one, the innermost first: last comes the project's own."""
    return [parent.as_posix() for parent in PurePosixPath(path).parents]


def _path_problem(path: str, what: str) -> str:
    """What is wrong with the path of a folder or a file, whichever `what` says; empty if nothing is."""
    if not path.strip():
        return f"names no {what}"
    if path.startswith("/") or PureWindowsPath(path).drive:
        return "is an absolute path"
    if "\\" in path:
        return "is written with backslashes"
    if "\0" in path:
        return "contains a null character"
    if len(path) > MAX_PATH or any(len(part.encode()) > 255 for part in path.split("/")):
        return "is too long"
    return "leads out of the project" if posixpath.normpath(path).split("/")[0] == ".." else ""


def _text_problems(file: File, key: str, value: str) -> list[Diagnostic]:
    """What is wrong with a setting that is text: at most one thing."""
    span = file.span(key)
    if key == "id" and not re.fullmatch("[a-z0-9][a-z0-9-]*-[a-z0-9]{8}", value):
        return [bad_id(span, value)]
    if key == "id" and len(value) > MAX_DECK_ID:
        return [bad_id(span, value, too_long=True)]
    if key == "name" and (reason := name_problem(value)):
        return [bad_name(span, value, reason)]
    if key == "slug" and (reason := slug_problem(value)):
        return [bad_slug(span, value, reason)]
    if key == "version" and value != (canonical := _canonical_version(value)):
        return [bad_version(span, value, canonical)]
    if key == "report_url" and "{version}" in value:
        return [version_in_report_url(span, value)]
    if key in ("url", "site", "report_url") and value and (reason := _url_problem(value, key)):
        return [bad_url(span, key, value, reason)]
    if key == "tag_prefix" and value and (reason := _tag_problem(value)):
        return [bad_tag_prefix(span, value, reason)]
    return []


def _canonical_version(value: str) -> str:
    """The version in the one spelling that can be compared and used in a file's name; empty if it is not a version."""
    from packaging.version import Version  # Few decks have one here: releases count theirs.

    try:
        version = Version(value)
    except ValueError:  # InvalidVersion is one, and so is a number of thousands of digits.
        return ""
    return "" if version.epoch or version.local else str(version)


def _url_problem(value: str, key: str) -> str:
    """What is wrong with a link, empty if nothing is."""
    try:
        parts = urlsplit(value)
    except ValueError:  # [ without ]
        return "is not a link"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not a full link"
    if re.search(r'[\s"<>`]', value):
        return "contains a space, a quote or an angle bracket"
    if key == "site" and (mark := re.search("[?#]", value)):
        return f"contains `{mark[0]}`"
    places = set(re.findall(r"\{[^{}]*\}?|\}", value)) - ({"{id}"} if key == "report_url" else set())
    return f"contains `{min(places)}`" if places else ""


def _tag_problem(value: str) -> str:
    """What is wrong with a tag, empty if nothing is."""
    # Measured: Anki splits a tag at white space and calls an empty part `blank`.
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        return "contains white space"
    return "" if all(value.replace("/", "::").split("::")) else "has an empty part"
