"""A release → what is told of its editions: which there are, and what has changed of them since the release before."""

from __future__ import annotations

from collections.abc import Iterator

from ..amounts import count
from .cut import Cut
from .step import Reason
from .words import code, entries, named, text


def told(cut: Cut) -> list[str]:
    """What a learner wants to know of the editions, as blocks of Markdown; none if there never was any."""
    changed = [*_changed(cut, with_notes=True)]
    if not cut.editions:
        return ["## Editions", *changed] if changed else []
    rows = [("the whole deck", cut.file(), cut.counts)]
    rows += [(text(edition.title), cut.file(edition.name), edition.counts) for edition in cut.editions]
    table = ["| edition | notes | cards | file |", "| --- | --- | --- | --- |"]
    table += [f"| {title} | {counts['note']} | {counts['card']} | {code(file)} |" for title, file, counts in rows]
    how = (
        "An edition is a part of the deck. You may import another one, or the whole deck, at any time: notes that you have "
        "stay as they are, with your reviews."
    )
    return ["## Editions", how, "\n".join(table), *changed]


def summed(cut: Cut) -> list[str]:
    """What has changed of the editions, a sentence for each change."""
    return [*_changed(cut, with_notes=False)]


def _changed(cut: Cut, with_notes: bool) -> Iterator[str]:
    reasons = cut.verdict.reasons if cut.former else ()
    for rule, said in (("new edition", "New edition{}"), ("edition gone", "Edition{} no longer made")):
        titles = [text(reason.name) for reason in reasons if reason.rule == rule]
        if titles:
            yield f"{said.format('s' * (len(titles) > 1))}: {', '.join(titles)}."
    if with_notes and any(reason.rule == "edition gone" for reason in reasons):
        yield "Whoever has an edition that is no longer made gets its updates with the whole deck, and loses nothing."
    for reason in reasons:
        if reason.rule == "edition renamed":
            yield f"The files of the edition {text(reason.name)} have another name."
    for rule in ("left edition", "joined edition"):
        titles = [reason.detail for reason in reasons if reason.rule == rule]
        for title in dict.fromkeys(titles):
            held = [reason for reason in reasons if reason.rule == rule and reason.detail == title]
            yield _moved(rule, title, held, with_notes)
            if with_notes:
                yield "\n".join(entries(held, lambda reason: named(reason.name, reason.id)))


def _moved(rule: str, title: str, held: list[Reason], with_notes: bool) -> str:
    """The sentence for the notes that left an edition, or joined it."""
    notes = count(len(held), "note")
    if rule == "left edition":
        more = (
            " Learners of the edition keep what they have; updates of it come with the whole deck:"
            if with_notes
            else ""
        )
        return f"{notes} left the edition {text(title)}, and stayed in the deck.{more}"
    more = " Whoever learns it gets them as new:" if with_notes else ""
    return f"{notes} of the deck joined the edition {text(title)}.{more}"
