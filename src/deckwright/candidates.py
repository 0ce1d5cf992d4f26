"""A note as written → what identity sees of it, without the fields and tags, which take far more memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from .digests import Value, digest
from .model import Candidate, Mask, Media, Written
from .sketches import sketch


def candidate(written: Written) -> Candidate:
    """What identity sees of a note, its media still unknown."""
    learned = (name for name in sorted(written.fields) if name not in written.beside)
    fields = [(name, written.fields[name]) for name in learned if written.fields[name]]
    hints = [deletion.hint for deletion in written.deletions]
    return Candidate(
        note_type=written.note_type,
        deck=written.deck,
        path=written.path,
        match=digest(written.text),
        sketch=sketch(written.text),
        span=written.span,
        id=written.id,
        was=written.was,
        group=written.group,
        deletions=written.deletions,
        source=written.source,
        shipped=digest(fields, written.tags, hints),
        references=written.references,
        mode=written.mode,
        asked=written.asked,
        allowed=written.allowed,
    )


def with_media(
    note: Candidate, media: Sequence[Media], drawing: Sequence[Value] = (), drawn: Sequence[str] = ()
) -> Candidate:
    """The same with its files, in the order of its references.

    `drawing` is what the picture and the masks of an occlusion note are drawn from, `drawn` what its fields say of them.
    The picture itself may be drawn by Deckwright, so it does not count in `source`.
    """
    contents = [file.content for file in media]
    source, shipped = (drawing, contents[bool(drawing) :]), (drawn, contents)
    return replace(note, source=digest(note.source, *source), shipped=digest(note.shipped, *shipped)) if media else note


def drawing(picture: Media, masks: Iterable[Mask]) -> Sequence[Value]:
    """What the author decides of a diagram: its picture, and the masks that are not drawn in it."""
    return picture.content, [_mask(mask) for mask in masks]


def _mask(mask: Mask) -> Sequence[Value]:
    """All of a mask that is shown or asked, with lengths in ten-thousandths of the picture and angles in hundredths of a
    degree: no more is written in the file, or shown.
    """
    box = [round(length * 10_000) for length in (mask.left, mask.top, mask.width, mask.height)]
    points = [round(length * 10_000) for point in mask.points for length in point]
    what = (mask.name, mask.group, mask.hint, mask.label, mask.hide_one)
    return *what, mask.shape, box, points, round(mask.angle * 100)
