"""Command line → one call each, its result on stdout, talk on stderr, and an exit code.

0 done, 1 problems in the notes, 2 usage, 3 a fault of Deckwright's, 130 stopped by Ctrl-C. Nothing but click is imported
before a command runs, so that help comes at once.
"""

from __future__ import annotations

import inspect
import os
import posixpath
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from . import __version__

if TYPE_CHECKING:
    from .collection import Loaded
    from .diagnostics import Diagnostic
    from .model import Collection
    from .package import Package
    from .project import Project


class _Commands(click.Group):
    """The group, with the commands in the order below and the exit codes that click does not know."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click shows the first, and is silent about a pipe that nobody reads any more.
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            ctx.exit(130)
        except Exception as error:
            _log_fault(error, ctx.obj)
            ctx.exit(3)


@click.group(cls=_Commands, name="deckwright", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deckwright", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """\b
    Example:
      deckwright init anatomy
      cd anatomy
      deckwright build --open

    Compile Markdown notes into an Anki deck.
    """
    ctx.color = _colour(os.environ)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # not every stand-in for a stream can do that
            stream.reconfigure(errors="backslashreplace")


def _command(example: str, group: click.Group = main) -> Callable[[Callable[..., None]], click.Command]:
    """Make a function a command. Its help begins with the example; its docstring is the rest."""

    def register(function: Callable[..., None]) -> click.Command:
        return group.command(**_help(example, function))(function)

    return register


def _help(example: str, function: Callable[..., None]) -> dict[str, str]:
    text = inspect.cleandoc(function.__doc__ or "")
    short = text.partition("\n")[0].rstrip(".")
    return {"help": f"\b\nExample:\n  deckwright {example}\n\n{text}", "short_help": short}


_project_option = click.option(
    "--project",
    "start",
    metavar="DIR",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder, or one in it. Default: the current one.",
)


@_command("init anatomy")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make DIR, or the current folder, a project.

    It gets settings with an id of its own and, where it has no notes yet, two files of samples. No file that is there is
    changed.
    """
    import random

    from . import starter

    try:
        start, found = starter.create(folder, random.SystemRandom())
    except OSError as error:
        _fail(1, f"{_shown(folder)} cannot be made a project: {error.strerror}")
    if start is None:
        _fail(2, _text(found))
    for path in start.created:
        click.echo(f"Made {_shown(path)}")
    move = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(_shown(folder))}"]
    _next(*move, *start.next)


@_command("build --open")
@_project_option
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The package to write. Default: build/SLUG.apkg in the project.",
)
@click.option("--keep-going", is_flag=True, help="Leave out the notes with errors, and write the package all the same.")
@click.option("--locked", is_flag=True, help="Fail where deck.lock would change: for tags and the main branch.")
@click.option("--retire", is_flag=True, help="Let more than a tenth of the released notes go, or doubtful ones.")
@click.option("--renumber", metavar="ID", multiple=True, help="Let the clozes of the note ID be renumbered by hand.")
@click.option("--open", "hand_over", is_flag=True, help="Hand the package to Anki once it is built.")
@click.pass_context
def build(
    ctx: click.Context,
    start: Path,
    output: Path | None,
    keep_going: bool,
    locked: bool,
    retire: bool,
    renumber: tuple[str, ...],
    hand_over: bool,
) -> None:
    """Build the package that Anki imports.

    Where a note has an error no package is written, and the one of before stays as it was. What makes each note the
    one that learners have is kept in deck.lock, which belongs into Git.
    """
    from . import collection, package
    from .diagnostics import has_errors

    root, project, found = _open(start)
    if project is None:
        _fail(
            1,
            f"{_text(found)}\n",
            f"No package was made: {_summary(found)}.",
            f"Next: deckwright explain {_first_code(found)}",
        )
    target = output or root / "build" / f"{project.settings.slug}.apkg"
    try:
        package.refuse_name(target.name)
    except ValueError as error:
        _fail(2, str(error))
    if output is None:
        _make_build_folder(target.parent)
    loaded = _load(project, retire, renumber)
    found += loaded.diagnostics
    if found:
        click.echo(_text(found) + "\n", err=True)
    failed = has_errors(found)
    if failed and (loaded.is_blocked or not keep_going):
        stays = f" {_shown(target)} stays as it was." if target.exists() else ""
        click.echo(f"No package was made: {_summary(found)}.{stays}", err=True)
        leave_out = f"{_command_line(ctx, 'build', '--keep-going')}, to leave out the notes with errors"
        _next(f"deckwright explain {_first_code(found)}", *([] if loaded.is_blocked else [leave_out]))
        ctx.exit(1)
    if not loaded.collection.notes:
        _fail(1, "No package was made: no note is without an error." if failed else _NO_NOTES)
    if locked and loaded.stale_lines:
        _fail(
            1,
            f"No package was made: deck.lock would change ({_count(loaded.stale_lines, 'line')}).",
            "Next: deckwright build, and commit deck.lock",
        )
    try:
        is_new = collection.save(project, loaded)
    except OSError as error:
        _fail(1, f"No package was made: deck.lock cannot be written: {error.strerror}")
    held = _write(loaded.collection, target)
    click.echo(f"Built {_shown(target)} · {held}")
    if loaded.before.last:
        click.echo(f"Since version {loaded.before.last.version}: {_told(loaded)}")
    if is_new:
        click.echo("deck.lock has changed: commit it with your notes.", err=True)
    if failed:
        click.echo(f"{_summary(found)}: the notes with errors are left out.", err=True)
    if hand_over:
        _hand_over(target.resolve())
    if failed:
        _next(f"deckwright explain {_first_code(found)}")
    elif not hand_over:
        _next(_command_line(ctx, "build", "--open"))
    ctx.exit(int(failed))


