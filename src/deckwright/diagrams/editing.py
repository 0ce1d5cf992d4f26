"""The masks of a picture, and the masks that an author wants it to have → the new bytes of the file that has them.

Only what differs is written: a file keeps its comments, its layout and numbers that were written by hand, and an SVG every
byte but those of the attributes. A mask whose card learners have keeps it under a new name: the old one is written beside it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import count

import msgspec
from msgspec.structs import replace

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.occlusion import bad_mask, bad_mask_name, not_toml, repeated_name
from ..limits import MAX_MASK_FILE_BYTES
from ..model import Mask, Span
from . import labels as svg_labels
from . import mask_file, shapes
from .edits import Edits, edited
from .labels import Label
from .mask_file import NAME
from .svg_edits import with_attributes


class Wanted(msgspec.Struct, frozen=True):
    """A mask as the author wants it. `place` is which one it was: in a mask file the place of its entry, from 0, None for a new one;
    in an SVG the number of its element. Of a mask in an SVG, only the name, the group, the hint and `was` count.
    """

    place: int | None
    mask: Mask


class Edited(msgspec.Struct, frozen=True):
    """The bytes to write: those that were there if nothing differs, None if there are errors, which are in `found`. The masks are
    those wanted, in their order in the file, with what was made of `was`; `places` are where they are in it then.
    """

    data: bytes | None
    found: list[Diagnostic]
    wanted: list[Wanted] = []
    places: list[int] = []


def in_file(
    data: bytes | None, path: str, size: tuple[int, int], wanted: Sequence[Wanted], known: Container[str]
) -> Edited:
    """The mask file with the masks that are wanted; `data` is None if there is none yet.

    `path` is the file's for people, `size` that of the picture in pixels. `known` are the keys of masks that have cards. What
    the file holds that cannot be used stays. If the file says another size, and the masks are saved all the same, the
    author has seen where they are: then it says the present one.
    """
    loaded, found = mask_file.parse(data, path, size, is_raw=True) if data is not None else ([], [])
    if any(one.code == "O010" for one in found):
        return Edited(None, found)
    before = {place: mask for place, mask in enumerate(loaded) if mask}
    wanted = [replace(one, mask=_plain(one.mask, before.get(_place(one)))) for one in wanted]
    wanted = with_former_names(before, wanted, known)
    wanted = sorted(wanted, key=lambda one: len(loaded) if one.place is None else one.place)
    if has_errors(wrong := _check(wanted, path, size)):
        return Edited(None, wrong)
    places = _places(loaded, wanted)
    if data is None:
        whole = mask_file.dump([one.mask for one in wanted], size) if wanted else ""
        return _fitting(Edited(whole.encode(), wrong, wanted, places), path)
    scale = size if mask_file.is_in_pixels(data) else (1, 1)
    kept = {one.place: one.mask for one in wanted if one.place is not None}
    edits = Edits(
        changed={place: values for place, mask in kept.items() if (values := _changes(before[place], mask, scale))},
        gone={place for place in before if place not in kept},
        new=[mask_file.values(one.mask, scale) for one in wanted if one.place is None],
        scale=scale,
        size=size if any(one.code == "O011" for one in found) else None,
    )
    if not edits:
        return Edited(data, wrong, wanted, places)
    if (made := _written(data, edits)) is None or not _is_as_wanted(made, loaded, wanted, path, size):
        return Edited(None, [not_toml(Span(path), "it is written in a way in which nothing can be changed in place")])
    return _fitting(Edited(made, wrong, wanted, places), path)


def in_drawing(
    source: bytes, path: str, shown: Mapping[int, Mask], wanted: Sequence[Wanted], known: Container[str]
) -> Edited:
    """The SVG with the masks that are wanted. `shown` are the masks that the author saw, by the numbers of their elements: those
    that are not wanted go, and others that the drawing has stay.
    """
    held, found = svg_labels.read(source, path)
    if held is None:
        return Edited(None, found)
    by_number = {label.number: label for label in (*held.masks, *held.others)}
    if lost := [one for one in wanted if one.place not in by_number]:
        return Edited(None, _without_element(lost, path))
    before = {number: _mask(by_number[number]) for number in shown if number in by_number}
    wanted = [replace(one, mask=_plain(one.mask, before.get(_place(one)))) for one in wanted]
    wanted = sorted(with_former_names(before, wanted, known), key=_place)
    if has_errors(wrong := [*_check_names(wanted, path)]):
        return Edited(None, wrong)
    changes: dict[int, dict[str, str | None]] = {}
    kept = {_place(one): one.mask for one in wanted}
    for number, mask in kept.items():
        old, new = _attributes(_mask(by_number[number])), _attributes(mask)
        changes[number] = {name: value or None for name, value in new.items() if old[name] != value}
    for number in before.keys() - kept.keys():
        changes[number] = dict.fromkeys(_attributes(before[number]))
    data = with_attributes(source, changes)
    if data != source:
        # With new attributes it may be larger than a drawing that is read.
        after, found = svg_labels.read(data, path)
        if after is None:
            return Edited(None, found)
        names = {label.number: label.name for label in after.masks}
        if lost := [one for one in wanted if names.get(_place(one)) != one.mask.name]:
            return Edited(None, _without_element(lost, path))
    return Edited(data, wrong, wanted, [_place(one) for one in wanted])


def with_former_names(before: Mapping[int, Mask], wanted: Sequence[Wanted], known: Container[str]) -> list[Wanted]:
    """The masks with `was` where a card that learners have goes on under another name: of a mask that is renamed, and of the
    first mask or group that masks of a card are in now. One that has its old name again does not say so.
    """
    former = _former(before.values())
    names = learnt(before.values(), known)
    groups: dict[str, list[int]] = {}
    for n, one in enumerate(wanted):
        groups.setdefault(one.mask.key, []).append(n)
    made = [*wanted]
    taken: set[str] = set()
    for key, members in groups.items():
        olds = [before[place] for n in members if (place := wanted[n].place) in before and place is not None]
        own = [name for old in olds if (name := names[old.key])]
        given = next((wanted[n].mask.was for n in members if wanted[n].mask.was), "")
        is_moved = any(old.key != key for old in olds)
        free = [name for name in own if name not in groups and name not in taken]
        if key in own:
            was = "" if is_moved or given == key else given
        elif free:
            was = given if given in free else free[0]
            taken.add(was)
        else:
            was = "" if is_moved and given == former.get(olds[0].key) else given
        if was != given:
            for n in members:
                made[n] = replace(made[n], mask=replace(made[n].mask, was=was if n == members[0] else ""))
    return made


def learnt(masks: Iterable[Mask], known: Container[str]) -> dict[str, str]:
    """By the key of each mask, the name that its card has for learners; empty if they have none. A file may have been renamed
    in, and not been built since: then that is the old one.
    """
    return {key: key if key in known else was if was in known else "" for key, was in _former(masks).items()}


def _former(masks: Iterable[Mask]) -> dict[str, str]:
    """What each mask or group was called before, by its key."""
    former: dict[str, str] = {}
    for mask in masks:
        former[mask.key] = former.get(mask.key) or mask.was
    return former


def _without_element(lost: Iterable[Wanted], path: str) -> list[Diagnostic]:
    return [bad_mask(Span(path), f"the mask `{one.mask.name}`", "missing", ["an element"]) for one in lost]


def _place(one: Wanted) -> int:
    return -1 if one.place is None else one.place


def _mask(label: Label) -> Mask:
    """What an SVG says of a mask, which has its box from the drawing."""
    return Mask(label.name, 0, 0, 0, 0, group=label.group, hint=label.hint, was=label.was)


def _attributes(mask: Mask) -> dict[str, str]:
    return {
        "data-mask": mask.name,
        "data-mask-group": mask.group,
        "data-mask-hint": mask.hint,
        "data-mask-was": mask.was,
    }


def _plain(mask: Mask, old: Mask | None) -> Mask:
    """The mask with texts on one line, if they are new: what was there before stays as its author wrote it."""
    texts = {key: getattr(mask, key) for key in ("hint", "label")}
    new = {key: _folded(text) for key, text in texts.items() if old is None or text != getattr(old, key)}
    return replace(mask, **new)


def _folded(text: str) -> str:
    """The text without what neither TOML nor XML can hold, its white space folded."""
    kept = (" " if unicodedata.category(c) == "Cc" else c for c in text if unicodedata.category(c) not in ("Cs", "Cn"))
    return " ".join("".join(kept).split())


def _check(wanted: Sequence[Wanted], path: str, size: tuple[int, int]) -> list[Diagnostic]:
    """What is wrong with masks that would be written into a mask file."""
    found = _check_names(wanted, path, is_each=True)
    sound = []
    for mask in (one.mask for one in wanted):
        span = mask.span if mask.span.path else Span(path)
        numbers = [
            mask.left,
            mask.top,
            mask.width,
            mask.height,
            mask.angle,
            *(n for point in mask.points for n in point),
        ]
        if not all(map(math.isfinite, numbers)):
            found.append(bad_mask(span, f"the mask `{mask.name}`", "type", ["finite numbers"]))
        elif mask.shape == "polygon" and len(mask.points) < 3:
            found.append(bad_mask(span, f"the mask `{mask.name}`", "points"))
        elif (mask.shape == "polygon" and not shapes.area(_rounded(mask))) or (
            mask.shape != "polygon" and not (round(mask.width, 4) > 0 and round(mask.height, 4) > 0)
        ):
            found.append(bad_mask(span, f"the mask `{mask.name}`", "empty"))
        else:
            sound.append(replace(mask, span=span))
    return found + shapes.check(sound, size)


def _check_names(wanted: Iterable[Wanted], path: str, is_each: bool = False) -> list[Diagnostic]:
    """What is wrong with the names of masks; with `is_each`, only of each by itself."""
    found = []
    seen: set[str] = set()
    for mask in (one.mask for one in wanted):
        span = mask.span if mask.span.path else Span(path)
        bad = [name for name in (mask.name, mask.group, mask.was) if name and not _is_name(name)]
        if bad or not mask.name:
            found.append(bad_mask_name(span, bad[0] if bad else ""))
        if mask.name in seen and not is_each:
            found.append(repeated_name(span, mask.name))
        seen.add(mask.name)
    return found


def _is_name(name: str) -> bool:
    return bool(NAME.fullmatch(name)) and not any(unicodedata.category(c) in ("Cc", "Cs", "Cn") for c in name)


def _places(loaded: Sequence[Mask | None], wanted: Sequence[Wanted]) -> list[int]:
    """Where the masks stand in the file that is made."""
    kept = {one.place for one in wanted}
    left = [place for place, mask in enumerate(loaded) if mask is None or place in kept]
    new = count(len(left))
    return [next(new) if one.place is None else left.index(one.place) for one in wanted]


def _changes(old: Mask, new: Mask, scale: tuple[int, int]) -> dict[str, str | None]:
    """What is now written differently of a mask. Numbers that were written by hand may have more decimals than we write."""
    before, after = mask_file.values(old), mask_file.values(new)
    written = mask_file.values(new, scale)
    changed = {key: written[key] for key, value in after.items() if before.get(key) != value}
    return changed | dict.fromkeys(key for key in before if key not in after)


def _rounded(mask: Mask) -> list[tuple[float, float]]:
    return [(round(x, 4), round(y, 4)) for x, y in mask.points]


def _fitting(made: Edited, path: str) -> Edited:
    """The same, unless the mask file would be too large to be read."""
    if len(made.data or b"") <= MAX_MASK_FILE_BYTES:
        return made
    return Edited(None, [not_toml(Span(path), f"it would have more than {MAX_MASK_FILE_BYTES >> 10} KiB")])


def _written(data: bytes, edits: Edits) -> bytes | None:
    """The edited file; None if that cannot be: the parser has bugs in layouts that nobody writes."""
    try:
        return edited(data, edits)
    except Exception:
        return None


def _is_as_wanted(
    data: bytes, loaded: Sequence[Mask | None], wanted: Sequence[Wanted], path: str, size: tuple[int, int]
) -> bool:
    """Whether the file that was made says what it should, and still has what could not be used of it."""
    read, _ = mask_file.parse(data, path, size, is_raw=True)
    kept = {one.place: one.mask for one in wanted if one.place is not None}
    expected = [kept.get(place) if mask else None for place, mask in enumerate(loaded) if mask is None or place in kept]
    expected += [one.mask for one in wanted if one.place is None]
    return [mask and mask_file.values(mask) for mask in read] == [mask and mask_file.values(mask) for mask in expected]
