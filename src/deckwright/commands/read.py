"""`deckwright read`: a project → its cards, for whoever reads them through before a release."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._project import end_without, found_root, left_out_lines, loaded, project_option
from ._talk import (
    command,
    command_line,
    count,
    explain_first,
    fail,
    folded,
    say,
    shown,
    size,
    styled,
    summary,
    terminal_columns,
)

if TYPE_CHECKING:
    from ..collection import Loaded
    from ..proof import Choice, Chosen


def _kinds(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """The kinds whose names begin so, for the shell."""
    from .. import settings

    root = settings.find(ctx.params.get("start") or Path())
    return [name for name in _known_kinds(root) if name.startswith(begun)]


def _known_kinds(root: Path | None) -> list[str]:
    """The kinds of notes: those of every project, and the note types of the one in `root`."""
    from ..notetypes import STOCK, own

    return [*STOCK, *(own.names(root) if root else ())]


@command("read --tag s3 --format html --output s3.html")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@project_option
@click.option("--deck", "decks", metavar="NAME", multiple=True, help="Only this deck, with those below it.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only notes with this tag, or with one below it.")
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=_kinds,
    help="Only notes of this kind: basic, cloze, occlusion, or a note type of the project.",
)
@click.option("--file", "paths", metavar="PATH", multiple=True, help="Only the notes in this file or folder.")
@click.option("--new", is_flag=True, help="Only notes that are new or changed since the last release.")
@click.option("--fronts-first", is_flag=True, help="All fronts, then all backs: to answer before an answer is seen.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "json"]),
    help="Text, a page of HTML in the style of the deck, or JSON for programs. Default: what --output ends in, or text.",
)
@click.option("--json", "form", flag_value="json", help="Short for --format json.")
@click.option(
    "--output",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a file. Default: standard output.",
)
def read(
    ids: tuple[str, ...],
    start: Path,
    decks: tuple[str, ...],
    tags: tuple[str, ...],
    kinds: tuple[str, ...],
    paths: tuple[str, ...],
    new: bool,
    fronts_first: bool,
    form: str | None,
    target: Path | None,
) -> None:
    """Show the cards as learners meet them: to read them through before a release.

    Each card comes with its file and line, the front, then the back. IDs choose notes, or all notes of a section; an
    option that is given twice chooses what fits one or the other. Notes with errors are left out.
    """
    from ..proof import Choice, choose

    _check_given({"--deck": decks, "--tag": tags, "--kind": kinds, "--file": paths})
    asked = _form(target)
    root = found_root(start)
    _check_kinds(kinds, _known_kinds(root))
    files = tuple(_from_root(root, path) for path in paths)
    decks = tuple(name.rstrip(":") for name in decks)
    # A tag may be written as authors write it.
    tags = tuple(tag.removeprefix("#").replace("/", "::").rstrip(":") for tag in tags)
    choice = Choice(decks, tags, kinds, files, ids, new)
    made, found = loaded(root)
    wrong = [one for one in found if one.severity == "error"]
    say(wrong)
    if made is None or (new and made.is_blocked):
        fail(1, f"Nothing can be read: {summary(wrong)}.", f"Next: {explain_first(wrong)}")
    chosen, nothing = choose(
        made.collection.notes, made.collection.note_types, made.assigned.ledger.lines, made.collection.settings, choice
    )
    if nothing:
        steps = [_next_step(ids, nothing.slip)] if nothing.slip else []
        # What was asked for may be among the notes with errors.
        fail(2 if nothing.slip else 1, nothing.why, *steps, *left_out_lines(wrong))
    _show(made, chosen, choice, form or asked, fronts_first, target)
    end_without(wrong)


def _check_given(options: dict[str, tuple[str, ...]]) -> None:
    """If an option has no value, as of a variable of the shell that is not set, the command ends."""
    for option, values in options.items():
        if "" in values:
            what = "the path of a file or folder" if option == "--file" else "a name"
            fail(2, f"{option} needs {what}.")


def _check_kinds(kinds: tuple[str, ...], known: list[str]) -> None:
    """If there is no such kind, the command ends."""
    from .. import names

    for kind in kinds:
        if kind not in known:
            near = names.nearest(kind, known, 2)
            guess = f" Did you mean {near}?" if near else ""
            fail(2, f"There is no kind {kind}.{guess}", f"What there is: {', '.join(known)}")


def _next_step(ids: tuple[str, ...], slip: str) -> str:
    """What to do where something was named that there is not: a deck, a tag, a file or an id."""
    path = next((id_ for id_ in ids if "/" in id_ or id_.endswith(".md")), "")
    if path:
        return f"To choose a file or folder: {command_line('read', options=['--file', path])}"
    if slip in ("deck", "tag"):
        return f"To see what there is: {command_line('stats')}"
    return f"To see each card with its ID and its file: {command_line('read')}"


def _from_root(root: Path, path: str) -> str:
    """The path from the root, with `/`, of what is named from the current folder or, as diagnostics do, from the root."""
    named = Path(path)
    for file in (named.absolute(), root / named):
        if file.exists():
            # Notes below a link stand at the link, but the root is where links lead to.
            for place in (Path(os.path.normpath(file)), file.resolve()):
                if place.is_relative_to(root):
                    return place.relative_to(root).as_posix()
            fail(2, f"{shown(named)} is outside the project.")
    return named.as_posix()


_FORMS = {".html": "html", ".htm": "html", ".json": "json", ".txt": "text"}
"""What the ending of a file's name asks for. No file of a project has one of these: none is overwritten by a slip."""