@_command("check")
@_project_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="For people, for the log of a GitHub workflow, or for programs. Default: text.",
)
@click.option("--json", "form", flag_value="json", help="Short for --format json.")
@click.pass_context
def check(ctx: click.Context, start: Path, form: str) -> None:
    """Tell all that is wrong with the notes, and build nothing."""
    from .diagnostics import has_errors, to_json
    from .project import note_files

    root, project, found = _open(start)
    loaded = _load(project) if project else None
    found += loaded.diagnostics if loaded else []
    if form == "json":
        # As bytes: JSON is UTF-8, whatever the terminal's encoding.
        click.echo(to_json(found).encode("utf-8", "backslashreplace"))
        ctx.exit(int(has_errors(found)))
    if found:
        click.echo(_github(found, root) if form == "github" else _text(found) + "\n")
        click.echo(_summary(found))
        _next(f"deckwright explain {_first_code(found)}")
    elif loaded and project:
        files = _count(len(note_files(root, project.settings.cards)), "file")
        click.echo(f"No problems in {files}, {_count(len(loaded.collection.notes), 'note')}")
        _next(_command_line(ctx, "build"))
    ctx.exit(int(has_errors(found)))


@_command("diff anatomy-1.0.apkg anatomy-1.1.apkg")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(exists=True, path_type=Path))
@_project_option
@click.option("--all", "whole", is_flag=True, help="List all changes, however many there are.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def diff(old: Path, new: Path | None, start: Path, whole: bool, as_json: bool) -> None:
    """Tell what importing NEW changes for who has OLD.

    Both are packages, of any tool. NEW can be a project's folder too; without it, it is the project here.
    """
    from .diff import compare, to_json, to_text

    changes = compare(_contents(old), _contents(new or start))
    if as_json:
        click.echo(to_json(changes).encode("utf-8", "backslashreplace"))
    else:
        click.echo(to_text(changes, lambda text, role: click.style(text, **_STYLES[role]), None if whole else 10))


def _masks() -> None:
    """Propose masks for a picture, or show the cards that it makes."""


_masks = main.group(name="masks", **_help("masks suggest media/heart.png", _masks))(_masks)

_image_argument = click.argument("image", metavar="IMAGE", type=click.Path(path_type=Path))


@_command("masks suggest media/heart.png", _masks)
@_image_argument
@_project_option
@click.option("--all", "every", is_flag=True, help="Take titles and labels that stand there more than once, too.")
@click.option(
    "--force", is_flag=True, help="Replace a mask file that is there. A mask of another name is another card."
)
@click.pass_context
def suggest(ctx: click.Context, image: Path, start: Path, every: bool, force: bool) -> None:
    """Propose masks for the labels of a picture, and write them down.

    For an SVG, its text elements get data-mask. For another picture, whose labels are read, a file is written beside it.
    What is proposed is shown in build/masks. The names are for you to change, until the first release.
    """
    from . import masks
    from .diagrams import PictureError
    from .svg import SvgError

    root, _, _ = _open(start)
    file = _in_project(root, image)
    target = masks.target(file)
    if target != file and target.exists() and not force:
        _fail(2, f"{_shown(target)} is there already.", f"To replace it: {_masks_line(ctx, 'suggest', '--force')}")
    try:
        proposal = masks.suggest(file, every)
    except masks.ReaderMissing as error:
        _fail(2, str(error))
    except SvgError as error:
        _fail(1, f"{_shown(file)} {error.reason}: {error.hint}.")
    except PictureError as error:
        _fail(1, f"{_shown(file)} cannot carry masks: {error.reason}.")
    except OSError as error:
        _fail(1, f"{_shown(file)} cannot be read: {error.strerror}.")
    for number, mask in enumerate(proposal.masks, 1):
        click.echo(f"{number:>3}  {mask.name}  {mask.label}")
    left_out = "".join(f"\n  {text} ({reason})" for text, reason in proposal.left_out)
    if left_out:
        click.echo(f"Left out, unless --all is given:{left_out}", err=True)
    if not proposal.masks:
        click.echo(f"{_shown(file)} has no {'other' if left_out else 'new'} labels: nothing was written.", err=True)
        ctx.exit(int(target != file))
    picture = _masks_folder(root) / f"{file.stem}.png"
    try:
        masks.write(proposal)
        proposal.picture.save(picture)
    except OSError as error:
        _fail(1, f"{_shown(target)} cannot be written: {error.strerror or error}")
    click.echo(f"Wrote {_shown(target)} · {_count(len(proposal.masks), 'mask')}, shown in {_shown(picture)}")
    _next(_masks_line(ctx, "show"))


@_command("masks show media/heart.png", _masks)
@_image_argument
@_project_option
@click.option(
    "--mode",
    type=click.Choice(["hide-all", "hide-one"]),
    default="hide-all",
    help="What the other masks do while one is asked. Default: hide-all.",
)
@click.pass_context
def show(ctx: click.Context, image: Path, start: Path, mode: str) -> None:
    """Draw question and answer of each card of a picture with masks, without Anki.

    They go to build/masks, and all of them on one sheet.
    """
    from . import collection, diagrams, masks
    from .cache import Cache
    from .diagnostics import has_errors
    from .media import Library
    from .model import Reference, Span

    root, project, found = _open(start)
    if project is None:
        _fail(1, _text(found))
    file = _in_project(root, image)
    place = file.relative_to(root).as_posix()
    media, found = Library(root, project.settings.media).resolve(Reference(f"/{place}", False, Span(place)))
    diagram = None
    if media:
        diagram, wrong = diagrams.read(media, root, Cache(root / collection.CACHE))
        found += wrong
    if found:
        click.echo(_text(found) + "\n", err=True)
    if not diagram:
        ctx.exit(1)
    made = masks.cards(diagram, mode)
    folder = _masks_folder(root)
    names = masks.file_names(made)
    try:
        for key, sides in made.items():
            for side, picture in zip(("question", "answer"), sides, strict=True):
                picture.save(folder / f"{file.stem}-{names[key]}-{side}.png")
        masks.sheet(made).save(folder / f"{file.stem}-cards.png")
    except OSError as error:
        _fail(1, f"{_shown(folder)} cannot be written: {error.strerror or error}")
    for key in made:
        click.echo(f"{key}  {_shown(folder / f'{file.stem}-{names[key]}-question.png')}")
    click.echo(f"Drew {_count(len(made), 'card')}, all on {_shown(folder / f'{file.stem}-cards.png')}")
    ctx.exit(int(has_errors(found)))


def _masks_line(ctx: click.Context, command: str, *options: str) -> str:
    """The command with these options, for the picture and the project of the running one."""
    project = [] if ctx.params["start"] == Path() else ["--project", str(ctx.params["start"])]
    return shlex.join(["deckwright", "masks", command, str(ctx.params["image"]), *project, *options])


def _in_project(root: Path, image: Path) -> Path:
    """The image as named from the current folder or, as diagnostics name it, from the root."""
    for file in (image.absolute(), root / image):
        if file.is_file():
            if file.resolve().is_relative_to(root):
                return file.resolve()
            _fail(2, f"{_shown(image)} lies outside of the project.")
    _fail(2, f"There is no picture {_shown(image)}.")


def _masks_folder(root: Path) -> Path:
    _make_build_folder(root / "build")
    folder = root / "build" / "masks"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        _fail(1, f"{_shown(folder)} cannot be made: {error.strerror}")
    return folder


@_command("explain S003")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a code means, with an example to avoid and one to follow.

    Without CODE, list all codes.
    """
    from . import collection, diagnostics, starter  # noqa: F401  These two import every module that declares a code.

    pages = diagnostics.PAGES
    if code is None:
        click.echo("\n".join(f"{page.code}  {page.title}" for _, page in sorted(pages.items())))
    elif page := pages.get(code.upper()):
        click.echo(diagnostics.explain(page))
    else:
        near = diagnostics.nearest(code, pages, 1)
        meant = f" Did you mean {near}?" if near else ""
        _fail(2, f"There is no code {code}.{meant} All of them: deckwright explain")


_NO_NOTES = """\
No package was made: nothing here is a note yet.
Tag a heading, as in `## What does a valve do? {.basic}`, and the text below it is the answer.
Or begin a file with the three lines `---`, `kind: basic`, `---`: all its headings with a text of their own are questions."""


def _open(start: Path) -> tuple[Path, Project | None, list[Diagnostic]]:
    """The root of the project at or above `start`; the project, where its settings can be used; what is wrong with them."""
    from . import project

    root = project.find(start)
    if root is None:
        _fail(
            2,
            f"There is no project in {_shown(start)} or above it: no deck.toml, no pyproject.toml with [tool.deckwright].",
            "To make one: deckwright init",
        )
    click.get_current_context().find_root().obj = root
    return root, *project.load(root)


def _contents(path: Path) -> Package:
    """What a package holds, or what the one of a project's folder would."""
    from . import package
    from .diagnostics import has_errors

    if not path.is_dir():
        try:
            return package.read(path)
        except (package.PackageError, OSError) as error:
            _fail(2, str(error))
    _, project, found = _open(path)
    loaded = _load(project) if project else None
    found += loaded.diagnostics if loaded else []
    if loaded is None or has_errors(found):
        _fail(1, f"{_text(found)}\n", f"{_shown(path)} cannot be compared: {_summary(found)}.")
    return package.contents(loaded.collection)


def _load(project: Project, retire: bool = False, renumber: Iterable[str] = ()) -> Loaded:
    from . import collection

    terms = collection.Terms(_now(os.environ), retire, frozenset(renumber))
    with _progress() as progress:
        return collection.load(project, terms, progress)


def _now(environment: Mapping[str, str]) -> int:
    """The time in seconds of the Unix epoch, or the one to build for: https://reproducible-builds.org/specs/source-date-epoch/."""
    from time import time

    given = environment.get("SOURCE_DATE_EPOCH")
    if given is None:
        return int(time())
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 1 << 33):
        _fail(2, f"SOURCE_DATE_EPOCH={given} is no time: it is a number of seconds since 1970.")
    return int(given)


