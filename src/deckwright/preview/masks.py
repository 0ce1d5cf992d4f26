"""A picture → its masks, as values for JSON; masks that an author wants → the file that has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from .. import diagrams, files
from ..diagnostics import Diagnostic, has_errors
from ..diagrams import editing, mask_file, shapes
from ..diagrams import picture as photograph
from ..diagrams.editing import Wanted
from ..diagrams.marking import Marked
from ..limits import MAX_MASKS, MAX_POINTS
from ..model import Mask, Span
from . import answers, pictures
from .answers import Opener
from .index import Depicted, Entry, Index, Problem
from .names import Names
from .pictures import Held, Picture


class Shape(msgspec.Struct, rename="camel"):
    """A mask as the page has it. Lengths are fractions of the picture, `angle` is in degrees. `id` says who it was when the
    page got it; a new one has none. `element` is the number of its element in an SVG.
    """

    name: str
    shape: Literal["rect", "ellipse", "polygon"] = "rect"
    left: float = 0
    top: float = 0
    width: float = 0
    height: float = 0
    points: tuple[tuple[float, float], ...] = ()
    angle: float = 0
    group: str = ""
    hint: str = ""
    label: str = ""
    was: str = ""
    hide_one: bool = False
    element: int | None = None
    id: str | None = None
    is_known: bool = False


class Order(msgspec.Struct):
    """What is to be saved: the masks, all of them, of a version of the files."""

    version: str
    masks: list[Shape]


class Seen(msgspec.Struct, frozen=True):
    """A picture and what is found of it: its size in pixels as it is shown, its masks by their places as `editing` has them,
    its labels, and what is wrong.
    """

    picture: Picture
    held: Held
    size: tuple[int, int]
    masks: Mapping[int, Mask]
    marked: Marked | None
    found: Sequence[Diagnostic]


def look(picture: Picture, held: Held, root: Path) -> Seen:
    """Find all of it; an SVG is drawn unless the cache has that."""
    if held.source is not None:
        marked = pictures.drawn(picture, held.source, root)
        found = [*marked.found, *shapes.check([*marked.masks.values()], marked.size)]
        return Seen(picture, held, marked.size, marked.masks, marked, found)
    size, found = photograph.measure(picture.file, picture.place)
    if size is None:
        return Seen(picture, held, (0, 0), {}, None, found)
    masks: dict[int, Mask] = {}
    if held.masks is not None:
        read, found = mask_file.parse(held.masks, target(picture), size, is_raw=True)
        found = [one for one in found if one.code != "O016"]
        masks = {place: mask for place, mask in enumerate(read) if mask}
        found += shapes.check([*masks.values()], size)
    return Seen(picture, held, size, masks, None, found)


def target(picture: Picture) -> str:
    """The path of the file that has the masks, as that of the picture."""
    return picture.place.rpartition("/")[0] + "/" * ("/" in picture.place) + picture.target.name


def told(seen: Seen, index: Index, names: Names, opener: Opener) -> dict[str, Any]:
    """All that the page gets to know of a picture."""
    picture, held = seen.picture, seen.held
    learnt = editing.learnt(seen.masks.values(), known(index, picture.place))
    ids = _ids(seen, names)
    masks = [_shape(ids[place], place, mask, bool(learnt[mask.key]), seen.marked) for place, mask in seen.masks.items()]
    marks = seen.marked.marks if seen.marked else ()
    return {
        "path": picture.place,
        "kind": kind(picture),
        "size": seen.size,
        "version": held.version,
        "target": target(picture),
        "refused": pictures.refusal(picture) or useless(seen) or doubtful(index),
        "masks": masks,
        "labels": [label(mark.number, mark.mask) for mark in marks],
        "notes": [
            _note(entry, opener) | {"title": one.title, "mode": one.mode, "masks": one.asked}
            for entry, one in notes(index, picture.place)
        ],
        "problems": [answers.told(problem(one), opener) for one in [*seen.found, *_lost(seen, index)]],
    }


def kind(picture: Picture) -> str:
    return "drawing" if picture.is_drawing else "picture"


def useless(seen: Seen) -> str:
    """Why nothing can be made of a picture or its mask file; empty if it can be used."""
    if not seen.size[0] or any(one.code == "O010" for one in seen.found):
        return next(
            (f"{one.message[:1].upper()}{one.message[1:]}." for one in seen.found if one.severity == "error"), ""
        )
    return ""


def doubtful(index: Index) -> str:
    """Why no masks can be saved although their files can be used: nobody knows of which of them learners have cards."""
    if index.head.how in ("broken", "gone"):
        return "Which masks have cards is not known before the project can be built: see its problems."
    return ""


def _shape(id_: str, place: int, mask: Mask, is_known: bool, marked: Marked | None) -> Shape:
    return Shape(
        name=mask.name,
        shape=mask.shape,
        left=mask.left,
        top=mask.top,
        width=mask.width,
        height=mask.height,
        points=mask.points,
        angle=mask.angle,
        group=mask.group,
        hint=mask.hint,
        label=mask.label,
        was=mask.was,
        hide_one=mask.hide_one,
        element=place if marked else None,
        id=id_,
        is_known=is_known,
    )


def label(element: int | None, mask: Mask) -> dict[str, Any]:
    """A label, and the box of a mask of it."""
    return {"element": element, "text": mask.label, "box": [mask.left, mask.top, mask.width, mask.height]}


def notes(index: Index, place: str) -> list[tuple[Entry, Depicted]]:
    """The occlusion notes of a picture, in the order of the deck."""
    shown = {one.note: one for one in index.held.depicted if one.picture == place}
    return [(entry, shown[entry.id]) for entry in index.entries if entry.id in shown] if shown else []


def known(index: Index, place: str) -> frozenset[str]:
    """The masks and groups of a picture that have cards, and those of notes of which nobody knows now what they show: what is
    known in vain costs a `was` that says nothing, and what is not, a learner's card.
    """
    own = (name for one in index.held.depicted if one.picture == place for name in one.known)
    return frozenset([*own, *index.held.lost])


def _note(entry: Entry, opener: Opener) -> dict[str, Any]:
    return {
        "key": entry.first_key,
        "id": entry.id,
        "file": entry.file,
        "line": entry.line,
        "editor": opener(entry.file, entry.line, 1),
    }


def _lost(seen: Seen, index: Index) -> list[Diagnostic]:
    """What notes say of masks that the picture does not have, as when a mask that they name was renamed."""
    if has_errors(seen.found):
        return []
    masks = seen.masks.values()
    return [
        wrong
        for entry, one in notes(index, seen.picture.place)
        for wrong in diagrams.unknown(masks, one.asked, Span(entry.file, entry.line, 1))
    ]


def problem(found: Diagnostic) -> Problem:
    """A diagnostic as the page has it."""
    span = found.span
    return Problem(found.code, found.severity, span.path, span.line, span.column, found.message, found.hint, None)


def edited(seen: Seen, order: Order, index: Index, names: Names) -> tuple[editing.Edited, str]:
    """What the files would become; where that is nothing, the words for it."""
    if len(order.masks) > MAX_MASKS or any(len(shape.points) > MAX_POINTS for shape in order.masks):
        return editing.Edited(
            None, []
        ), f"A picture has at most {MAX_MASKS:,} masks, and each of them {MAX_POINTS:,} corners."
    picture, held = seen.picture, seen.held
    wanted = _wanted(seen, order.masks, names)
    if len(places := [one.place for one in wanted if one.place is not None]) != len(set(places)):
        return editing.Edited(None, []), "Two masks are of one element."
    learners = known(index, picture.place)
    if held.source is not None:
        made = editing.in_drawing(held.source, picture.place, seen.masks, wanted, learners)
    else:
        made = editing.in_file(held.masks, target(picture), seen.size, wanted, learners)
    if made.data is None:
        first = next((one.message for one in made.found if one.severity == "error"), "")
        return made, f"These masks cannot be saved: {first}."
    return made, ""


def worse(seen: Seen, new: Seen) -> list[Diagnostic]:
    """The errors of what was made that were not there before."""
    before = {(one.code, one.message) for one in seen.found}
    return [one for one in new.found if one.severity == "error" and (one.code, one.message) not in before]


def kept(seen: Seen, made: editing.Edited, names: Names) -> dict[int, str]:
    """What the page called the masks that go on in the files that were made, by the places where they are there."""
    ids = _ids(seen, names)
    pairs = zip(made.places, made.wanted, strict=True)
    return {place: ids[one.place] for place, one in pairs if one.place is not None and one.place in ids}


def _wanted(seen: Seen, shapes: Sequence[Shape], names: Names) -> list[Wanted]:
    wanted = []
    for shape, place in zip(shapes, _places(seen, shapes, names), strict=True):
        old = None if place is None else seen.masks.get(place)
        wanted.append(Wanted(place, _mask(shape, old.span if old else Span(""))))
    return wanted


def _places(seen: Seen, shapes: Sequence[Shape], names: Names) -> list[int | None]:
    """Where each mask was: by who it was, or as one that has the same name; None if it is new."""
    if seen.marked:
        return [shape.element for shape in shapes]
    by_id = {id_: place for place, id_ in _ids(seen, names).items()}
    places = [by_id.pop(shape.id, None) if shape.id else None for shape in shapes]
    left = {seen.masks[place].name: place for place in by_id.values()}
    return [left.pop(shape.name, None) if place is None else place for shape, place in zip(shapes, places, strict=True)]


def _ids(seen: Seen, names: Names) -> dict[int, str]:
    """What the page calls the masks, by their places."""
    return names.of(seen.held.version, {place: mask.name for place, mask in seen.masks.items()})


def _mask(shape: Shape, span: Span) -> Mask:
    return Mask(
        shape.name.strip(),
        shape.left,
        shape.top,
        shape.width,
        shape.height,
        shape=shape.shape,
        points=shape.points if shape.shape == "polygon" else (),
        angle=shape.angle,
        group=shape.group.strip(),
        hint=shape.hint,
        label=shape.label,
        was=shape.was.strip(),
        hide_one=shape.hide_one,
        span=span,
    )


def write(picture: Picture, held: Held, data: bytes) -> bool:
    """Write the masks of a picture if all is as it was; whether it was. Raises OSError."""
    if pictures.refusal(picture) or pictures.held(picture) != held:
        return False
    if picture.is_drawing or held.masks is not None:
        files.replace(picture.target, data)
        return True
    try:
        files.create(picture.target, data)
    except FileExistsError:
        return False
    return True


def read_labels(picture: Picture, held: Held, root: Path) -> list[dict[str, Any]]:
    """The labels that are read in a photograph or a screenshot. Raises ocr.ReaderMissing; ValueError for what has none."""
    from ..diagrams import suggest

    def made() -> list[Mask]:
        masks, found = suggest.labels_of(picture.file, picture.place)
        if has_errors(found):
            raise ValueError(found[0].message)
        return masks

    return [label(None, mask) for mask in pictures.cache(root).memo("read", (held.digest,), list[Mask], made)]
