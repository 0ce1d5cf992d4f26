"""R: mistakes in what an author says of a release, with the pages of `deckwright explain`."""

from __future__ import annotations

from .declare import Words, declare


@declare("R001")
def unknown_key(key: str) -> Words:
    """A note on changes has a line above its text that means nothing.

    The files in `changes` say what is new in the next release. Between two lines of dashes at its top, such a file may say
    `relearn:` and the IDs of notes that people must learn again.
    """
    return f"`{key}` means nothing here", "write `relearn:` and the IDs of notes, or leave the line out"


@declare("R002")
def not_relearned(id_: str, near: str) -> Words:
    """`relearn` names a note that the release does not change.

    Only who gets another answer has anything to learn again. The ID is the one that learners see on the card.
    """
    hint = f"did you mean `{near}`?" if near else "write the ID of a note that has changed since the last release"
    return f"this release changes no note with the ID `{id_}`", hint


@declare("R003")
def unreadable_changes(reason: str, hint: str = "write it as UTF-8 text") -> Words:
    """A note on changes cannot be read.

    The files in `changes` that end in `.md` say what is new in the next release, and become a part of what is published.
    """
    return f"this note on changes cannot be read: {reason}", hint
