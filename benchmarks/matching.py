"""How well and how fast edited notes without ids are known again: histories made up, a release in between, then the build.

    python benchmarks/matching.py [--notes N] [--seed S] [--no-times]

Two corpora: notes that are made up (a vocabulary with Zipf's distribution and clusters for each file), and this
repository's own cards without their ids. Each is released, edited and built again; as its ledger says, an edited note
kept its guid, lost it (it got a new one, or the build refused to guess), or was given another note's: swapped.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path

from deckwright import identity, settings
from deckwright.digests import digest
from deckwright.files import note_files
from deckwright.identity import Assigned, Terms, ledger
from deckwright.identity.matching import match
from deckwright.model import Candidate, Deletion, Family, Settings, Span
from deckwright.notes import compile_file
from deckwright.notetypes import note_types
from deckwright.sketches import sketch

RELEASED, LATER = 1_760_000_000, 1_770_000_000
SETTINGS = Settings("benchmark-00000000", "Benchmark", "benchmark")
TYPES = note_types(SETTINGS)
FAMILIES: dict[str, Family] = {key: note_type.family for key, note_type in TYPES.items()}

EDITS = ("typo", "a word", "a third", "half", "half, with heading", "heading", "heading, a third")
"""By how much of the note is edited. The last two reword the heading, or a row's first cell: half of its words."""

MIXED = {"none": 66, "moved": 4, "deleted": 4, "added": 4, "sibling": 2} | dict(
    zip(EDITS, (4, 4, 3, 2, 2, 3, 2), strict=True)
)
"""A busy release: how many of 100 notes see what. A sibling is added beside a note from which few words part it."""