def _told(loaded: Loaded) -> str:
    """As in "3 new, 1 changed, 326 kept"."""
    made = loaded.assigned
    counts = ((made.new, "new"), (made.changed, "changed"), (made.kept, "kept"), (made.retired, "retired"))
    return ", ".join(f"{number} {word}" for number, word in counts if number) or "no notes"


def _write(collection: Collection, target: Path) -> str:
    """Write the package, and say what it holds."""
    from . import package

    try:
        made = package.write(collection, target)
    except OSError as error:
        _fail(1, f"{_shown(target)} cannot be written: {error.strerror}")
    cards = sum(len(note.cards) for note in made.notes)
    counts = ((len(made.notes), "note"), (cards, "card"), (len(made.media), "media file"))
    return ", ".join([*(_count(number, noun) for number, noun in counts if number), _size(target.stat().st_size)])


def _make_build_folder(folder: Path) -> None:
    """Make it where it is missing, and keep what will be in it out of Git."""
    try:
        folder.mkdir()
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    except FileExistsError:
        pass
    except OSError as error:
        _fail(1, f"{_shown(folder)} cannot be made: {error.strerror}")


def _hand_over(package: Path) -> None:
    """Open the package with the desktop's program for it, without waiting for that program."""
    import subprocess

    opener = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        if sys.platform == "win32":
            os.startfile(package)
        else:
            quiet = subprocess.DEVNULL
            command = [opener, str(package)]
            subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError:
        how = "no program opens it" if sys.platform == "win32" else f"{opener} is missing"
        click.echo(f"It cannot be handed to Anki here: {how}. In Anki, choose File > Import.", err=True)


