"""I: mistakes that would cost learners their progress, and in `deck.lock`, with the pages of `deckwright explain`."""

from __future__ import annotations

from collections.abc import Sequence

from .declare import Words, declare

_OWN_ID = (
    "give it an id of its own, from the deck.toml that `deckwright init` makes in an empty folder, and delete deck.lock"
)


@declare("I001")
def duplicate_id(id_: str, first: str, free: str) -> Words:
    """Two notes have the same id.

    An id names one note for ever: learners' progress depends on it.
    Bad:
        ## What is a user? {.basic #user}
        A person or a service.

        ## What is a group? {.basic #user}
        Users with equal rights.
    Good:
        ## What is a user? {.basic #user}
        A person or a service.

        ## What is a group? {.basic #group}
        Users with equal rights.
    """
    return f"the id `{id_}` already belongs to the note at {first}", f"give this note another id: `{free}` is free"


@declare("I002")
def ambiguous(candidates: Sequence[str]) -> Words:
    """A note could be one of several released notes.

    A note without an id is recognised by its text. This one was edited. Now it is like several released notes, or like
    one that another note is like too, or not alike enough to be sure. A wrong guess would give it the progress of another
    note, so nothing is built.
    """
    return (
        f"this note may be {_listed(candidates, 'or')}, or a new one",
        'if it is one of them, write the ID that learners see on its card into the tag, as in id="…"; '
        "if it is new, run `deckwright build --retire`",
    )


@declare("I003", "warning")
def ambiguous_draft(candidates: Sequence[str], ids: Sequence[str], has_id: bool) -> Words:
    """A note could be one of several notes, and becomes a new one.

    None of them was released, or you said `--retire`. If you imported the deck yourself, your collection will have the
    old note beside the new one.
    """
    return (
        f"this note may be {_listed(candidates, 'or')}; it becomes a new one",
        f'if it is the old one, write {"was" if has_id else "id"}="{ids[0]}" into its tag{_which(ids)}'
        + ("" if has_id else "; if it is new, an id of its own avoids the doubt"),
    )


@declare("I004", "warning")
def guessed(name: str, likeness: float) -> Words:
    """A released note was edited, and is recognised by its likeness alone.

    It keeps its guid, so learners keep their progress. With an id in its tag, there would be no need to guess.
    """
    return (
        f"this note is taken for “{name}”, edited since its release (likeness {likeness:.0%})",
        "if it is another note, give it an id of its own",
    )


@declare("I005")
def recycled(id_: str, place: str) -> Words:
    """The id of a released note is on another text.

    Its own text is still there, in another note. Progress follows the id, so learners would be asked something that they
    never learned.
    """
    return (
        f"the id `{id_}` was released with the text that is now at {place}",
        "move the id back to that text, and give this note a new one",
    )


@declare("I006")
def renumbered(moved: Sequence[str], id_: str) -> Words:
    """Released cloze deletions were renumbered by hand.

    Progress belongs to the number. Under another number, an answer would take over the progress of another one.
    """
    return (
        f"progress would move between answers: {', '.join(moved[:4])}",
        f"give each answer its number back; if you mean it, run `deckwright build --renumber {id_}`",
    )


@declare("I007")
def two_answers(number: int, answers: Sequence[str], free: int) -> Words:
    """Two branches gave the same cloze number to two answers.

    Both answers are in the note now, and only one of them can keep the number.
    """
    return (
        f"c{number} is “{answers[0]}” on one branch and “{answers[1]}” on the other",
        f"give one of them a free number by hand: ==c{free}::{answers[1]}==",
    )


@declare("I008")
def many_retired(going: int, live: int, names: Sequence[str]) -> Words:
    """More than a tenth of the released notes would leave the deck at once.

    Most often a folder was moved or ids were changed, and nobody meant the notes to go.
    """
    return (
        f"{going} of {live} released notes are gone, among them {_listed(names, 'and')}",
        "bring them back; if you mean it, run `deckwright build --retire`",
    )


