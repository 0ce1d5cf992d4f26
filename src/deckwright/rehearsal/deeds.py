"""What learners do: a function each, which `worker` finds beside itself and calls. It returns why nobody can do this, or nothing.

As in `worker`, nothing of ours is imported, and Python may be of version 3.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .worker import Learner

ANSWERS = 60
"""How many cards a learner answers: enough to have cards in all states, and soon done."""

LEECHES = 50
DAY_OF_A_LEECH = {"type": 2, "queue": 2, "ivl": 10, "factor": 2500, "reps": 20, "lapses": 7}
"""A card that becomes a leech with its next lapse, by the default options of a deck."""


def review(learner: Learner) -> None:
    """Answer cards as they come, and put off every second one that is still new."""
    col, ratings = learner.col, cycle([3, 2, 0, 1])
    left = ANSWERS
    for deck in col.decks.all_names_and_ids():
        col.decks.select(deck.id)
        while left and (queued := col.sched.get_queued_cards(fetch_limit=1).cards):
            card = col.get_card(queued[0].card.id)
            card.start_timer()
            states = queued[0].states
            col.sched.answer_card(col.sched.build_answer(card=card, states=states, rating=next(ratings)))
            left -= 1
    if unseen := col.db.list("SELECT id FROM cards WHERE type = 0 ORDER BY id")[::2]:
        col.sched.set_due_date(unseen, "3-30")


def edit_before(learner: Learner) -> None:
    """Edit and tag all notes, before the newest package was made."""
    _edit(learner, learner.before_release)


def edit_after(learner: Learner) -> None:
    """Edit and tag all notes, after the newest package was made and before it is imported."""
    _edit(learner, learner.after_release)


def _edit(learner: Learner, when: Callable[[int], int]) -> None:
    times = {id_: when(id_) for id_ in learner.ids("notes")}
    notes = [learner.col.get_note(id_) for id_ in times]
    for note in notes:
        filled = [number for number, value in enumerate(note.fields) if value]
        if filled:
            note.fields[filled[-1]] += " (mine)"
        note.tags.append("mine")
    learner.col.update_notes(notes)
    learner.date(times)


def restyle(learner: Learner) -> None:
    """Edit the styling of all note types before the newest package was made, and write the file that the cards link to."""
    newest = learner.stage.note_types[-1]
    for note_type in learner.used_types():
        for name in re.findall(r'href="(_[\w.-]+\.css)"', note_type["tmpls"][0]["qfmt"])[:1]:
            (Path(learner.col.media.dir()) / name).write_text(".card.card { color: navy }\n", encoding="utf-8")
        was = note_type["mod"]
        theirs = newest.get(note_type["id"], 0)
        note_type["css"] += "\n.card { background: beige }"
        learner.col.models.update_dict(note_type)
        time = theirs - 1 if theirs > was else was + 1
        learner.col.db.execute("UPDATE notetypes SET mtime_secs = ? WHERE id = ?", time, note_type["id"])
    learner.forget()


def rename_decks(learner: Learner) -> None:
    """Give the decks at the top another name, and those below them with them."""
    for deck in list(learner.col.decks.all_names_and_ids(skip_empty_default=True)):
        if "::" not in deck.name:
            learner.col.decks.rename(deck.id, f"Mine {deck.name}")


def move(learner: Learner) -> None:
    """Move all cards to a deck of one's own."""
    learner.col.set_deck(learner.ids("cards"), learner.col.decks.id("Mine"))


def suspend(learner: Learner) -> None:
    learner.col.sched.suspend_cards(learner.ids("cards"))


def flag(learner: Learner) -> None:
    learner.col.set_user_flag_for_cards(3, learner.ids("cards"))


def bury(learner: Learner) -> None:
    learner.col.sched.bury_cards(learner.ids("cards"))


def filter_cards(learner: Learner) -> str:
    """Put all cards that are neither suspended nor buried into a filtered deck."""
    deck = learner.col.sched.get_or_create_filtered_deck(0)
    deck.name = "Mine"
    del deck.config.search_terms[1:]
    deck.config.search_terms[0].search = ""
    deck.config.search_terms[0].limit = 1_000_000
    if not learner.col.find_cards("-is:suspended -is:buried"):
        return "no card can be put into a filtered deck"
    learner.col.sched.add_or_update_filtered_deck(deck)
    return ""


def forget_leeches(learner: Learner) -> str:
    """Forget cards once more, after the newest package was made: Anki tags their notes as leeches."""
    from anki.scheduler.v3 import CardAnswer

    col = learner.col
    for id_ in learner.changed_first()[:LEECHES]:
        if not (held := col.get_note(id_).cards()):
            continue
        card, time = held[0], learner.after_release(id_)
        for name, value in DAY_OF_A_LEECH.items():
            setattr(card, name, value)
        card.due = col.sched.today
        col.update_card(card)
        card.start_timer()
        states = col._backend.get_scheduling_states(card.id)
        col.sched.answer_card(col.sched.build_answer(card=card, states=states, rating=CardAnswer.AGAIN))
        if col.get_note(id_).has_tag("leech"):
            learner.date({id_: time})
    return "" if col.find_notes("tag:leech") else "no card became a leech"


def delete_notes(learner: Learner) -> None:
    """Delete every second note, first of all those that the newest package changes."""
    learner.col.remove_notes(learner.changed_first()[::2])


def delete_template(learner: Learner) -> str:
    """Delete the last card type of all note types that have several."""
    several = [note_type for note_type in learner.used_types() if len(note_type["tmpls"]) > 1]
    for note_type in several:
        learner.col.models.remove_template(note_type, note_type["tmpls"][-1])
        learner.col.models.update_dict(note_type)
    return "" if several else "no note type has two card types"


def add_field(learner: Learner) -> None:
    """Add a field to all note types."""
    for note_type in learner.used_types():
        learner.col.models.add_field(note_type, learner.col.models.new_field("Mine"))
        learner.col.models.update_dict(note_type)


def remove_field(learner: Learner) -> None:
    """Remove that field again, after the newest package was made. Anki says of all these notes that they were changed just now,
    which can be the second in which the package was made: then it would take none of them for another.
    """
    for note_type in learner.used_types():
        for field in [field for field in note_type["flds"] if field["name"] == "Mine"]:
            learner.col.models.remove_field(note_type, field)
            learner.col.models.update_dict(note_type)
    learner.date({id_: learner.after_release(id_) for id_ in learner.ids("notes")})


DEEDS: dict[str, Callable[[Learner], str | None]] = {
    deed.__name__: deed
    for deed in (
        *(review, edit_before, edit_after, restyle, rename_decks, move, suspend, flag, bury, filter_cards),
        *(forget_leeches, delete_notes, delete_template, add_field, remove_field),
    )
}