@contextmanager
def _progress(after: float = 1.0) -> Iterator[Callable[[int, int], None]]:
    """What shows (done, total) as a bar on stderr, once `after` seconds have gone, and only on a terminal."""
    from time import monotonic

    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    began, bars = monotonic(), []

    def show(done: int, total: int) -> None:
        if not bars and monotonic() - began >= after:
            from rich.console import Console
            from rich.progress import Progress

            bars.append(Progress(console=Console(stderr=True), transient=True))
            bars[0].add_task("Reading notes")
            bars[0].start()
        for bar in bars:
            bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield show
    finally:
        for bar in bars:
            bar.stop()


def _colour(environment: Mapping[str, str]) -> bool | None:
    """Whether to colour the output: https://no-color.org/, https://force-color.org/. None where the stream decides."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return False if environment.get("TERM") == "dumb" else None


_STYLES: dict[str, dict[str, Any]] = {
    "place": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "marker": {"fg": "red"},
    "hint": {"fg": "cyan"},
    "heading": {"bold": True},
    "old": {"fg": "red"},
    "new": {"fg": "green"},
}


def _text(found: Iterable[Diagnostic]) -> str:
    from .diagnostics import to_text

    return "\n\n".join(to_text(d, lambda text, role: click.style(text, **_STYLES[role])) for d in found)


def _github(found: Iterable[Diagnostic], root: Path) -> str:
    """Workflow commands. GitHub wants paths relative to the repository, which may hold the project further down."""
    from dataclasses import replace

    from .diagnostics import to_github

    base = Path(os.path.relpath(root, os.environ.get("GITHUB_WORKSPACE", "."))).as_posix()
    places = (replace(d.span, path=posixpath.normpath(posixpath.join(base, d.span.path))) for d in found)
    return "\n".join(to_github(replace(d, span=span)) for d, span in zip(found, places, strict=True))


def _summary(found: Sequence[Diagnostic]) -> str:
    """As in "3 errors, 2 warnings in 2 files"."""
    numbers = [(sum(d.severity == severity for d in found), severity) for severity in ("error", "warning")]
    listed = ", ".join(_count(number, severity) for number, severity in numbers if number)
    return f"{listed} in {_count(len({d.span.path for d in found}), 'file')}"


def _first_code(found: Sequence[Diagnostic]) -> str:
    """The code to explain first: the first error's, else the first warning's."""
    return min(found, key=lambda d: d.severity).code


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _size(number: int) -> str:
    """A number of bytes, as file managers tell it."""
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"


def _command_line(ctx: click.Context, command: str, *options: str) -> str:
    """The command with these options, and with the project and the package that the running one was given."""
    named = {"--project": ctx.params["start"], "--output": ctx.params.get("output")}
    given = [word for option, path in named.items() if path not in (None, Path()) for word in (option, str(path))]
    return shlex.join(["deckwright", command, *given, *options])


def _shown(path: Path) -> str:
    """The path from the current folder, or the absolute one where that is shorter."""
    absolute = str(path.absolute())
    try:
        return min(os.path.relpath(path), absolute, key=len)
    except ValueError:  # on another drive
        return absolute


def _next(*steps: str) -> None:
    click.echo("Next: " + "\n      ".join(steps), err=True)


def _fail(code: int, *lines: str) -> NoReturn:
    """End with this exit code, having said why."""
    click.echo("\n".join(lines), err=True)
    click.get_current_context().exit(code)


def _log_fault(error: Exception, root: Path | None) -> None:
    """Keep the traceback where its finder can send it from, and say so in one line."""
    import platform
    import traceback

    with _log(root) as log:
        log.write(f"deckwright {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        log.write(f"{shlex.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}")
    what = str(error).partition("\n")[0]
    click.echo(
        f"A fault in Deckwright, not in your notes ({type(error).__name__}: {what}). Please send {_shown(Path(log.name))} "
        "to those you have Deckwright from.",
        err=True,
    )


def _log(root: Path | None) -> IO[str]:
    """A file in the project's build folder, if there is one, else in the folder for temporary files."""
    from tempfile import NamedTemporaryFile

    how: dict[str, Any] = {"mode": "w", "encoding": "utf-8", "errors": "backslashreplace"}
    if root:
        with suppress(OSError):
            return (root / "build" / "deckwright-error.log").open(**how)
    return NamedTemporaryFile(prefix="deckwright-error-", suffix=".log", delete=False, **how)
