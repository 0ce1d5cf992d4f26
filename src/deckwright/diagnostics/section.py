"""S: mistakes in files, front matter, sections and their tags, with the pages of `deckwright explain`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from .. import names
from ..amounts import count
from ..limits import MAX_FILE_BYTES, MAX_NESTING
from .declare import Words, declare


@declare("S001")
def not_utf8(byte: int) -> Words:
    """The file is not UTF-8.

    Deckwright reads notes as UTF-8, with or without a byte order mark. In any other encoding, letters would come out
    wrong on the cards.
    """
    return f"the file is not UTF-8: byte 0x{byte:02X}", "save the file as UTF-8 in your editor"


@declare("S002")
def too_large(size: int) -> Words:
    """The file is too large.

    A Markdown file can have up to 2 MiB, which is enough for thousands of notes. A larger file is usually an export or
    a log that got there by mistake.
    """
    limit = f"{MAX_FILE_BYTES >> 20} MiB"
    return (
        f"the file has {size / (1 << 20):.1f} MiB; the limit is {limit}",
        "split it into smaller files, or move it out of the card folders",
    )


@declare("S003")
def unclosed_front_matter(indented: bool = False) -> Words:
    """The front matter is never closed.

    Without the closing line the whole file counts as front matter, so it has no notes. The line must begin with the
    dashes: behind a space they belong to the value above.
    Bad:
        ---
        kind: basic
        # IAM
        ## What is a user?
        A person or service.
    Good:
        ---
        kind: basic
        ---
        # IAM
        ## What is a user?
        A person or service.
    """
    if indented:
        return (
            "this line does not close the front matter: it begins with a space",
            "remove what is in front of the dashes",
        )
    return "the front matter that starts here is never closed", "end it with a line `---`"


@declare("S004")
def bad_yaml(reason: str) -> Words:
    """The front matter is not valid YAML.

    Write it as lines of `key: value`. Put quotes around a value that contains a colon or starts with `*`, `&`, `[`, `{`
    or `@`.
    Bad:
        ---
        source: "https://example.org
        kind: basic
        ---
        ## What is a user?
        A person or service.
    Good:
        ---
        source: "https://example.org"
        kind: basic
        ---
        ## What is a user?
        A person or service.
    """
    return (
        f"cannot read the front matter: {reason}",
        "write lines of `key: value`, with quotes around values that contain special characters",
    )


@declare("S005", "warning")
def near_key(key: str, known: str, files: int = 1) -> Words:
    """A key of the front matter looks like a typo.

    Deckwright ignores keys that it does not know, because other tools may use them. A misspelled key would be ignored
    too. If several files have the key, only the first of them is named.
    Bad:
        ---
        kinds: basic
        ---
        ## Notes {.basic}
        Text.
    Good:
        ---
        kind: basic
        ---
        ## Notes
        Text.
    """
    many = f", which {files} files have" if files > 1 else ""
    return f"Deckwright does not know the key `{key}`{many}", f"did you mean `{known}`?"


@declare("S006")
def bad_value(key: str, written: str = "", kinds: Sequence[str] = ()) -> Words:
    """A key of the front matter has a value that it cannot have.

    `deck`, `source` and `context` are text, `tags` is a list of words, and `kind` is the name of a kind.
    Bad:
        ---
        kind: bsic
        ---
        ## What is a user?
        A person or service.
    Good:
        ---
        kind: basic
        ---
        ## What is a user?
        A person or service.
    """
    if kinds:
        wanted = f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        nearest = names.nearest(written, kinds, 3)
        hint = f"did you mean `{nearest}`?" if nearest else f"write `{key}: {kinds[0]}`, for example"
        return f"`{key}` must be {wanted}, not `{written}`", hint
    if key == "tags":
        return "`tags` must be a list of words", "write `tags: [one, two]`, for example"
    return f"`{key}` must be text", f"write one line, `{key}: …`, with quotes if the value contains special characters"


@declare("S007")
def unclosed_fence(headings: int = 0) -> Words:
    """A code fence is never closed.

    Everything below it counts as code, including headings and their tags.
    Bad:
        ## Which command lists buckets? {.basic}
        ```sh
        aws s3 ls
    Good:
        ## Which command lists buckets? {.basic}
        ```sh
        aws s3 ls
        ```
    """
    return (
        f"the code fence that starts here is never closed{_along(headings)}",
        "close it with a line of as many backticks or tildes, at the same indent",
    )


def _along(headings: int) -> str:
    return (
        f", so {count(headings, 'heading')} below it {'is' if headings == 1 else 'are'} part of it" if headings else ""
    )


@declare("S008", "warning")
def dropped_cells(written: int, columns: int, tag: bool = False) -> Words:
    """A row has more cells than the table has columns.

    The extra cells are dropped, as on GitHub. The usual cause is a `|` that is meant as text.
    Bad:
        ## Operators {.basic}
        | Operator | Meaning |
        | -------- | ------- |
        | a | b    | or      |
    Good:
        ## Operators {.basic}
        | Operator | Meaning |
        | -------- | ------- |
        | a \\| b   | or      |
    """
    return (
        f"the row has {written} cells but the table has {columns} columns, so the rest is dropped",
        "move the tag into the last cell, before its `|`" if tag else r"write `\|` for a bar inside a cell",
    )


@declare("S009")
def too_deep(note: str = "") -> Words:
    """Lists or quotes are nested too deeply.

    Deckwright reads up to forty nested quotes, or twenty nested lists. Anything deeper would be missing from the card.
    Bad:
        ## What is a user? {.basic}
        >>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> A person or a service.
    Good:
        ## What is a user? {.basic}
        >> A person or a service.
    """
    lost = f", so the note `{note}` is left out" if note else ""
    return f"this text is nested more than {MAX_NESTING} levels deep{lost}", "move it out of its lists and quotes"


Cause = Literal["", "behind", "card", "comma", "dot", "hashtag", "name", "none", "space", "value"]
"""Why a part of a tag is no word of it."""


@declare("S010")
def malformed_tag(text: str, part: str = "", cause: Cause = "") -> Words:
    """A tag cannot be read.

    A tag is made of words and nothing else: `#id`, `.kind`, `key="value"`. In a comment, write kinds without the dot,
    and start with `card:`.
    Bad:
        ## Users {.basic id="users tags=iam}
        People.
    Good:
        ## Users {.basic id="users" tags="iam"}
        People.
    """
    hints: dict[str, Callable[[], str]] = {
        "": lambda: 'write {#id .kind key="value"}, or <!-- card: kind id="…" -->',
        "behind": lambda: f"put a space behind {part}",
        "card": lambda: "start the comment with `card:`",
        "comma": lambda: "put nothing but spaces between the words",
        "dot": lambda: f"put a dot before it: .{part}",
        "hashtag": lambda: f"write `{part}` without the braces",
        "name": lambda: f"write {part[1:-1]}",
        "none": lambda: f'write a value, as in {part[:-1]}="…", or remove it',
        "space": lambda: f"put a space between its words: {_parted(part)}",
        "value": lambda: f"write {_with_value(part)}",
    }
    return f"cannot read `{part}` in the tag {text}" if part else f"cannot read the tag {text}", hints[cause]()


def _parted(words: str) -> str:
    return re.sub(r"(?<=\w)[+/,;:=]*(?=[.#])|[+/,;:=]+", " ", words)


def _with_value(pair: str) -> str:
    """A key and its value in straight quotes: in those that the value does not have."""
    key, value = re.split(r"\s*[=:]\s*", pair.removeprefix("."), maxsplit=1)
    value = value.strip("\"'“”„‟‘’‚‛«»").replace("\\", "")
    quote = "'" if '"' in value else '"'
    return f"{key}={quote}{value}{quote}"


@declare("S011")
def unknown_word(word: str, known: Sequence[str], instead: str = "") -> Words:
    """A tag contains an unknown word.

    In a comment tag and after `#card/`, every word is meant for Deckwright. In a list of attributes, unknown words are
    ignored unless they look like a typo.
    Bad:
        ## Users

        <!-- card: bsaic -->

        People.
    Good:
        ## Users

        <!-- card: basic -->

        People.
    """
    nearest = instead or names.nearest(word, known, 3)
    hint = f"did you mean `{nearest}`?" if nearest else f"use one of {', '.join(known)}"
    if word == "deck":
        hint = "write it in the front matter: `deck: …` speaks for all notes of the file"
    return f"`{word}` has no meaning in a tag", hint


@declare("S012")
def contradiction(what: str, first: str, second: str) -> Words:
    """A tag contradicts itself.

    The list, the hashtags and the comment of a section together make one tag. It can have only one id, one kind and one
    cut.
    Bad:
        ## Users {.basic #users}

        <!-- card: id="people" -->

        People.
    Good:
        ## Users {.basic #users}

        <!-- card: tags="iam" -->

        People.
    """
    return f"the {what} is both `{first}` and `{second}`", "keep one of them"


@declare("S013")
def illegal_pair(kind: str, word: str, legal: Sequence[str]) -> Words:
    """A cut or switch does not go with the kind.

    `items`, `rows` and `cells` cut a basic section into notes; `items` also cuts a cloze section. `reversed` and
    `typed` are only for basic notes.
    Bad:
        ## Users {.cloze .rows}
        A ==user== has keys.
    Good:
        ## Users {.cloze .items}
        - A ==user== has keys.
    """
    allowed = f"`{kind}` goes with {', '.join(legal)}" if legal else f"`{kind}` goes with no cut and no switch"
    return f"`{word}` does not go with `{kind}`", f"remove `{word}`: {allowed}"


@declare("S014")
def bad_mode(mode: str, modes: Sequence[str]) -> Words:
    """An occlusion section has an unknown mode.

    There are two modes: `hide-all` covers every mask and asks for one of them, `hide-one` covers only the mask that is
    asked for.
    """
    return f"there is no mode `{mode}`", f"write {' or '.join(modes)}"


@declare("S015")
def bad_id(id_: str) -> Words:
    """An id contains characters that it cannot have.

    An id is made of lower-case letters and digits, with single hyphens or dots between them. Learners search for ids in
    Anki, where `_` matches any character and upper and lower case are the same.
    Bad:
        ## Users {.basic #IAM_Users}
        People.
    Good:
        ## Users {.basic #iam-users}
        People.
    """
    if not id_:
        return "the `id` is empty", "write one, as in `users`, or remove it"
    return f"`{id_}` cannot be an id", f"write `{names.slug(id_) or 'another-id'}`"


@declare("S016", "warning")
def tag_without_note(reason: Literal["inside", "title", "empty", "no kind", "blank"]) -> Words:
    """A heading has a tag but makes no note.

    The tag would have no effect. A heading makes a note if its tag names a kind. If the front matter names one, every
    heading of level two or below that has text of its own makes a note.
    Bad:
        ## Users

        <!-- card: id="users" -->

        People.
    Good:
        ## Users

        <!-- card: basic id="users" -->

        People.
    """
    reasons = {
        "inside": "its heading belongs to the section above",
        "title": "its heading is the title of the file",
        "empty": "its heading has no text below it",
        "no kind": "neither the tag nor the front matter names a kind",
        "blank": "there is nothing in it",
    }
    hints = {
        "empty": "write text below it, or remove the tag",
        "inside": "remove the tag, or name a kind in it to make a note of its own",
        "no kind": "name a kind in the tag or in the front matter, or remove the tag",
    }
    return (
        f"this tag has no effect: {reasons[reason]}",
        hints.get(reason, "name a kind in the tag, or remove the tag"),
    )


@declare("S017", "warning")
def stray_tag(place: Literal["text", "heading", "item", "row"] = "text") -> Words:
    """A comment tag is in the wrong place.

    A section's tag must be the first thing below its heading. An item can start or end with a tag of its own, and the
    last cell of a row can end with one.
    Bad:
        ## Users {.basic}
        People.

        <!-- card: id="users" -->
    Good:
        ## Users {.basic}

        <!-- card: id="users" -->

        People.
    """
    words = {
        "text": ("it is not the first thing below its heading", "move it directly below the heading"),
        "heading": ("it is on the line of the heading", "move it to the line below the heading"),
        "item": ("it does not end an item", "move it to the end of the item"),
        "row": ("it does not end the last cell of a row", "move it to the end of the row's last cell"),
    }
    reason, hint = words[place]
    return f"this tag is ignored because {reason}", hint


@declare("S019")
def outside(what: Literal["file", "folder"] = "file") -> Words:
    """A file or a folder of notes is outside the project.

    A link in a card folder leads out of the project, so a clone of the repository would not have what it leads to.
    """
    return f"this {what} is a link to a place outside the project", f"move the {what} itself into the project"


@declare("S020")
def unreadable(reason: str, what: Literal["file", "folder"] = "file") -> Words:
    """A file or a folder of notes cannot be read.

    Its notes would be missing from the package, and it would look as if they had left the deck.
    """
    if what == "folder":
        return f"this folder cannot be listed: {reason}", "check its permissions, and where it links to"
    return f"this file cannot be read: {reason}", "check its permissions, and where it links to"


@declare("S021")
def unclosed_comment(headings: int = 0) -> Words:
    """A comment is never closed.

    Everything below it counts as part of the comment, including headings and their tags.
    Bad:
        ## What is a user? {.basic}
        A person or a service.

        <!-- TODO: a picture
    Good:
        ## What is a user? {.basic}
        A person or a service.

        <!-- TODO: a picture -->
    """
    return f"the comment that starts here is never closed{_along(headings)}", "close it with -->"


@declare("S022")
def conflict_marker() -> Words:
    """The file contains a merge conflict.

    None of its notes are read: the line of equals signs between the two sides would turn the first side into a heading.
    Bad:
        ## What is a user? {.basic}
        <<<<<<< HEAD
        A person.
        =======
        A service.
        >>>>>>> other
    Good:
        ## What is a user? {.basic}
        A person or a service.
    """
    return "this is a conflict marker left by a merge", "keep one side or combine both, and delete the markers"


@declare("S023", "warning")
def underlined() -> Words:
    """Text directly above a line of dashes or equals signs is a heading.

    Markdown takes the line for an underline, because a thematic break needs a blank line above it. Usually a break is
    meant, for example between question and answer.
    Bad:
        ## What does this command do? {.basic}
        Say it in a word:

        `aws s3 ls`
        ---
        It lists buckets.
    Good:
        ## What does this command do? {.basic}
        Say it in a word:

        `aws s3 ls`

        ---

        It lists buckets.
    """
    return (
        "this line turns the text above it into a heading",
        "put a blank line above it, or write the heading with #",
    )