@declare("I009", "warning")
def other_type(name: str, was: str, now: str) -> Words:
    """A note has another note type now.

    Anki cannot turn a basic note into a cloze note. Whoever has the deck gets a new note, and keeps the old one.
    """
    return (
        f"“{name}” changed from {was} to {now}, so it is a new note",
        "change it back; or delete the old note in Anki, and if it was released, tell learners to",
    )


@declare("I010")
def unreadable(reason: str) -> Words:
    """`deck.lock` cannot be read.

    Without it, Deckwright would have to guess which notes learners have, so nothing is built.
    """
    return (
        f"deck.lock cannot be read: {reason}",
        "put the file itself there, as it is in Git: `git checkout deck.lock`; if it is there, check its permissions",
    )


@declare("I011")
def conflict_marker() -> Words:
    """`deck.lock` has conflict markers in it.

    Git could not merge the file. It can with the line `deck.lock merge=union` in `.gitattributes`, but GitHub ignores
    that line. Keep the lines of both sides, in any order: Deckwright puts them together.
    """
    return (
        "Git left a conflict marker in deck.lock",
        "delete the lines with <<<<<<<, ======= and >>>>>>>, keep all others, and build again",
    )


@declare("I012")
def corrupt_line(reason: str, more: int = 0) -> Words:
    """`deck.lock` is damaged.

    Only Deckwright writes this file, and each line ends with a check of all that stands before it. If a line was edited
    by hand, or a bit of it flipped, the check is wrong: a note could have another guid, and learners would get it a second
    time. So they could if its line were lost. So nothing is built, and the file is left as it is.
    """
    also = f"; so {'is' if more == 1 else 'are'} {more} more line{'s' * (more != 1)}" if more else ""
    return f"deck.lock is damaged: {reason}{also}", "restore the file from Git: `git checkout deck.lock`"


@declare("I013")
def two_notes(one: str, other: str) -> Words:
    """Two notes in `deck.lock` have the same guid.

    Merging two branches does not cause this. Which of the two notes learners have is in the history of the file.
    """
    return (
        f"“{one}” and “{other}” have the same guid in deck.lock",
        "delete the line of the note that was released later, or not at all",
    )


@declare("I014")
def other_format(format_: int, known: int) -> Words:
    """`deck.lock` has a format that this Deckwright cannot read.

    Another version of Deckwright wrote the file. If it were misread, learners would lose their progress, so nothing is
    built.
    """
    return (
        f"deck.lock has format {format_}, and this Deckwright reads format {known}",
        "a newer Deckwright wrote it: install the latest version"
        if format_ > known
        else "an older Deckwright wrote it: build with that version",
    )


@declare("I015")
def other_deck(ledger: str, settings: str) -> Words:
    """`deck.lock` belongs to another deck, or the id of the deck was changed.

    The id is part of every guid. With another id, learners would get every note a second time.
    """
    return (
        f"deck.lock belongs to the deck `{ledger}`, and the settings say id = `{settings}`",
        f'write id = "{ledger}" again; if you copied deck.lock from another deck, delete it',
    )


@declare("I016")
def changed_shape(name: str, own: str = "") -> Words:
    """A released note type has other fields or templates now.

    Anki would make a second note type, and never update the notes of the first. So the fields and templates of a released
    note type stay, with their order, their ids, the sort field and the kind. Names may change if there is an `id`, or a `was`
    with the first name; HTML and CSS may change always.
    """
    return (
        f"the note type “{name}” has other fields or templates than in the last release",
        f"take back what was changed in notetypes/{own}/notetype.toml: a field or template that was renamed needs `was` with its "
        "first name, and what is new needs another note type"
        if own
        else "build with the Deckwright that made the last release, and report this",
    )


