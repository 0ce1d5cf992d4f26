"""T: mistakes in note types of the project, and in the notes that use them, with the pages of `deckwright explain`."""

from __future__ import annotations

from collections.abc import Sequence

from ..limits import MAX_FIELD_NAME, MAX_NOTE_TYPE_BYTES
from ..names import nearest
from .declare import Words, declare


@declare("T001")
def no_note_type(name: str, reason: str, hint: str) -> Words:
    """A folder in `notetypes` cannot be a note type.

    The folder's name is the word in tags: small letters, digits and hyphens, and no word that Deckwright has a use for. In
    it is a file `notetype.toml`. Folders that are empty, or begin with a dot or an underscore, are left alone.

    Bad (notetypes/cloze/notetype.toml):
        kind = "cloze"

        [fields]
        Text = { from = "answer" }

        [templates.Cloze]
    Bad (notetypes/cloze/front.html):
        {{cloze:Text}}
    Bad (notetypes/cloze/back.html):
        {{cloze:Text}}
    Good (notetypes/gaps/notetype.toml):
        kind = "cloze"

        [fields]
        Text = { from = "answer" }

        [templates.Cloze]
    Good (notetypes/gaps/front.html):
        {{cloze:Text}}
    Good (notetypes/gaps/back.html):
        {{cloze:Text}}
    """
    return f"the folder `{name}` cannot be a note type: {reason}", hint


@declare("T002")
def no_file(name: str, reason: str) -> Words:
    """A file of a note type cannot be read.

    A template with the name `Card` has the files `Card.front.html` and `Card.back.html`. The only template of a note type may
    also have `front.html` and `back.html`. They are text in UTF-8, of at most 256 KiB, and so is `style.css`.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Good (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    """
    return (
        f"the file `{name}` {reason}",
        f"each template needs a front and a back, as text in UTF-8 of at most {MAX_NOTE_TYPE_BYTES >> 10} KiB",
    )


@declare("T003")
def wrong_value(key: str, reason: str, hint: str) -> Words:
    """A key in `notetype.toml` has a value that it cannot have.

    All keys and their values are on the [page on note types](https://github.com/deckwright/deckwright/blob/main/docs/notetypes.md).

    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "title" }
        Meaning = { from = "answer" }

        [templates.Card]
    Good (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    """
    return f"`{key}` {reason}", hint


@declare("T004")
def unknown_key(key: str, known: Sequence[str]) -> Words:
    """A key in `notetype.toml` does not exist.

    It would have no effect, and the key that was meant would keep its default.

    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { form = "answer" }

        [templates.Card]
    Good (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    """
    near = _meant(key.rpartition(".")[2], known)
    return f"there is no key `{key}` in a note type", near or f"the keys here are {', '.join(known)}"


@declare("T005")
def bad_name(what: str, name: str, reason: str) -> Words:
    """A name is one that Anki does not allow.

    A template names a field in braces, and what stands before a colon is a filter. So Anki removes `:`, `"`, `{` and `}` from
    names of fields, and spaces and the signs of sections from their ends: templates would name a field that does not exist.

    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        "Word: plural" = { label = "Plural" }
        Meaning = { from = "answer" }

        [templates.Card]
    Good (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        "Word (plural)" = { label = "Plural" }
        Meaning = { from = "answer" }

        [templates.Card]
    """
    return f'the name "{name[:MAX_FIELD_NAME]}" of a {what} {reason}', "give it another name"


@declare("T006")
def taken(what: str, value: str, other: str, hint: str) -> Words:
    """Two things in note types have the same name or the same id.

    Anki could not tell them apart, so it renames the second note type or field: it adds a `+`. What stands behind a label, or
    in an attribute, can go to one field only.

    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "heading" }

        [templates.Card]
    Good (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    """
    return f"{what} {value} is that of {other} too", hint


@declare("T007")
def unknown_field(field: str, known: Sequence[str]) -> Words:
    """A template names a field that the note type does not have.

    Anki would show an error in place of the card. Capitals count, and so do spaces before the name of the field.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/front.html):
        {{Wrod}}
    Good (notetypes/word/front.html):
        {{Word}}
    """
    near = _meant(field, known)
    return f"there is no field `{field}`", near or f"the fields are {', '.join(known)}"


