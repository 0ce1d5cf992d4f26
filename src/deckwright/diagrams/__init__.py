"""A picture with masks → a Diagram: where each mask is, and the file that ships.

The masks of an SVG are elements of it, found by drawing it with and without them; those of a photograph or a screenshot
are in a file beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from msgspec.structs import replace

from .. import files, workers
from ..cache import Cache
from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.media import broken_svg, unreadable
from ..diagnostics.occlusion import no_masks, too_many, undrawable, unknown_mask
from ..limits import MAX_DRAWING_PROCESSES, MAX_NUMBER, MAX_SVG_BYTES
from ..model import Diagram, Mask, Media, Span
from ..names import nearest
from . import drawing, mask_file, picture, renderer, shapes
from .drawing import DRAWING, Drawing
from .renderer import FailedError
from .shapes import escaped, occlusion_text

__all__ = ["asked", "draw", "escaped", "occlusion_text", "read", "unknown"]


def read(media: Media, root: Path, cache: Cache) -> tuple[Diagram | None, list[Diagnostic]]:
    """The diagram that a file of the project is; None if there is an error. `media` is the file as it would ship.

    A drawing is drawn once for each of its labels, so what was found is kept in the cache.
    """
    path = media.path.relative_to(root).as_posix()
    if media.path.suffix.lower() == ".svg":
        diagram, found = _drawn(media, path, cache)
    else:
        diagram, found = _photographed(media, path)
    if diagram:
        found += shapes.check(diagram.masks, (diagram.width, diagram.height))
        diagram = replace(diagram, masks=_with_one_past(diagram.masks))
    return (None if has_errors(found) else diagram), found


def draw(media: Iterable[Media], root: Path, cache: Cache) -> dict[Path, tuple[Diagram | None, list[Diagnostic]]]:
    """What `read` says of each of many files, by its path: drawings are drawn side by side, one for each processor.

    What could be drawn is in the cache afterwards. It may run in a thread of its own; if it is stopped by an exception,
    as by Ctrl-C, all drawing ends.
    """
    given = {one.path: one for one in media}
    with ThreadPoolExecutor(min(workers.processors(), MAX_DRAWING_PROCESSES)) as pool:
        try:
            # What is read in a thread is watched there too (`inputs`).
            contexts = [copy_context() for _ in given]
            made = pool.map(lambda context, one: context.run(read, one, root, cache), contexts, given.values())
            return dict(zip(given, made, strict=True))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            renderer.end()
            raise


def asked(masks: Sequence[Mask], names: Sequence[str], span: Span) -> tuple[list[Mask], list[Diagnostic]]:
    """The masks that a section asks for: those it names, by name or by group, or all."""
    found = unknown(masks, names, span)
    some = [mask for mask in masks if not names or mask.name in names or mask.group in names]
    if (number := len({mask.key for mask in some})) > MAX_NUMBER:
        found.append(too_many(span, number))
    return some, found


def unknown(masks: Collection[Mask], names: Iterable[str], span: Span) -> list[Diagnostic]:
    """What is said of names, in a section, of masks and groups that there are not."""
    known = sorted({mask.name for mask in masks} | {mask.group for mask in masks if mask.group})
    return [unknown_mask(span, name, nearest(name, known, 3), known) for name in names if name not in known]


def _drawn(media: Media, path: str, cache: Cache) -> tuple[Diagram | None, list[Diagnostic]]:
    """The diagram of an SVG. If the process that draws has failed, the next build tries again."""
    try:
        source = files.read(media.path, MAX_SVG_BYTES)
        made = cache.memo("diagram", (source, path, str(DRAWING)), Drawing, lambda: drawing.read(source, path))
    except files.TooLargeError:
        return None, [broken_svg(Span(path), path, "large")]
    except OSError as error:
        return None, [unreadable(Span(path), path, files.reason(error))]
    except FailedError as error:
        return None, [undrawable(Span(path), path, error.problem, error.detail)]
    return _shipped(made, media), list(made.found)


def _shipped(made: Drawing, media: Media) -> Diagram | None:
    """The diagram with the file that ships for an SVG."""
    if not made.data:
        return None
    # By content, so that a copy elsewhere is the same file, and by the way of drawing, which other bytes come from.
    stem, _, given = media.name.removesuffix(".svg").rpartition("-")
    digest = hashlib.sha256(f"{given} drawn {DRAWING}".encode()).hexdigest()
    name = f"{stem}-{digest[: len(given)]}.png"
    shipped = Media(media.path, name, hashlib.sha256(made.data).hexdigest(), made.data)
    return Diagram(shipped, *made.size, made.masks)


def _photographed(media: Media, path: str) -> tuple[Diagram | None, list[Diagnostic]]:
    """The diagram of any other picture."""
    shown, found = picture.read(media.path, path)
    if shown is None:
        return None, found
    beside = media.path.with_suffix(mask_file.SUFFIX)
    place = path.removesuffix(media.path.suffix) + mask_file.SUFFIX
    if not beside.exists():
        return None, [no_masks(Span(path), path, place)]
    masks, found = mask_file.read(beside, place, shown.size)
    return Diagram(media, *shown.size, tuple(masks)), found


def _with_one_past(masks: Sequence[Mask]) -> tuple[Mask, ...]:
    """The masks of a group with the former name that one of them has: it is the group's."""
    was = {mask.key: mask.was for mask in reversed(masks) if mask.was}
    return tuple(replace(mask, was=was.get(mask.key, "")) for mask in masks)