@declare("I017")
def frozen_setting(key: str, was: str, now: str) -> Words:
    """A setting was changed that is frozen since the first release.

    Anki knows decks and tags by their names: cards would stay in the old deck, and new ones would go to another.
    """
    copied = f"; if this is a copy of that deck, {_OWN_ID}" if key == "name" else ""
    return f'`{key}` was "{was}" in the last release, and is "{now}" now', f'write {key} = "{was}" again{copied}'


@declare("I018", "warning")
def gone_deck(deck: str) -> Words:
    """A released deck has no notes any more.

    If you renamed it or moved its notes, learners' cards stay in the old deck, and only new notes go to the new one.
    """
    return (
        f"the released deck `{deck}` has no notes any more",
        "give the deck its old name back, or tell learners to move its cards",
    )


@declare("I019")
def lost() -> Words:
    """`deck.lock` is missing.

    The last commit has it. Without it, every note would be new, and learners would get all of them a second time.
    """
    return "deck.lock is missing, and the last commit has it", "restore it: `git checkout deck.lock`"


@declare("I020")
def renamed(was: str, id_: str) -> Words:
    """The id of a released note was changed.

    Learners' progress depends on the id. Under a new id, the text would be a new note, and learners would keep the old
    one as it is. With `was` next to the new id, it stays the same note.
    """
    return (
        f"this note was released with the id `{was}`",
        f'write was="{was}" next to `{id_}`; if it is a new note, run `deckwright build --retire`',
    )


@declare("I021", "warning")
def reused(id_: str, version: str) -> Words:
    """The id of a note that left the deck is on another text.

    The old note comes back with its id, and so does the progress of everyone who learned the old text.
    """
    return (
        f"the id `{id_}` belongs to a note with another text, which left the deck in {version}",
        "give this note another id, unless it is the old note, reworded",
    )


@declare("I022", "warning")
def replaced(name: str, was: str, id_: str) -> Words:
    """A note is gone, and a new one seems to have taken its place.

    Its id was changed, or so much of its text that it was not recognised. Whoever has the deck keeps the old note, and
    starts the new one from nothing.
    """
    return (
        f"this note takes the place of “{name}”, and what was learned of that is lost",
        f'if it is the same note, write was="{was}" next to `{id_}`'
        if id_
        else f'if it is the same note, write id="{was}" into its tag',
    )


@declare("I023", "warning")
def left(number: int, names: Sequence[str], also: bool) -> Words:
    """Notes have left the deck since the last build.

    An import deletes nothing: whoever has the notes keeps them. If a note was only moved or rewritten, it should have
    been recognised: it will be once it has its old id again.
    """
    others = "more " if also else ""
    them = "it" if number == 1 else "them"
    which = f": {_listed(names, 'and')}" if number <= len(names) else f", among them {_listed(names, 'and')}"
    return (
        f"{number} {others}note{'s' * (number != 1)} left the deck since the last build{which}",
        f"if you did not mean that, bring {them} back; if you imported the deck yourself, delete {them} in Anki",
    )


@declare("I024", "warning")
def remasked(lost: Sequence[str], came: Sequence[str], more: int) -> Words:
    """A mask is gone, and another one is new.

    A mask is known by its name. Under another name it is another card, and what was learned of the old one is lost.
    """
    also = f"; so it is in {more} more note{'s' * (more != 1)}" if more else ""
    return (
        f"the mask {_listed(lost, 'and')} is gone, and {_listed(came, 'and')} is new{also}",
        f'if one was renamed, write down what it was called: `data-mask-was="{lost[0]}"` in an SVG, '
        f'`was = "{lost[0]}"` in a mask file',
    )


@declare("I025")
def other_name(was: str, now: str) -> Words:
    """`deck.lock` belongs to a deck with another name.

    Either the project is a copy of another one. Two decks with the same id have the same guids: whoever imports both gets
    the notes of the second one in place of those of the first. Or the deck was renamed: the cards of all who have it stay
    in the deck with the old name.
    """
    return (
        f'deck.lock belongs to the deck “{was}”, and the settings say name = "{now}"',
        f"if this is a copy of that deck, {_OWN_ID}; if you renamed the deck, run `deckwright build --rename`",
    )