def _form(target: Path | None) -> str:
    """The format that the name of a file asks for. If it is not a file to write to, the command ends."""
    if target is None:
        return "text"
    if target.suffix.lower() not in _FORMS:
        fail(2, f"{shown(target)} cannot be written: its name must end in .html, .json or .txt.")
    if target.exists() and not target.is_file():
        fail(2, f"{shown(target)} cannot be written: it is not a file.")
    return _FORMS[target.suffix.lower()]


def _show(
    made: Loaded, chosen: list[Chosen], choice: Choice, form: str, fronts_first: bool, target: Path | None
) -> None:
    """Print the cards, or write them to the file, and say on stderr what was printed or written."""
    from .. import proof
    from ..identity.lines import called

    last = made.before.last
    if choice.new and not last:
        click.echo("There was no release yet: all notes are new.", err=True)
    left_out: dict[str, int] = {}
    with_states = last is not None
    if form == "html":
        version = made.assigned.ledger.version(made.assigned.decks) or made.collection.settings.version
        about = _in_words(choice, last.version if last else "", version)
        page = proof.to_page(chosen, made.collection, about, fronts_first, with_states)
        written, number, left_out = page.html, page.cards, page.left_out
    else:
        read = list(proof.entries(chosen, made.notes.masks_beside()))
        number = len(read)
        if form == "json":
            written = proof.to_json(read, fronts_first)
        else:
            style = styled if target is None else _plain
            written = "\n\n\n".join(proof.to_text(read, style, fronts_first, with_states))
    counted = f"{count(number, 'card')} of {count(len(chosen), 'note')}"
    if last and not chosen:
        click.echo(f"Nothing that was asked for is new or changed since {called(last.version)}.", err=True)
    data = f"{written}\n".encode("utf-8", "backslashreplace")
    if target:
        _write(target, data)
        click.echo(f"Wrote {shown(target)} · {counted}, {size(len(data))}")
    elif form == "text" and chosen:
        click.echo(folded(f"{written}\n", terminal_columns(sys.stdout)))
        click.echo(counted, err=True)
    elif form != "text":
        click.echo(data, nl=False)  # As bytes: it is UTF-8, whatever the terminal's encoding.
    told = list(left_out)[:_MOST_TOLD]
    for name in told:
        click.echo(
            f"{name} ({size(left_out[name])}) is not in the page, which would be too large to be sent.", err=True
        )
    if more := len(left_out) - len(told):
        click.echo(f"Nor are {count(more, 'other file')}.", err=True)


_MOST_TOLD = 5
"""How many of the files that find no room in the page are named."""


def _plain(piece: str, role: str) -> str:
    return piece


def _in_words(choice: Choice, last: str, version: str) -> str:
    """What was chosen, for the head of the page. `last` is the version of the last release, `version` what it is now."""
    from ..identity.lines import called

    said = [
        " or ".join(words) for words in (choice.decks, choice.tags, choice.kinds, choice.files, choice.ids) if words
    ]
    if choice.new and last:
        said.append(f"new or changed since {called(last)}")
    return " · ".join([*said, f"version {version}"])


def _write(target: Path, data: bytes) -> None:
    from .. import files

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        files.replace(target, data)
    except OSError as error:
        fail(1, f"{shown(target)} cannot be written: {files.reason(error)}")
