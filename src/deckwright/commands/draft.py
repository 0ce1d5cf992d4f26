"""`deckwright draft`: prose without tags → a patch that makes notes of it, or, with --write, the files with them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._patches import force_option, meant, repository_of, uncommitted
from ._patches import show as show_patch
from ._patches import write as write_edits
from ._project import found_root, project_option, terms
from ._talk import (
    command,
    command_line,
    count,
    explain_first,
    fail,
    next_steps,
    print_json,
    progress,
    shown,
    styled,
    summary,
    text,
)

if TYPE_CHECKING:
    from ..draft import Proposal, Report, Rule
    from ..release.repository import Repository

_NOTHING = "No notes are proposed"


@command("draft --write cards/vpc.md")
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, path_type=Path))
@project_option
@click.option(
    "--rules",
    "wanted",
    metavar="LIST",
    help="What to look for: questions, leads, terms, tables, definitions, with commas between them. Default: questions,leads,tables.",
)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Check what another program proposes, as JSON; - is standard input.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of that, and end.")
@click.option("--write", is_flag=True, help="Write the notes: on a terminal, each is shown, and you choose.")
@click.option("--all", "take_all", is_flag=True, help="With --write: take all, and do not ask.")
@force_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def draft(
    ctx: click.Context,
    paths: tuple[Path, ...],
    start: Path,
    wanted: str | None,
    source: Path | None,
    schema: bool,
    write: bool,
    take_all: bool,
    is_forced: bool,
    as_json: bool,
) -> None:
    """Propose notes in prose that has no tags, as a patch.

    FILE is a file of notes, or a folder of them; without any, it is the whole project. Each hunk of the patch makes the notes of one
    section, by a tag and as little else as can be; above it stand the rule and the cards. All are proved: exactly these notes
    would be new, all else stays as it is, and no rule for cards is broken. Files that are not as they were committed, files with
    errors, and links are left out.
    """
    if schema:
        print_json(_schema())
        return
    if source and (wanted or paths):
        fail(2, "With --from, neither files nor --rules are given: the JSON names its files.")
    rules = _rules(wanted)
    root = found_root(start)
    repository = repository_of(root, _NOTHING, is_written=write, is_forced=is_forced)
    report = _report(root, rules, paths, source, repository)
    if report.blocking:
        click.echo(text(report.blocking) + "\n", err=True)
        fail(1, f"{_NOTHING}: {summary(report.blocking)}.", f"Next: {explain_first(report.blocking)}")
    is_asked = write and not take_all and not as_json and _is_terminal()
    taken: Sequence[Proposal] = report.proposals
    if is_asked and taken:
        from ._choosing import choose

        taken = choose(root, terms(root), report)
    _end(ctx, root, report, taken, repository, write=write, as_json=as_json, is_given=source is not None)


def _end(
    ctx: click.Context,
    root: Path,
    report: Report,
    taken: Sequence[Proposal],
    repository: Repository | None,
    *,
    write: bool,
    as_json: bool,
    is_given: bool,
) -> None:
    """Write or show what was taken, say what was left out, and end."""
    from ..draft import forms
    from ..draft.patch import patch

    diff = patch(taken, report.data, repository.prefix if repository else "")
    if write:
        write_edits(root, _edits(report, taken), "The notes", "deckwright draft")
    if as_json:
        print_json(forms.to_json(report, diff, write))
    elif not write:
        show_patch(diff)
    elif taken:
        click.echo(f"Wrote {_counted(taken)}")
    _say_left_out(report, is_given)
    if not report.proposals:
        click.echo(f"Nothing to propose in {count(report.files, 'file')}.", err=True)
    elif write:
        if taken:
            next_steps("git diff" if repository else command_line("check"))
    else:
        click.echo(f"{_counted(taken)}: nothing is written yet.", err=True)
        next_steps(command_line("draft", options=["--write", *_same_options(ctx)]))
    ctx.exit(int(is_given and bool(report.left_out)))


def _same_options(ctx: click.Context) -> list[str]:
    """The options of the running command that say what is proposed."""
    given = ctx.params
    named = {"--rules": given["wanted"], "--from": given["source"]}
    return [*(word for name, value in named.items() if value for word in (name, str(value))), *map(str, given["paths"])]


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _schema() -> str:
    from importlib.resources import files

    return (files("deckwright.draft") / "schema.json").read_text("utf-8").rstrip()


def _rules(wanted: str | None) -> tuple[Rule, ...]:
    """The rules that are wanted. If there is no such rule, the command ends."""
    from ..draft import DEFAULT, RULES

    if wanted is None:
        return DEFAULT
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    if strange := [name for name in names if name not in RULES] or ([] if names else [wanted]):
        fail(2, f"There is no rule {strange[0]!r}. The rules are: {', '.join(RULES)}.")
    return tuple(rule for rule in RULES if rule in names)


def _report(
    root: Path, rules: tuple[Rule, ...], paths: tuple[Path, ...], source: Path | None, repository: Repository | None
) -> Report:
    """What is proposed. If the JSON cannot be read, the command ends."""
    from .. import draft as drafting
    from ..draft import given

    differing = uncommitted(repository, _NOTHING)
    with progress() as show:
        if source is None:
            only = meant(root, paths) if paths else None
            return drafting.propose(root, terms(root), rules, only, uncommitted=differing, progress=show)
        try:
            proposals = given.read(_json_of(source))
        except given.FormError as error:
            fail(2, f"{_name(source)} is not read: {error}.", "The form: deckwright draft --schema")
        return given.check(root, terms(root), proposals, uncommitted=differing, progress=show)


def _json_of(source: Path) -> bytes:
    """The content of the file, or of standard input. If there is too much, or it cannot be read, the command ends."""
    from .. import files
    from ..limits import MAX_DRAFTS_BYTES

    try:
        if str(source) != "-":
            return files.read(source, MAX_DRAFTS_BYTES)
        data = sys.stdin.buffer.read(MAX_DRAFTS_BYTES + 1)
    except OSError as error:
        fail(2, f"{_name(source)} is not read: {files.reason(error)}.")
    if len(data) > MAX_DRAFTS_BYTES:
        fail(2, f"{_name(source)} is not read: it has more than {MAX_DRAFTS_BYTES >> 20} MiB.")
    return data


def _name(source: Path) -> str:
    return "Standard input" if str(source) == "-" else shown(source)


class _Edit:
    """A file with what was taken: see `_patches.Edit`."""

    is_new = False

    def __init__(self, path: str, before: bytes, after: bytes) -> None:
        self.path, self.before, self.after = path, before, after


def _edits(report: Report, taken: Iterable[Proposal]) -> list[_Edit]:
    from ..draft import applied

    held = [*taken]
    paths = dict.fromkeys(each.path for each in held)
    changes = {path: [each.change for each in held if each.path == path] for path in paths}
    return [_Edit(path, report.data[path], applied(report.data[path], changes[path])) for path in paths]


def _say_left_out(report: Report, is_given: bool) -> None:
    """Say what is left out: of what was given, each; of what the rules found, the files, and how much of the rest."""
    hidden = 0
    for each in report.left_out:
        if is_given:
            where = f"{each.where or 'a proposal'} (the {_ordinal(each.given)} given)"
            click.echo(f"{styled(where, 'place')}: left out, {each.reason}", err=True)
        elif each.rule:
            hidden += 1
        else:
            click.echo(f"{styled(each.where, 'place')}: left out, {each.reason}", err=True)
    if hidden:
        click.echo(f"{count(hidden, 'more section')} would break a rule for cards, or change more: left out.", err=True)


def _ordinal(number: int) -> str:
    """As in "1st", "2nd", "13th"."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _counted(proposals: Sequence[Proposal]) -> str:
    """As in "12 cards in 3 sections of 2 files"."""
    cards = sum(len(each.cards) for each in proposals)
    files = len({each.path for each in proposals})
    return f"{count(cards, 'card')} in {count(len(proposals), 'section')} of {count(files, 'file')}"