HEAVY = {"moved": 1, "deleted": 4, "added": 4, "sibling": 2} | dict.fromkeys(EDITS, 89 // len(EDITS))
"""A rewrite: every note is edited, moved or deleted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A note for editing: `heading` is the last of its path, or the row's first cell; `origin` the number it is known by.

    `stem` and `tail` are the words that all parts of a section share.
    """

    kind: str
    above: tuple[str, ...]
    heading: tuple[str, ...]
    stem: tuple[str, ...]
    body: tuple[str, ...]
    origin: int
    tail: tuple[str, ...] = ()

    def candidate(self) -> Candidate:
        cloze = self.kind == "cloze"
        hidden = self.body[1::9] if cloze else ()
        span = Span("notes.md", self.origin)
        text = digest(self.text)
        return Candidate(
            "cloze" if cloze else "basic", "Benchmark", (*self.above, " ".join(self.heading)), text, sketch(self.text), span,
            deletions=tuple(Deletion(word, "", None, span) for word in hidden), source=text, shipped=text,
        )  # fmt: skip

    @property
    def text(self) -> str:
        return " ".join((*self.heading, *self.stem, *self.body, *self.tail))


Words = Callable[[Draft, int], tuple[str, ...]]
"""So many words that could stand in this draft."""


# The corpora


class Made:
    """Notes that are made up, for the files of a deck: words that all use, words of their file, words of the language."""

    def __init__(self, chance: random.Random, notes: int) -> None:
        self.chance = chance
        syllables = [a + b for a in "bcdfghklmnprstvwz" for b in "aeiou"]
        names = {"".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(14_000)}
        self.vocabulary = chance.sample(sorted(names), k=9_000)
        self.zipf = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.vocabulary))))
        self.files = max(notes // 120, 2)
        self.terms = [chance.sample(self.vocabulary[300:], k=120) for _ in range(self.files)]
        self.term_zipf = list(accumulate(1 / (rank + 2) for rank in range(120)))
        self.chapters = [[" ".join(self.words(file, 2)) for _ in range(10)] for file in range(self.files)]

    def words(self, file: int, number: int) -> tuple[str, ...]:
        """Six of ten from the language, by Zipf's law, and four from the file's own terms."""
        chosen = []
        for _ in range(number):
            own = self.chance.random() < 0.4
            words, sums = (self.terms[file], self.term_zipf) if own else (self.vocabulary, self.zipf)
            chosen.append(words[bisect(sums, self.chance.random() * sums[-1])])
        return tuple(chosen)

    def more(self, draft: Draft, number: int) -> tuple[str, ...]:
        file = int(draft.above[0].rpartition(" ")[2])
        if draft.kind == "row":
            return tuple(self.chance.choices(self.terms[file][:25], k=number))
        return self.words(file, number)

    def section(self, file: int, origin: int) -> list[Draft]:
        """A question, a cloze text, a list of items or a table of limits."""
        chance = self.chance
        above = (f"File {file}", chance.choice(self.chapters[file]))
        match chance.choices(("short", "long", "cloze", "item", "row"), (6, 2, 3, 1, 1))[0]:
            case "short":
                return [Draft("short", above, self.words(file, chance.randint(5, 14)), (),
                              self.words(file, chance.randint(1, 18)), origin)]  # fmt: skip
            case "long":
                return [Draft("long", above, self.words(file, chance.randint(5, 14)), (),
                              self.words(file, chance.randint(40, 220)), origin)]  # fmt: skip
            case "cloze":
                return [Draft("cloze", above, self.words(file, chance.randint(2, 5)), (),
                              self.words(file, chance.randint(8, 40)), origin)]  # fmt: skip
            case "item":
                above = (*above, " ".join(self.words(file, 3)))
                return [Draft("item", above, self.words(file, chance.randint(1, 3)), (),
                              self.words(file, chance.randint(4, 16)), origin + n)
                        for n in range(chance.randint(3, 8))]  # fmt: skip
        above = (*above, " ".join(self.words(file, 2)))
        stem = self.words(file, 8) if chance.random() < 0.4 else ()
        return [self.row(Draft("row", above, (), stem, (), origin + n), ()) for n in range(chance.randint(4, 12))]

    def row(self, draft: Draft, _: tuple[str, ...]) -> Draft:
        """A row of a table of limits: a few of the file's terms, which many rows use, a number and a unit."""
        number = str(self.chance.choice((1, 2, 3, 5, 10, 15, 20, 25, 30, 50, 60, 100, 256, 300, 400, 500, 1000, 10000)))
        unit = self.chance.choice(("minutes", "seconds", "KiB", "MiB", "days", "messages", "calls", ""))
        return replace(draft, heading=self.more(draft, self.chance.randint(2, 5)), body=(number, *filter(None, [unit])))

    def drafts(self, notes: int) -> list[Draft]:
        made: list[Draft] = []
        while len(made) < notes:
            made += self.section(self.chance.randrange(self.files), len(made) + 1)
        return made[:notes]

    def added(self, beside: Draft, origin: int) -> Draft:
        """A new note of the same kind in the same section, or a section of its own."""
        if beside.kind == "row":
            return self.row(replace(beside, origin=origin), ())
        sizes = len(beside.heading), len(beside.body)
        heading, body = (self.more(beside, max(1, size + self.chance.randint(-2, 2))) for size in sizes)
        return replace(beside, heading=heading, body=body, origin=origin)


class Cards:
    """The notes of this repository, whose edits and additions use the words of the same file."""

    def __init__(self, chance: random.Random, _: int = 0) -> None:
        self.chance = chance
        root = Path(__file__).resolve().parent.parent
        project, _ = settings.load(root)
        paths = note_files(root, project.settings.cards)
        compiled = (compile_file(path, (root / path).read_bytes(), project.settings)[0] for path in paths)
        self.made = []
        self.by_file: dict[str, list[str]] = defaultdict(list)
        for origin, note in enumerate(chain.from_iterable(compiled), 1):
            heading = note.path[-1] if note.text.startswith(note.path[-1]) else note.path[-2]
            body = tuple(note.text[len(heading) :].split())
            kind = "cloze" if note.note_type == "cloze" else "item" if len(note.path) > 3 else "short"
            self.made.append(Draft(kind, note.path[:-1], tuple(heading.split()), (), body, origin))
            self.by_file[note.path[0]] += note.text.split()
        sections: dict[tuple[str, ...], list[Draft]] = defaultdict(list)
        for draft in self.made:
            sections[draft.above].append(draft)
        self.made = [parted(draft, sections[draft.above]) for draft in self.made]

    def more(self, draft: Draft, number: int) -> tuple[str, ...]:
        return tuple(self.chance.choices(self.by_file[draft.above[0]], k=number))

    def drafts(self, notes: int) -> list[Draft]:
        return list(self.made)

    def added(self, beside: Draft, origin: int) -> Draft:
        heading, body = (self.more(beside, len(part)) for part in (beside.heading, beside.body))
        return replace(beside, heading=heading, body=body, origin=origin)


def parted(draft: Draft, section: Sequence[Draft]) -> Draft:
    """The draft of an item or a row, with what it shares with the whole section taken out of its body."""
    bodies = [other.body for other in section]
    if draft.kind != "item" or len(bodies) < 3:
        return draft
    same = [len(set(words)) == 1 for words in zip(*bodies, strict=False)]
    start = (*same, False).index(False)
    same = [len(set(words)) == 1 for words in zip(*(body[start:][::-1] for body in bodies), strict=False)]
    end = len(draft.body) - (*same, False).index(False)
    return replace(draft, stem=draft.body[:start], body=draft.body[start:end], tail=draft.body[end:])


# A history


def is_alike(draft: Draft, gone: Draft) -> bool:
    """Whether anybody would take the one for the other, edited: in one section, with half of their words in common."""
    one, other = ({*d.heading, *d.body} for d in (draft, gone))
    return draft.above == gone.above and 2 * len(one & other) >= min(len(one), len(other))


def edited(draft: Draft, edit: str, more: Words, chance: random.Random) -> Draft:
    """The draft after an edit of one of the classes."""
    heading, body = draft.heading, draft.body
    match edit:
        case "typo":
            part = heading if chance.random() * len((*heading, *body)) < len(heading) else body
            typed = with_typo(part, chance)
            return replace(draft, heading=typed, body=body) if part is heading else replace(draft, body=typed)
        case "a word":
            whole = changed((*heading, *body), 1, draft, more, chance, pace=len(heading))
        case "a third":
            return replace(draft, body=changed(body, max(len(body) // 3, 1), draft, more, chance)[1])
        case "half":
            return replace(draft, body=changed(body, max(len(body) // 2, 1), draft, more, chance)[1])
        case "half, with heading":
            whole = changed((*heading, *body), len((*heading, *body)) // 2, draft, more, chance, pace=len(heading))
        case "heading":
            whole = changed(heading, max(len(heading) // 2, 1), draft, more, chance)[1], body
        case _:
            whole = (
                changed(heading, max(len(heading) // 2, 1), draft, more, chance)[1],
                changed(body, len(body) // 3, draft, more, chance)[1],
            )
    return replace(draft, heading=whole[0], body=whole[1])


def changed(
    words: Sequence[str], number: int, draft: Draft, more: Words, chance: random.Random, *, pace: int = 0
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """So many of the words replaced by others, cut in two after the word `pace`: three of four in their place, one dropped
    or doubled by a second new one.
    """
    new: list[tuple[str, ...]] = [(word,) for word in words]
    for place in chance.sample(range(len(words)), k=min(number, len(words))):
        new[place] = more(draft, chance.choice((1, 1, 1, 1, 1, 1, 2, 0)) if len(words) > 2 else 1)
    first, second = (tuple(w for part in parts for w in part) for parts in (new[:pace], new[pace:]))
    return first, second


def with_typo(words: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    """One letter of one word replaced or dropped."""
    place = chance.randrange(len(words))
    word = words[place]
    letter = chance.randrange(len(word))
    wrong = word[:letter] + chance.choice(("", "x", "e")) + word[letter + 1 :] or "x"
    return (*words[:place], wrong, *words[place + 1 :])


def history(corpus: Made | Cards, notes: int, rates: dict[str, int], chance: random.Random) -> tuple[list, list, dict]:
    """The notes as released, the notes as edited, and the class of each edited one by its origin."""
    before = corpus.drafts(notes)
    after, classes, names = [], {}, list(rates)
    for draft, edit in zip(before, chance.choices(names, list(rates.values()), k=len(before)), strict=True):
        if edit in EDITS:
            after.append(edited(draft, edit, corpus.more, chance))
        elif edit == "moved":
            after.append(replace(draft, above=("File 0" if isinstance(corpus, Made) else before[0].above[0], "Moved")))
        elif edit != "deleted":
            after.append(draft)
        classes[draft.origin] = edit if edit not in ("added", "sibling") else "none"
        if edit in ("added", "sibling"):
            origin = len(before) + len(classes) + 1_000_000
            new = corpus.added(draft, origin) if edit == "added" else replace(draft, origin=origin)
            if edit == "sibling":
                new = edited(new, "heading, a third", corpus.more, chance)
            after.append(new)
            classes[origin] = edit
    gone = [d for d in before if classes[d.origin] == "deleted"]
    for draft in after:
        if classes[draft.origin] in ("added", "sibling") and any(is_alike(draft, d) for d in gone):
            classes[draft.origin] = "like a deleted one"
    texts = Counter(d.text for d in before)
    twins = {d.origin for d in before if texts[d.text] > 1}
    return before, [d for d in after if d.origin not in twins], classes


def released(drafts: Sequence[Draft]) -> ledger.Ledger:
    """The ledger after these notes were released."""
    made = assigned(drafts, ledger.empty(SETTINGS.id), RELEASED)
    return identity.release(made, SETTINGS, "1.0.0", RELEASED, {}).ledger


def assigned(drafts: Sequence[Draft], known: ledger.Ledger, now: int) -> Assigned:
    return identity.assign([d.candidate() for d in drafts], TYPES, known, SETTINGS, Terms(now))


def fates(before: Sequence[Draft], after: Sequence[Draft], known: ledger.Ledger) -> dict[int, str]:
    """What became of each edited note, by its origin."""
    first, then = assigned(before, known, RELEASED), assigned(after, known, LATER)
    owner = {who.guid: d.origin for d, who in zip(before, first.identities, strict=True) if who}
    got = {d.origin: owner.get(who.guid) for d, who in zip(after, then.identities, strict=True) if who}
    return {
        d.origin: "refused" if d.origin not in got
        else "kept" if got[d.origin] == d.origin
        else "new" if got[d.origin] is None
        else "swapped"
        for d in after
    }  # fmt: skip


# What is printed


def measure(
    title: str, corpus: type[Made] | type[Cards], rates: dict[str, int], rounds: int, given: argparse.Namespace
) -> None:
    """A table of what became of the notes, by class, over so many histories."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for number in range(rounds):
        chance = random.Random(given.seed * 1000 + number)
        before, after, classes = history(corpus(chance, given.notes), given.notes, rates, chance)
        for origin, fate in fates(before, after, released(before)).items():
            table[classes[origin]][fate] += 1
    total = sum(sum(row.values()) for row in table.values())
    table["all edited"] = sum((table[name] for name in EDITS), Counter())
    table["all new"] = table["added"] + table["sibling"]
    print(f"\n{title}: {total:,} notes in {rounds} {'history' if rounds == 1 else 'histories'}\n")
    print(f"{'edit':<20}{'notes':>8}{'kept':>10}{'new guid':>10}{'refused':>10}{'swapped':>10}")
    for name in ("none", "moved", *EDITS, "all edited", "added", "sibling", "all new", "like a deleted one"):
        row = table[name]
        shares = (f"{100 * row[fate] / max(sum(row.values()), 1):9.2f}%" for fate in ("kept", "new", "refused"))
        print(f"{name:<20}{sum(row.values()):>8,}{''.join(shares)}{row['swapped']:>10,}")


def times(seed: int) -> None:
    """Seconds for decks of growing size."""
    print("\nSeconds of processor time, best of 3; everything edited, and the build’s part: once\n")
    print(
        f"{'notes':>8}{'MB':>7}{'read':>8}{'write':>8}{'as it was':>12}{'1 % edited':>12}{'build’s part':>14}{'all edited':>12}"
    )
    for notes in (1_000, 10_000, 50_000):
        print(f"{notes:>8,}", "".join(times_of(notes, random.Random(seed))), sep="")


def times_of(notes: int, chance: random.Random) -> Iterator[str]:
    """The cells of a row. The build's part is that of a build with 1 % edited: read, match, number, stamp, write."""
    corpus = Made(chance, notes)
    before = corpus.drafts(notes)
    known = released(before)
    few = [edited(d, "a third", corpus.more, chance) if n % 100 == 0 else d for n, d in enumerate(before)]
    whole = [edited(d, "a third", corpus.more, chance) for d in before]
    as_it_was, a_few, all_ = ([d.candidate() for d in drafts] for drafts in (before, few, whole))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ledger.FILE
        write = timed(lambda: (path.unlink(missing_ok=True), ledger.write(known, path)))
        yield f"{path.stat().st_size / 1e6:>7.1f}"
        yield f"{timed(lambda: ledger.read(path, SETTINGS.id)):>8.2f}{write:>8.2f}"
        yield f"{timed(lambda: matched(as_it_was, known)):>12.2f}{timed(lambda: matched(a_few, known)):>12.2f}"
        yield f"{timed(lambda: build(a_few, path), 1):>14.2f}{timed(lambda: matched(all_, known), 1):>12.2f}"


def matched(candidates: Sequence[Candidate], known: ledger.Ledger) -> None:
    match(candidates, known.lines.values(), FAMILIES)


def build(candidates: Sequence[Candidate], path: Path) -> None:
    """What a build does with the ledger."""
    known, _ = ledger.read(path, SETTINGS.id)
    ledger.write(identity.assign(candidates, TYPES, known, SETTINGS, Terms(LATER)).ledger, path)


def timed(run: Callable[[], object], rounds: int = 3) -> float:
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        seconds.append(time.process_time() - began)
    return min(seconds)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=10_000, help="notes of a history that is made up (10000)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    parser.add_argument("--no-times", action="store_true", help="leave out the times")
    given = parser.parse_args(arguments)
    measure("Made up, a busy release", Made, MIXED, 3, given)
    measure("Made up, everything edited", Made, HEAVY, 1, given)
    measure("Own cards, a busy release", Cards, MIXED, 20, given)
    measure("Own cards, everything edited", Cards, HEAVY, 20, given)
    if not given.no_times:
        times(given.seed)


if __name__ == "__main__":
    main(sys.argv[1:])
