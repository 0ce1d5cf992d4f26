"""Notes as written → the same with their media files and the masks of their diagrams; and then, with their identities, as they
ship.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from . import candidates, marks
from .cache import Cache
from .compilation import Body
from .diagnostics import Diagnostic, has_errors
from .media.library import Library
from .model import Candidate, Deletion, Diagram, Identity, Mask, Media, Note


class Draft(msgspec.Struct, frozen=True):
    """A note on its way: the file that it is in, by number, and its place among the notes of that file, which its body
    has too; its media files, in the order of its references, and the masks of its diagram. `drawn` are the fields made
    from them. `beside` are the masks that the picture has too, but which the note does not ask for.
    """

    note: Candidate
    file: int
    place: int
    media: tuple[Media, ...] = ()
    masks: tuple[Mask, ...] = ()
    drawn: Mapping[str, str] = {}
    beside: tuple[Mask, ...] = ()


def illustrate(
    drafts: Sequence[Draft], library: Library, root: Path, cache: Cache
) -> tuple[list[Draft], list[Diagnostic]]:
    """The notes with their files and masks, but for those of which one is missing or wrong."""
    made: list[Draft] = []
    found: list[Diagnostic] = []
    shown: dict[int, tuple[list[Media], list[Diagnostic]]] = {}
    for n, draft in enumerate(drafts):
        if not draft.note.references:  # as in most notes
            continue
        is_drawn = bool(draft.note.mode)
        results = [library.resolve(reference, may_be_absent=not is_drawn) for reference in draft.note.references]
        wrong = [diagnostic for _, told in results for diagnostic in told]
        shown[n] = [file for file, _ in results if file], wrong
    pictures = [media[0] for n, (media, wrong) in shown.items() if drafts[n].note.mode and not has_errors(wrong)]
    drawn = _drawn(pictures, root, cache)
    for n, draft in enumerate(drafts):
        if n not in shown:
            made.append(draft)
            continue
        media, wrong = shown[n]
        found += wrong
        if not has_errors(wrong):
            if draft.note.mode:
                whole, more = _with_masks(draft, media, *drawn[media[0].path])
                found += more
                made += [whole] if whole else []
            else:
                made.append(_with_media(draft, media))
    return made, found


def filled(draft: Draft, body: Body, who: Identity, id_fields: Iterable[str] = ("ID",)) -> Note:
    """The note as it ships: its ID, the names of its files and the numbers of its cards are in the fields. `id_fields` have its
    ID.
    """
    note = draft.note
    fields = {**body.fields, **draft.drawn}
    if draft.media:
        names = [file.name for file in draft.media]
        fields = {name: marks.fill(value, names) for name, value in fields.items()}
    for name in id_fields:
        fields[name] = who.id
    if draft.masks:
        from . import diagrams

        numbers = {deletion.text: number for deletion, number in zip(note.deletions, who.numbers, strict=True)}
        fields["Occlusion"] = diagrams.occlusion_text(draft.masks, numbers, note.mode)
    elif note.deletions:
        fields = {name: marks.numbered(value, who.numbers) for name, value in fields.items()}
    return Note(
        guid=who.guid,
        note_id=who.note_id,
        mod=who.mod,
        id=who.id,
        note_type=note.note_type,
        fields=fields,
        tags=body.tags,
        deck=note.deck,
        span=note.span,
    )


def _drawn(
    pictures: Sequence[Media], root: Path, cache: Cache
) -> Mapping[Path, tuple[Diagram | None, list[Diagnostic]]]:
    """The diagrams that pictures with masks are, by their paths."""
    if not pictures:
        return {}
    from . import diagrams  # It takes longer to import than most builds do without it.

    return diagrams.draw(pictures, root, cache)


def _with_media(draft: Draft, media: Sequence[Media]) -> Draft:
    return replace(draft, note=candidates.with_media(draft.note, media), media=tuple(media))


def _with_masks(
    draft: Draft, media: Sequence[Media], diagram: Diagram | None, found: Sequence[Diagnostic]
) -> tuple[Draft | None, list[Diagnostic]]:
    """An occlusion note with the masks of its first picture; each mask, or group of masks, is a deletion. `diagram` is what
    that picture is, `found` what is wrong with it.
    """
    from . import diagrams

    note = draft.note
    picture, *others = media
    # A picture may do without masks: it is the note that needs them.
    found = [replace(d, span=note.references[0].span) if d.code == "O002" else d for d in found]
    if diagram is None:
        return None, found
    masks, wrong = diagrams.asked(diagram.masks, note.asked, note.span)
    found += wrong
    if has_errors(found):
        return None, found
    cards = list({mask.key: mask for mask in masks}.values())
    labels = "".join(f"<li>{diagrams.escaped(mask.label)}</li>" for mask in masks)
    # Only the ledger can number the masks. Until it has, they are numbered by their order, so that a change is seen.
    text = diagrams.occlusion_text(masks, {mask.key: place for place, mask in enumerate(cards, 1)}, note.mode)
    drawn = {"Occlusion": text, "Comments": f"<ul>{labels}</ul>"}
    # In an SVG, the author draws the masks too.
    drawing = candidates.drawing(picture, () if picture.path.suffix.lower() == ".svg" else masks)
    files = (diagram.media, *others)
    note = candidates.with_media(note, files, drawing, tuple(drawn.values()))
    note = replace(note, deletions=tuple(Deletion(mask.key, "", None, mask.span, mask.was) for mask in cards))
    beside = tuple(mask for mask in diagram.masks if mask not in masks) if note.asked else ()
    return replace(draft, note=note, media=files, masks=tuple(masks), drawn=drawn, beside=beside), found
