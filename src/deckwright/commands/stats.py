"""`deckwright stats`: a project → how many notes and cards it has of what, what they lack, and how long answers are."""

from __future__ import annotations

from pathlib import Path

import click

from ._project import end_without, found_root, loaded, project_option
from ._talk import command, explain_first, fail, print_json, say, styled, summary


@command("stats")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def stats(start: Path, as_json: bool) -> None:
    """Count the notes and the cards: by kind, deck and tag.

    Also: how many words answers have, which notes are without an id, a source or a tag, and how large the media are.
    Decks and tags count with those below them. Notes with errors are left out.
    """
    from .. import statistics

    made, found = loaded(found_root(start))
    wrong = [one for one in found if one.severity == "error"]
    say(wrong)
    if made is None:
        fail(1, f"Nothing can be counted: {summary(wrong)}.", f"Next: {explain_first(wrong)}")
    numbers = statistics.count(made.collection, made.notes.written, made.notes.owned.kinds)
    if as_json:
        print_json(statistics.to_json(numbers))
    else:
        click.echo(statistics.to_text(numbers, styled))
    end_without(wrong)
