"""A source → a project in a folder, and the proof of it: what its package has of each note of the source."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from .. import build, files, notetypes, package, settings, starter
from ..amounts import count
from ..build import Options
from ..clozes import asked
from ..identity import Terms
from ..layout import BUILD, DECK
from ..model import Settings
from ..names import name_problem
from ..package import Package, PackedNote
from ..starter import attributes
from . import lock, media, types
from .filenames import with_new_names
from .layout import CARDS, Decks, entries
from .sections import Entry
from .source import LeftOut, Source, Unadoptable
from .trials import Folder, Progress, beginning, chosen
from .verdicts import GRADES, Verdict, worst


class Place(msgspec.Struct, frozen=True):
    """Where a note is in the project: its ID there, and the line of its section, as `cards/verbs.md:12`."""

    id: str
    place: str


class Adoption(msgspec.Struct, frozen=True):
    """A project that was made of a source. `name` is that of its deck, `notes` how many notes the source has; the other numbers
    are those of the project.

    `places` has each of its notes by guid, `verdicts` what is thought of them. `decks` are those that have another name now, and
    which, and `undescribed` those whose description a project has no place for. `unfit` are the files that no card can show, with
    the reasons, and `missing` those that notes name and nothing has, with how many notes do. `remarks` are sentences about the
    whole.
    """

    name: str
    notes: int
    cards: int
    files: int
    media: int
    note_types: tuple[str, ...]
    places: Mapping[str, Place]
    verdicts: tuple[Verdict, ...]
    left_out: tuple[LeftOut, ...]
    decks: Mapping[str, str]
    undescribed: tuple[str, ...]
    unfit: Mapping[str, str]
    missing: Mapping[str, int]
    remarks: tuple[str, ...] = ()

    @property
    def shares(self) -> dict[str, int]:
        """How many notes there are of each grade, the best first: the worst of a note counts."""
        counted = Counter(verdict.grade for verdict in worst(self.verdicts).values())
        return {grade: counted[grade] + len(self.left_out) * (grade == GRADES[-1]) for grade in GRADES}

    @property
    def worse(self) -> tuple[Verdict, ...]:
        """What is not even seen equal, in the order of the notes."""
        return tuple(one for one in self.verdicts if GRADES.index(one.grade) > GRADES.index("seen equal"))

    @property
    def loses(self) -> bool:
        """Whether a note lost some of its content, or is not there at all."""
        return any(self.shares[grade] for grade in ("content lost", "not adopted"))


def adopt(
    source: Source,
    root: Path,
    *,
    now: int,
    chance: random.Random,
    name: str = "",
    progress: Progress = lambda done, total: None,
) -> Adoption:
    """Make a project of a source in the folder `root`, which must be empty, and compare what it builds with the source.

    `now` is the time of this run, in seconds of the Unix epoch; `name` is that of the deck, by default what the source calls it.
    The end of the deck's id is drawn from `chance`. Raises Unadoptable if nothing comes of it, and OSError.
    """
    decks = Decks(name or source.name, source.name)
    if problem := name_problem(decks.name):
        raise Unadoptable(f"the deck cannot be called “{decks.name}”: the name {problem}", "Name it with --name.")
    held_files = media.write(source, root)
    project = _begun(root, decks.name, source, chance)
    stock = [note_type.name for note_type in notetypes.note_types(project).values()]
    adopted = types.adopted(source.note_types, source.notes, stock)
    left_out = [*source.left_out, *_of_refused_types(source)]
    known = [
        _known(note, adopted[note.note_type_id], decks, held_files.renamed)
        for note in source.notes
        if note.note_type_id in adopted
    ]
    notes, lacking = media.with_absent(known, held_files.usable, root)
    _write_types(root, adopted.values())
    held = entries(notes, adopted, decks.name)
    digests = {name: held_files.digests[name] for name in held_files.usable}
    folder = Folder(root, project, now, {id_: one.note_type for id_, one in adopted.items()}, digests)
    written, lost = chosen(folder, held, progress)
    kept = [entry for entry in held if entry.note.guid in written]
    without = {entry.note.guid for entry in held if _hides_nothing(entry)}
    left_out += (replace(one, reason=_NO_CLOZE) if one.guid in without else one for one in lost)
    if not kept:
        raise Unadoptable("none of its notes can be adopted" + (f": {left_out[0].reason}" if left_out else ""))
    made = folder.write(kept, written)
    built = _built(folder, kept, progress)
    judged = folder.compared([entry.note for entry in kept], built)
    return Adoption(
        name=decks.name,
        notes=len(source.notes) + len(source.left_out),
        cards=built.cards,
        files=len(made),
        media=len(built.media),
        note_types=tuple(sorted({entry.adopted.key for entry in kept})),
        places={
            entry.note.guid: Place(entry.id, f"{file.path}:{line}") for file in made for line, entry in file.begins
        },
        verdicts=tuple(
            one
            for entry in kept
            for one in _with_lost(judged[entry.note.guid], lacking.get(entry.note.guid, {}), held_files.unfit)
        ),
        left_out=tuple(left_out),
        decks={deck.name: new for deck in source.decks if (new := decks.whole(deck.name)) != deck.name},
        undescribed=tuple(deck.name for deck in source.decks if deck.description and deck.name != source.name),
        unfit=held_files.unfit,
        missing=media.counted(lacking),
        remarks=(*source.remarks, *_of_learners(source.notes)),
    )


def _begun(root: Path, name: str, source: Source, chance: random.Random) -> Settings:
    """Write the settings of a project, and what Git is to know of it; the settings, as they are read again."""
    described = next((deck.description for deck in source.decks if deck.name == source.name), "")
    (root / DECK).write_text(starter.settings(name, chance, "", described), encoding="utf-8", newline="\n")
    (root / attributes.FILE).write_text(attributes.TEXT, encoding="utf-8", newline="\n")
    (root / CARDS).mkdir()
    project, found = settings.load(root)
    if project is None:
        raise Unadoptable(found[0].message if found else "its settings cannot be written")
    return project.settings


def _write_types(root: Path, adopted: Iterable[types.Adopted]) -> None:
    for one in adopted:
        for path, data in types.files(one).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)


def _known(note: PackedNote, adopted: types.Adopted, decks: Decks, renamed: Mapping[str, str]) -> PackedNote:
    """The note with the names that its fields, decks and files have in the project."""
    cards = tuple(replace(card, deck=decks.whole(card.deck)) for card in note.cards)
    named = adopted.of(note)
    if renamed:
        fields = {field: with_new_names(value, renamed) for field, value in named.fields.items()}
        named = replace(named, fields=fields)
    return replace(named, cards=cards, tags=tuple(tag for tag in named.tags if tag.lower() not in _LEARNERS))


def _hides_nothing(entry: Entry) -> bool:
    """Whether it is a cloze note without a deletion: Anki has such notes, with one card that says so."""
    return entry.adopted.note_type.family != "basic" and not any(map(asked, entry.note.fields.values()))


_NO_CLOZE = "has no cloze deletion, so it makes no card"

_LEARNERS = ("leech", "marked")
"""Tags that Anki gives for a learner: they say nothing to others."""


def _of_learners(notes: Iterable[PackedNote]) -> Iterator[str]:
    """A sentence about the tags that are left out, if there are any."""
    number = sum(any(tag.lower() in _LEARNERS for tag in note.tags) for note in notes)
    if number:
        yield f"The tags “leech” and “marked” are each learner's own, and are left out of {count(number, 'note')}."


def _of_refused_types(source: Source) -> list[LeftOut]:
    """The notes whose note types cannot be adopted."""
    reasons = types.refused(source.note_types)
    refused = (note for note in source.notes if note.note_type_id in reasons)
    return [LeftOut(note.guid, beginning(note), reasons[note.note_type_id]) for note in refused]


def _built(folder: Folder, kept: Sequence[Entry], progress: Progress) -> Package:
    """What the package of the project has, read back from it. deck.lock has the release then as which the adoption counts."""
    outcome = folder.look(progress)
    assert outcome.loaded, outcome.status
    folder.lock(lock.stamped(outcome.loaded, {entry.note.guid: entry.note.mod for entry in kept}))
    with files.workshop(folder.root) as made:
        done = build.build(folder.root, Options(Terms(folder.now), made / "adopted.apkg", locked=True))
        if done.status != "built":
            raise Unadoptable(f"the project that was made of it cannot be built: {done.problem or done.status}")
        held = package.read(made / "adopted.apkg")
    shutil.rmtree(folder.root / BUILD, ignore_errors=True)
    return held


def _with_lost(
    verdicts: Sequence[Verdict], lacking: Mapping[str, Sequence[str]], unfit: Collection[str]
) -> Iterator[Verdict]:
    """What is thought of a note, whose files count that the source has and no card can show here: new learners do not see them. Those
    that the source only names are named here too.
    """
    lost = {
        field: name
        for field, names in lacking.items()
        if (name := next((name for name in names if name in unfit or not media.can_be_named(name)), ""))
    }
    for verdict in verdicts:
        if verdict.field not in lost and (verdict.field or not lost):
            yield verdict
    for field, name in lost.items():
        yield Verdict(verdicts[0].guid, "content lost", field, f"lacks the file {name}")