@declare("I026")
def no_number_left(answer: str, highest: int) -> Words:
    """A note has no number left for another answer.

    Anki has cards with the numbers 1 to 499, and a number never goes to another answer, even if its own is gone.
    """
    return (
        f"all numbers up to {highest} were used in this note, and “{answer}” needs another one",
        "put the new answers into a note of their own",
    )


@declare("I027", "warning")
def unknown_was(was: str) -> Words:
    """`was` names an id that no note had.

    `was` says which id the note had before. `deck.lock` knows no note with this one: it is a typo, or the old note left
    the deck in an earlier build, when nothing like it came.
    """
    return (
        f'was="{was}" names no note: deck.lock knows no such id',
        "write the note's old id there, or remove `was`; "
        "if an earlier build dropped that note, take back the deck.lock that has it (`git checkout COMMIT deck.lock`)",
    )


@declare("I028", "warning")
def same_name(name: str, group: str, number: int) -> Words:
    """Several notes of one section have the same name.

    An item, a row or a cell of a section with an id is known by what it asks, whatever else you edit. Where several ask the
    same, only their texts tell them apart: if you edit one, it may become a new note.
    """
    return (
        f"{number} notes of the section `{group}` are called “{name}”",
        "give each of them another name, or an id of its own",
    )


@declare("I029", "warning")
def forgotten(package: str, renewed: int, renumbered: int) -> Words:
    """`deck.lock` is missing, but there is a package of the deck.

    Deckwright knows from `deck.lock` which notes it has built before. Without it, a note that was edited since it was new
    gets another guid, and a cloze may get another number: whoever imported the package gets such notes a second time.
    """
    counts = ((renewed, "a new guid"), (renumbered, "other cloze numbers"))
    said = " and ".join(f"{number} would get {what}" for number, what in counts if number)
    return (
        f"deck.lock is missing: of the notes in {package}, {said}",
        "put deck.lock back, from a backup or another copy of the project, and build again; "
        "if nobody has imported that package, go on",
    )


@declare("I030", "warning")
def unfollowed_was(was: str, why: str) -> Words:
    """`was` names a note that this one cannot become.

    `was` says which id a note had before. If both notes were in the deck, each has its own progress, and nobody can put
    that of two notes together. A note can neither take the place of one that is still there, nor of one of another note
    type.
    """
    return f'was="{was}" is not followed: {why}', "remove `was`, or write the id there that this note had before"


@declare("I031")
def two_releases(version: str) -> Words:
    """A version was released twice, on two branches.

    `deck.lock` has both since the branches were merged. Learners who have one of the two would never get what only the other one brought.
    """
    return (
        f"version {version} was released twice, on two branches",
        "keep the deck.lock of the one that people have, `git checkout --ours deck.lock` or `--theirs`, delete the tag of "
        "the other, and release its changes as the next version",
    )


@declare("I032", "warning")
def rewritten(id_: str, name: str) -> Words:
    """The text below the id of a released note has become another one.

    Hardly a word of it is left. To Deckwright and to Anki it is still the old note: learners get the new text with the
    reviews of the old one. It is told once, by the first build that finds the new text.
    """
    return (
        f"hardly a word is left of “{name}”, which was released with the id `{id_}`",
        "if this asks something else, give it an id of its own; if it is the same question, reworded, go on",
    )


def _which(ids: Sequence[str]) -> str:
    """The other ids, as in ` (or "b", "c")`."""
    others = ", ".join(f'"{id_}"' for id_ in ids[1:3])
    return f" (or {others})" if others else ""


def _listed(names: Sequence[str], conjunction: str) -> str:
    """As in “a”, “b” or “c”; of more than three, the first three."""
    *others, last = [f"“{name}”" for name in names[:3]]
    return f"{', '.join(others)} {conjunction} {last}" if others else last
