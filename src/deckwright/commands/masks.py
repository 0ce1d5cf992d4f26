"""`deckwright masks`: a picture → suggested masks; a picture with masks → pictures of its cards."""

from __future__ import annotations

from pathlib import Path, PurePath

import click

from ._project import found_root, project_option
from ._talk import (
    InOrder,
    command,
    command_line,
    count,
    explain_first,
    fail,
    help_texts,
    next_steps,
    say,
    shown,
    text,
)


def _masks() -> None:
    """Suggest masks for a picture, or draw the cards that it makes."""


masks = click.group(cls=InOrder, name="masks", **help_texts("masks suggest media/heart.png", _masks))(_masks)

_image_argument = click.argument("image", metavar="IMAGE", type=click.Path(path_type=Path))


@command("masks suggest media/heart.png")
@_image_argument
@project_option
@click.option("--all", "every", is_flag=True, help="Include titles, and labels that appear more than once.")
@click.option("--force", is_flag=True, help="Replace the existing mask file. A mask with another name is another card.")
@click.pass_context
def suggest(ctx: click.Context, image: Path, start: Path, every: bool, force: bool) -> None:
    """Suggest masks for the labels of a picture, and write them down.

    In an SVG, text elements get the attribute data-mask. In other pictures, the labels are read, and a file is written
    beside the picture. A picture in build/masks shows the suggestions.

    Change the names before learners have the cards; later, say the old name with `was`.
    """
    from .. import files
    from ..diagrams import ocr
    from ..diagrams import suggest as suggestions

    root = found_root(start)
    file = _in_project(root, image)
    target = suggestions.target(file)
    if target != file and target.exists() and not force:
        replacing = command_line("masks", "suggest", str(image), options=["--force"])
        fail(2, f"{shown(target)} already exists.", f"To replace it: {replacing}")
    try:
        proposal, found = suggestions.propose(file, file.relative_to(root).as_posix(), every)
    except ocr.ReaderMissing as error:
        fail(2, str(error))
    except OSError as error:
        fail(1, f"{shown(file)} cannot be read: {files.reason(error)}.")
    say(found)
    if proposal is None:
        fail(1, f"Next: {explain_first(found)}")
    for number, mask in enumerate(proposal.masks, 1):
        click.echo(f"{number:>3}  {mask.name}  {mask.label}")
    left_out = "".join(f"\n  {label} ({reason})" for label, reason in proposal.left_out)
    if left_out:
        click.echo(f"Left out, unless --all is given:{left_out}", err=True)
    if not proposal.masks:
        click.echo(f"{shown(file)} has no {'other' if left_out else 'new'} labels: nothing was written.", err=True)
        ctx.exit(int(target != file))
    picture = _masks_folder(root) / f"{file.stem}.png"
    try:
        suggestions.write(proposal)
        proposal.picture.save(picture)
    except OSError as error:
        fail(1, f"{shown(target)} cannot be written: {files.reason(error)}")
    click.echo(f"Wrote {shown(target)} · {count(len(proposal.masks), 'mask')}, shown in {shown(picture)}")
    next_steps(command_line("masks", "show", str(image)))


@command("masks show media/heart.png")
@_image_argument
@project_option
@click.option(
    "--mode",
    type=click.Choice(["hide-all", "hide-one"]),
    default="hide-all",
    help="Whether the other masks are drawn while one is asked. Default: hide-all.",
)
@click.pass_context
def show(ctx: click.Context, image: Path, start: Path, mode: str) -> None:
    """Draw the question and the answer of each card of a picture with masks, without Anki.

    The pictures go to build/masks. One of them shows all cards.
    """
    from .. import build, diagrams, files, settings
    from ..diagnostics import has_errors
    from ..diagrams import sheet
    from ..media.library import Library
    from ..model import Reference, Span

    root = found_root(start)
    project, found = settings.load(root)
    if project is None:
        fail(1, f"{text(found)}\n", f"Next: {explain_first(found)}")
    file = _in_project(root, image)
    place = file.relative_to(root).as_posix()
    media, found = Library(root, project.settings.media).resolve(Reference(f"/{place}", False, Span(place)))
    diagram = None
    if media:
        diagram, wrong = diagrams.read(media, root, build.kept(root))
        found += wrong
    say(found)
    if not diagram:
        fail(1, f"Next: {explain_first(found)}")
    made = sheet.cards(diagram, mode)
    folder = _masks_folder(root)
    names = sheet.file_names(made)
    try:
        for key, sides in made.items():
            for side, picture in zip(("question", "answer"), sides, strict=True):
                picture.save(folder / f"{file.stem}-{names[key]}-{side}.png")
        sheet.sheet(made).save(folder / f"{file.stem}-cards.png")
    except OSError as error:
        fail(1, f"{shown(folder)} cannot be written: {files.reason(error)}")
    for key in made:
        click.echo(f"{key}  {shown(folder / f'{file.stem}-{names[key]}-question.png')}")
    click.echo(f"Drew {count(len(made), 'card')}, all on {shown(folder / f'{file.stem}-cards.png')}")
    next_steps(explain_first(found) if found else command_line("build", options=["--open"]))
    ctx.exit(int(has_errors(found)))


masks.add_command(suggest)
masks.add_command(show)


def _in_project(root: Path, image: Path) -> Path:
    """The picture, as named from the current folder or, as diagnostics name it, from the root."""
    for file in (image.absolute(), root / image):
        if file.is_file():
            if file.resolve().is_relative_to(root):
                return file.resolve()
            fail(2, f"{shown(image)} is outside the project.")
    meant = _meant(root, image)
    fail(2, f"There is no picture {shown(image)}.{f' Did you mean {shown(root / meant)}?' if meant else ''}")


def _meant(root: Path, image: Path) -> str:
    """The picture with that name in another folder, with another ending, or with a name like it; empty if there is none."""
    from .. import files, names
    from ..mediatypes import PICTURES, extension

    by_name: dict[str, str] = {}
    by_stem: dict[str, str] = {}
    for place in files.below(root, [""]):
        if extension(place) in PICTURES:
            by_name.setdefault(PurePath(place).name.casefold(), place)
            by_stem.setdefault(PurePath(place).stem.casefold(), place)
    name, stem = image.name.casefold(), image.stem.casefold()
    return by_name.get(name) or by_stem.get(stem) or by_stem.get(names.nearest(stem, by_stem, 2), "")


def _masks_folder(root: Path) -> Path:
    """build/masks, created if it is missing."""
    from .. import build, files, layout

    folder = root / layout.BUILD / "masks"
    try:
        build.make_build_folder(root)
        folder.mkdir(exist_ok=True)
    except OSError as error:
        fail(1, f"{shown(folder)} cannot be created: {files.reason(error)}")
    return folder