@declare("T008")
def unclosed_section(reason: str) -> Words:
    """A section of a template is not closed.

    Between `{{#Field}}` and `{{/Field}}` stands what is shown if the field is filled, and between `{{^Field}}` and `{{/Field}}` what is
    shown if it is empty. The last one that was opened is closed first.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Bad (notetypes/word/back.html):
        {{FrontSide}}{{#Meaning}}<p>{{Meaning}}</p>
    Good (notetypes/word/back.html):
        {{FrontSide}}{{#Meaning}}<p>{{Meaning}}</p>{{/Meaning}}
    """
    return reason, "close each section with `{{/Field}}`, the last one that was opened first"


@declare("T009")
def no_field_on_front() -> Words:
    """The front of a template shows no field.

    It would be the same for each note, and Anki refuses such a template.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/front.html):
        What does it mean?
    Good (notetypes/word/front.html):
        {{Word}}
    """
    return "this front shows no field of the note", "write `{{…}}` with the name of a field into it"


@declare("T010")
def no_cloze_field(side: str, field: str) -> Words:
    """A template of the kind cloze does not show the text with the deletions.

    Both sides need `{{cloze:…}}` with the field that the text of the section goes to: there Anki hides or shows what is asked.
    `{{FrontSide}}` is no replacement for it, since it shows the front with the gaps.

    Both (notetypes/word/notetype.toml):
        kind = "cloze"

        [fields]
        Text = { from = "answer" }

        [templates.Cloze]
    Both (notetypes/word/back.html):
        {{cloze:Text}}
    Bad (notetypes/word/front.html):
        {{Text}}
    Good (notetypes/word/front.html):
        {{cloze:Text}}
    """
    return f"this {side} does not contain {{{{cloze:{field}}}}}", f"write {{{{cloze:{field}}}}} where the text belongs"


@declare("T011")
def same_front(name: str, other: str) -> Words:
    """Two templates have the same front.

    Both cards would ask the same. Anki refuses such a note type.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Forward]

        [templates.Back]
    Both (notetypes/word/Forward.front.html):
        {{Word}}
    Both (notetypes/word/Forward.back.html):
        {{Meaning}}
    Bad (notetypes/word/Back.front.html):
        {{Word}}
    Bad (notetypes/word/Back.back.html):
        {{Meaning}}
    Good (notetypes/word/Back.front.html):
        {{Meaning}}
    Good (notetypes/word/Back.back.html):
        {{Word}}
    """
    return f"the front of “{name}” is the same as that of “{other}”", "change one of the two, or remove a template"


@declare("T012", "warning")
def unknown_filter(name: str, known: Sequence[str]) -> Words:
    """A template uses a filter that Anki does not have.

    Without an add-on that knows it, Anki shows the field as if the filter were not there.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/front.html):
        {{txet:Word}}
    Good (notetypes/word/front.html):
        {{text:Word}}
    """
    near = _meant(name, known)
    return f"Anki has no filter `{name}`", near or f"the filters are {', '.join(known)}"


@declare("T013", "warning")
def active(words: str, what: str) -> Words:
    """A template or its stylesheet runs a script, or loads something.

    Templates are yours, and nothing is taken out of them. But cards must work without a network, and whoever serves what a card
    loads can see what a learner studies, and when. Scripts run in Anki on computers and phones, each with a browser of its own;
    in the preview, on the pages of the deck and in a review they do not. A package contains files that notes show, and those in
    the media folder whose names begin with `_` and stand in a template.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad (notetypes/word/front.html):
        <script src="https://example.org/a.js"></script>{{Word}}
    Good (notetypes/word/front.html):
        {{Word}}
    """
    hints = {
        "script": "leave it out if the card works without it",
        "network": "leave it out, or make it part of the file as a `data:` address",
        "file": "give it a name that begins with `_`, in the media folder and here, or write it as a `data:` address",
    }
    said = {
        "script": "is run in Anki, and nowhere else",
        "network": "is loaded from the network, and cards must work without one",
        "file": "is a file that no package contains",
    }
    return f"`{words}` {said[what]}", hints[what]


@declare("T014", "warning")
def no_effect(words: str, reason: str, hint: str) -> Words:
    """A part of a template does not do what it looks like.

    Anki shows braces that are never closed as they stand. It shows nothing for `{{cloze:…}}` if the kind is basic, and nothing for
    `{{FrontSide}}` on the front itself.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Bad (notetypes/word/back.html):
        {{FrontSide}}{{Meaning}}, {{Word
    Good (notetypes/word/back.html):
        {{FrontSide}}{{Meaning}}, {{Word}}
    """
    return f"`{words}` {reason}", hint


