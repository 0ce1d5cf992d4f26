"""`deckwright pull`: somebody's Anki → a patch on the notes, with their edits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._patches import show as show_patch
from ._project import found_root, project_option, terms
from ._talk import command, count, explain_first, fail, next_steps, print_json, progress, say, shown, styled, summary

if TYPE_CHECKING:
    from ..package import Package
    from ..pull import Pulled
    from ..pull.releases import Releases


@command("pull edited.apkg > edited.patch")
@click.argument("edited", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--base",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The package that was imported before the edits. Default: the last release, or the notes as they are if there is none.",
)
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def pull(ctx: click.Context, edited: Path, base: Path | None, start: Path, as_json: bool) -> None:
    """Show a patch with what was edited in Anki.

    EDITED is an .apkg or .colpkg that Anki has exported. Each edit that is in the patch was proved by a build: it gives what
    Anki has, and no other note changes. The others are listed, with the reason. Nothing is written.
    """
    from .. import pull as pulling
    from ..adopt import packages
    from ..adopt.found import Unadoptable

    root = found_root(start)
    before, releases, prefix = _base(root, base)
    if edited.suffix.lower() not in (".apkg", ".colpkg"):
        fail(2, f"{shown(edited)} is not an .apkg or a .colpkg.")
    try:
        with packages.opened(edited) as copy, progress(what="Trying edits") as show:
            pulled = pulling.pull(root, terms(root), copy, base=before, releases=releases, prefix=prefix, progress=show)
            odd = copy.left_out
    except Unadoptable as error:
        fail(2, str(error))
    if pulled.blocking:
        say(pulled.blocking)
        fail(1, f"Nothing can be compared: {summary(pulled.blocking)}.", f"Next: {explain_first(pulled.blocking)}")
    if as_json:
        print_json(_json(pulled))
    else:
        show_patch(pulled.patch)
    _say(pulled)
    for each in odd:
        click.echo(f"{styled(each.what or each.guid, 'place')}: it cannot be read, since it {each.reason}", err=True)
    if pulled.patch and not as_json:
        next_steps("git apply, with the patch")
    ctx.exit(int(bool(pulled.unmapped or odd)))


def _base(root: Path, given: Path | None) -> tuple[Package | None, Releases, str]:
    """The package that the edits are compared with, the releases before it, and where the project is in its repository. If it
    cannot be had, the command ends.
    """
    from .. import files, package, settings
    from ..identity import ledger
    from ..pull.releases import Releases, last_release
    from ..release.repository import repository

    project, _ = settings.load(root)
    held_by = repository(root)
    prefix = held_by.prefix if held_by else ""
    held = ledger.read(root / ledger.FILE, project.settings.id)[0] if project else None
    releases = Releases(held_by, held)
    if given:
        try:
            return package.read(given), releases, prefix
        except (package.PackageError, OSError) as error:
            fail(2, str(error) if isinstance(error, package.PackageError) else f"{shown(given)}: {files.reason(error)}")
    if held is None or held.last is None:
        return None, releases, prefix
    found = last_release(held_by, held)
    if isinstance(found, str):
        fail(
            1,
            f"The last release cannot be built again: {found}.",
            "Name the package that was imported with --base FILE.",
        )
    return found, releases, prefix


def _say(pulled: Pulled) -> None:
    """Say what is in the patch, what is not, and why."""
    for taken in pulled.taken:
        remarks = "".join(f"; {remark}" for remark in taken.remarks)
        click.echo(f"{styled(taken.place, 'place')}: {taken.id}, {', '.join(taken.fields)}{remarks}", err=True)
    for each in pulled.unmapped:
        where = styled(each.place, "place") + ": " if each.place else ""
        name = _short(", ".join(filter(None, [each.id, each.field])))
        click.echo(f"{where}{name}{': ' if name else ''}left out, {_short(each.reason)}", err=True)
        for word, said, role in (("was", each.was, "old"), ("now", each.now, "new"), ("here", each.mine, "old")):
            if said:
                click.echo(f"    {word}: {styled(_short(said), role)}", err=True)
    listed = [
        f"{count(len(pulled.taken), 'note')} in the patch",
        *[f"{count(len(pulled.unmapped), 'edit')} left out"] * bool(pulled.unmapped),
        f"{pulled.same} not edited",
        *[f"{pulled.older} of an older release"] * bool(pulled.older),
        *[f"{pulled.retired} retired here"] * bool(pulled.retired),
        *[f"{len(pulled.missing)} not there"] * bool(pulled.missing),
        *[f"{pulled.beside} of other decks"] * bool(pulled.beside),
        *[f"{pulled.learners_tags} tagged leech or marked, which is a learner's alone"] * bool(pulled.learners_tags),
    ]
    click.echo(f"{', '.join(listed)}.", err=True)
    if pulled.files:
        click.echo(f"{count(len(pulled.files), 'file')} would come: {', '.join(pulled.files)}", err=True)


def _short(said: str) -> str:
    """A text as a terminal can show it."""
    from ..diagnostics.forms import harmless

    return harmless(said if len(said) <= 300 else f"{said[:299]}…")


def _json(pulled: Pulled) -> str:
    """What is in the patch, what is not, and the patch."""
    from msgspec.structs import asdict

    held = {
        "notes": [asdict(each) for each in pulled.taken],
        "left_out": [asdict(each) for each in pulled.unmapped],
        "files": pulled.files,
        "not_edited": pulled.same,
        "of_an_older_release": pulled.older,
        "retired": pulled.retired,
        "missing": pulled.missing,
        "of_other_decks": pulled.beside,
        "patch": pulled.patch.decode("utf-8", "replace"),
    }
    return json.dumps(held, ensure_ascii=False, indent=2)
