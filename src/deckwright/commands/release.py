"""`deckwright release`: a project → its next version, with all that is published of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

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
    say,
    shown,
    size,
    styled,
    summary,
    text,
)

if TYPE_CHECKING:
    from ..release import Asked, Plan, Refusal, Tried, Verified, Wish

_TOLD = 10
"""How many entries of a list are shown."""


@command("release --dry-run")
@click.argument("step", type=click.Choice(["auto", "patch", "minor", "major"]), default="auto")
@click.option("--dry-run", is_flag=True, help="Say which version it would be and why, and make nothing.")
@click.option("--commit", is_flag=True, help="Commit and tag the release. Nothing is pushed.")
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The published package of the last release, where it cannot be built again.",
)
@click.option("--no-rehearsal", is_flag=True, help="Do not try the update in the real Anki first.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print JSON, for programs.")
@click.option(
    "--verify",
    "verified",
    metavar="TAG",
    help="Build a release again, and compare it with what was released. A package, FILE.apkg, is compared as it is.",
)
@project_option
def release(
    step: Asked,
    dry_run: bool,
    commit: bool,
    against: Path | None,
    no_rehearsal: bool,
    as_json: bool,
    verified: str | None,
    start: Path,
) -> None:
    """Make the next release: its package, and what to publish with it.

    STEP is how much the version grows, and auto, which it is if you say nothing, the least that is honest for those who
    have the last release. A smaller step is refused. Where the real Anki is installed, learners try the update first, and
    none is made if one of them loses what was promised. All that is made lies in build/releases/VERSION; without --commit,
    nothing that Git tracks is changed.
    """
    from .. import release as releasing

    if verified is not None:
        _verify(verified, start)
        return
    if dry_run and commit:
        fail(2, "--dry-run makes nothing that --commit could commit: choose one of them.")
    if as_json and not dry_run:
        fail(2, "--json is for --dry-run alone.")
    root = found_root(start)
    wish = _wish(step, root, against, commit, dry_run)
    planned = releasing.plan(root, wish)
    if as_json:
        tried = None if no_rehearsal or isinstance(planned, releasing.Refusal) else _tried(planned, None)
        print_json(releasing.to_json(planned, tried))
        click.get_current_context().exit(int(isinstance(planned, releasing.Refusal) or bool(tried and tried.refusal)))
    if isinstance(planned, releasing.Refusal):
        _refuse(planned)
    say(planned.found)
    _say_plan(planned)
    if dry_run:
        _say_list("Nothing in the settings", _empty(planned), "warning")
    options = ["--no-rehearsal"] * no_rehearsal

    def rehearse(package: Path | None) -> Refusal | None:
        """Say what came of the rehearsal, and return why there can be no release after it."""
        tried = None if no_rehearsal else _tried(planned, package)
        click.echo(f"\n{tried.said if tried else 'Not rehearsed'}")
        return tried.refusal if tried else None

    if dry_run:
        if refusal := rehearse(None):
            _refuse(refusal)
        for missing in planned.missing:
            click.echo(f"\nBefore the release: {missing.problem}", err=True)
        again = [_again(step, against, options)] * (not planned.missing)
        next_steps(*(missing.steps[0] for missing in planned.missing[-1:]), *again)
        return
    made = releasing.make(planned, root, rehearse)
    if isinstance(made, releasing.Refusal):
        _refuse(made)
    cut, folder = made
    package = folder / cut.file()
    held = ", ".join(count(number, noun) for noun, number in cut.counts.items() if number)
    click.echo(f"Made {shown(folder)} · {held}, {size(package.stat().st_size)}")
    if names := releasing.edited(cut, folder):
        click.echo(f"Kept as you edited it: {', '.join(names)}")
    if not commit:
        next_steps(
            f"{_again(step, against, options)} --commit, when you have read {shown(folder / 'RELEASE_NOTES.md')}"
        )
        return
    if refusal := releasing.finish(planned, cut, folder):
        _refuse(refusal)
    click.echo(f"Released {cut.version}: commit {planned.repository.head[:12]}, tag {cut.tag}")
    branch, remote = planned.repository.branch.removeprefix("refs/heads/"), planned.repository.remote
    push = f"git push {remote or 'origin'} {branch or 'BRANCH'} {cut.tag}"
    next_steps(
        # As in a workflow, or at the tag of an older version.
        *["git switch --create BRANCH, since the release is on no branch"] * (not branch),
        *[f"give learners {shown(package)}, or put the project on a host: git remote add origin URL"] * (not remote),
        push,
    )


def _verify(name: str, start: Path) -> None:
    """Say whether a release, or a package, is what was released. If it is not, the command ends with 1."""
    from .. import release as releasing

    context = click.get_current_context()
    others = ("step", "dry_run", "commit", "against", "no_rehearsal", "as_json")
    if any(context.get_parameter_source(other) is not click.core.ParameterSource.DEFAULT for other in others):
        fail(2, "--verify makes no release: it is used alone, or with --project.")
    root = found_root(start)
    is_package = name.lower().endswith(".apkg")
    if is_package and not Path(name).is_file():
        fail(2, f"There is no file {name}.")
    result = releasing.verify_package(root, Path(name)) if is_package else releasing.verify(root, name)
    if isinstance(result, releasing.Unknown):
        click.echo(f"There is no release {name} here.", err=True)
        next_steps(command_line("release", "--verify", result.near) if result.near else "git fetch --tags")
        context.exit(2)
    if isinstance(result, releasing.Refusal):
        _refuse(result, "Not verified")
    if result.is_same:
        click.echo(result.said if is_package else f"{result.said}: it is what was released")
        return
    _say_differences(result)
    if result.tools:
        again = command_line("release", "--verify", name)
        next_steps(f"{again}, with the versions of then in an environment of their own")
    context.exit(1)


def _say_differences(result: Verified) -> None:
    """Say what of a release is not as it was released."""
    click.echo(f"{result.said}: it is not what was released")
    for problem in result.problems:
        click.echo(f"  {problem}")
    _say_list("Notes that differ", list(result.notes))
    _say_list("Files that differ", list(result.files))
    _say_list("Other versions", list(result.tools))


def _wish(step: Asked, root: Path, against: Path | None, commit: bool, dry_run: bool) -> Wish:
    """What is asked for. A time that is given from outside counts also for a release that was prepared."""
    import os
    from time import time

    from .. import release as releasing

    now, is_given = terms(root).now, "SOURCE_DATE_EPOCH" in os.environ
    clock = int(time()) if is_given else now
    return releasing.Wish(step, now, clock, against, finishes=commit and not is_given, is_trial=dry_run)


def _tried(planned: Plan, package: Path | None) -> Tried:
    from .. import release as releasing

    with progress(what="Playing learners") as show:
        return releasing.tried(planned, package, show)


def _again(step: Asked, against: Path | None, options: Sequence[str]) -> str:
    """The command line of this release once more, without --dry-run and --commit."""
    words = [step] if step != "auto" else []
    return command_line("release", *words, options=[*(["--against", str(against)] if against else []), *options])


def _refuse(refusal: Refusal, what: str = "No release was made") -> NoReturn:
    """Say why there is no release, or what else there is not, and end."""
    lines = [
        f"{'Released' if refusal.is_made else what}: {refusal.problem}",
        *(f"  {detail}" for detail in refusal.details),
    ]
    if refusal.found:
        lines = [f"{text(refusal.found)}\n", f"{lines[0]}: {summary(refusal.found)}", *lines[1:]]
    click.echo("\n".join(lines), err=True)
    if steps := refusal.steps or ((explain_first(refusal.found),) if refusal.found else ()):
        next_steps(*steps)
    click.get_current_context().exit(1)


def _say_plan(plan: Plan) -> None:
    """Say which version it is, why, and what somebody should look at."""
    from .. import release as releasing
    from ..identity.lines import called

    name = plan.loaded.collection.settings.name
    if plan.former is None:
        click.echo(f"{name} {plan.version} · the first release")
    else:
        former = plan.former
        step = "no step" if plan.verdict.step == "none" else f"at least a {plan.verdict.step} step"
        before = called(former.release.version, "")
        which = "the first release" if former.release.is_adopted else step
        click.echo(f"{name} {plan.version} · {which} after {before} ({former.source})")
        click.echo(f"Whoever has {before} gets {_received(plan)}")
    _say_list("Why", [releasing.described(reason) for reason in plan.verdict.reasons])
    for about, looks in groupby(sorted(plan.to_look_at, key=lambda look: look.about), key=lambda look: look.about):
        lines = [
            f"{look.place}: {look.name}{f': {look.detail}' if look.detail else ''}".removeprefix(": ") for look in looks
        ]
        _say_list(releasing.ABOUT[about], lines, "warning")


def _empty(plan: Plan) -> list[str]:
    """The settings without which a deck is published, though learners ask for them."""
    settings = plan.loaded.collection.settings
    said = {
        "author": (settings.author, "nobody is named as the author"),
        "licence": (settings.licence, "nobody may share the cards or change them"),
        "description": (settings.description, "AnkiWeb and the site do not say what the deck is about"),
    }
    return [f"{key}: {without}" for key, (value, without) in said.items() if not value.strip()]


def _received(plan: Plan) -> str:
    """What an import does, as in "2 new notes, 1 updated note, 2 new cards; 40 notes stay as they are"."""
    assert plan.changes
    done = plan.changes.prediction
    counts = ((done.new, "new note"), (done.updated, "updated note"), (done.new_cards, "new card"))
    gets = ", ".join(count(number, noun) for number, noun in counts if number) or "no new or updated note"
    stays = (
        f"; {count(done.duplicate, 'note')} {'stays' if done.duplicate == 1 else 'stay'} as before"
        if done.duplicate
        else ""
    )
    return gets + stays


def _say_list(heading: str, lines: list[str], role: str = "heading") -> None:
    if lines:
        more = len(lines) - _TOLD
        click.echo(styled(f"\n{heading} ({len(lines)})", role))
        click.echo("\n".join(f"  {line}" for line in lines[:_TOLD]) + (f"\n  … and {more} more" if more > 0 else ""))