@declare("T015")
def no_card(kind: str, missing: Sequence[str]) -> Words:
    """A note of a note type of the project would have no card.

    Anki makes a card of a template if its front shows a field that is filled. The conditions in the templates count.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{#Meaning}}{{Word}}{{/Meaning}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad:
        ## heron {.word}
    Good:
        ## heron {.word}
        A grey bird.
    """
    fields = f"; its fronts show {', '.join(missing)}" if missing else ""
    return (
        f"this note of the type {kind} would have no card, since the front of each would be empty",
        f"fill one of the fields that the fronts need{fields}",
    )


@declare("T016")
def no_place(what: str, kind: str) -> Words:
    """A section has a part that its note type has no field for.

    It would be lost. In `notetype.toml`, `from` says which part of a section goes to which field.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { label = "Meaning" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad:
        ## heron {.word}
        Meaning: a bird

        It is grey.
    Good:
        ## heron {.word}
        Meaning: a bird, grey
    """
    return (
        f"no field of the type {kind} takes {what}",
        "remove it; or give a field of the note type `from`, or a label that this begins with",
    )


@declare("T017")
def twice(what: str, line: int) -> Words:
    """A field of a note is filled twice.

    A label can stand in a section once, and not beside the attribute of the same field: only one of them could count.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Plural = { label = "Plural", key = "plural" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad:
        ## heron {.word}
        A grey bird.

        Plural: herons
        Plural: heron
    Good:
        ## heron {.word}
        A grey bird.

        Plural: herons
    """
    return f"{what} is given twice, first in line {line}", "keep one of the two"


@declare("T018")
def other_key(key: str, kind: str, known: Sequence[str]) -> Words:
    """An attribute belongs to another note type.

    It would have no effect here.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Plural = { label = "Plural", key = "plural" }
        Meaning = { from = "answer" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}
    Bad:
        ## heron {.basic plural="herons"}
        A grey bird.
    Good:
        ## heron {.word plural="herons"}
        A grey bird.
    """
    own = f": {', '.join(known)}" if known else ""
    return (
        f"the attribute `{key}` does not go with the kind {kind}",
        f"remove it, or write another kind; {kind} has {'these of its own' if known else 'none of its own'}{own}",
    )


@declare("T019")
def broken(kind: str, notes: int = 1) -> Words:
    """The note type of a note has errors.

    The note is left out until the note type is mended. The error is at the first note, and says how many others there are.
    """
    are = "is one" if notes == 2 else f"are {notes - 1}"
    more = f", and so {are} more of this type" if notes > 1 else ""
    return f"the note type {kind} has errors, so this note is left out{more}", f"mend notetypes/{kind}"


@declare("T020", "warning")
def unseen_heading(kind: str) -> Words:
    """The heading of a note says something that is on no card.

    Its note type has no field for the heading, and what it says is not in the text. A heading whose words are all in the text, or
    one without words, is there for readers of the notes, and is no reason for a warning.

    Both (notetypes/gap/notetype.toml):
        kind = "cloze"

        [fields]
        Text = { from = "answer" }

        [templates.Cloze]
    Both (notetypes/gap/front.html):
        {{cloze:Text}}
    Both (notetypes/gap/back.html):
        {{cloze:Text}}
    Bad:
        ## Which bird stands in the water? {.gap}
        It is the ==heron==.
    Good:
        ## The bird in the water {.gap}
        The bird that stands in the water is the ==heron==.
    """
    return (
        f"no card shows this heading: the note type {kind} has no field for it",
        'add a field with `from = "heading"` to the note type, or write it into the text',
    )


@declare("T021", "warning")
def near_label(written: str, label: str) -> Words:
    """A line begins with something like a label of the note type, and is text.

    A label is read as the note type has it, in capitals or not. What begins with another word belongs to what stands above it.

    Both (notetypes/word/notetype.toml):
        kind = "basic"

        [fields]
        Word = { from = "heading" }
        Meaning = { from = "answer" }
        Example = { label = "Example" }

        [templates.Card]
    Both (notetypes/word/front.html):
        {{Word}}
    Both (notetypes/word/back.html):
        {{FrontSide}}<hr id="answer">{{Meaning}}{{Example}}
    Bad:
        ## heron {.word}
        a bird

        Exampel: The heron waits.
    Good:
        ## heron {.word}
        a bird

        Example: The heron waits.
    """
    return (
        f"`{written}:` is text, and no label of the note type",
        f"did you mean `{label}:`? If not, write `{written}\\:`",
    )


def _meant(word: str, known: Sequence[str]) -> str:
    """The known word that is nearest, as a question; empty if none is near."""
    near = nearest(word, known, 2)
    return f"did you mean `{near}`?" if near else ""
