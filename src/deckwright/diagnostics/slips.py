"""S: what looks like Deckwright's or Markdown's markup and is not read as such, with the pages of `deckwright explain`."""

from __future__ import annotations

import re
from typing import Literal

from .. import names
from ..amounts import count
from .declare import Words, declare


@declare("S024", "warning")
def near_tag(text: str, instead: str = "", place: Literal["title", "text", "item", "row"] = "title") -> Words:
    """Text looks like a tag but is not read as one.

    A list of attributes or a hashtag is read at the end of a heading, and a line of hashtags directly below it. In a
    list, names have a dot: `{.reversed}`. A hashtag begins with `#card`.
    Bad:
        ## Users {.basic .rows}
        | Name | Keys |
        | ---- | ---- |
        | root {#root-keys} | two |
    Good:
        ## Users {.basic .rows}
        | Name | Keys |
        | ---- | ---- |
        | root | two <!-- card: id="root-keys" --> |
    """
    places = {
        "title": "move it to the end of the heading, with a space before it",
        "text": "move it to the end of the heading",
        "item": 'end the item with a comment: <!-- card: id="…" -->',
        "row": 'end the row\'s last cell with a comment: <!-- card: id="…" -->',
    }
    hint = f"did you mean `{instead}`? If not," if instead else f"{places[place]}; if it is text,"
    if text.startswith(("<!--", "%%", "[")) and instead.startswith("<!--"):  # A comment: nobody sees it.
        return f"`{text}` looks like a tag, but it is not read as one here", f"did you mean `{instead}`?"
    return f"`{text}` looks like a tag, but it is not read as one here", f"{hint} put it in backticks"


@declare("S025", "warning")
def near_heading(text: str, instead: str) -> Words:
    """A line looks like a heading but is not one.

    A heading starts with up to six `#` and an ordinary space. With no space, a full-width or a no-break space, the line
    is text, and belongs to the answer above it.
    Bad:
        ---
        kind: basic
        ---
        ## What is a user?
        A person or a service.

        ##What is a role?
        An identity that is assumed.
    Good:
        ---
        kind: basic
        ---
        ## What is a user?
        A person or a service.

        ## What is a role?
        An identity that is assumed.
    """
    signs = re.match(r"#{1,6}(?![#\s])", text)
    hint = f"put a space behind `{signs[0]}`: " if signs else ""
    return f"`{text}` looks like a heading, but it is text", f"{hint}write `{instead}`"


@declare("S026", "warning")
def swallowed_heading() -> Words:
    """A heading is part of raw HTML.

    In Markdown, a block of raw HTML goes on to the next blank line, and nothing in it is a heading.
    Bad:
        ---
        kind: basic
        ---
        ## What is a user?
        <details>A person or a service.</details>
        ## What is a role?
        An identity that is assumed.
    Good:
        ---
        kind: basic
        ---
        ## What is a user?
        <details>A person or a service.</details>

        ## What is a role?
        An identity that is assumed.
    """
    return "this heading is part of the raw HTML above it, so it makes no note", "put a blank line above it"


@declare("S027", "warning")
def heading_in_item() -> Words:
    """A heading inside a list item makes no note.

    It belongs to the answer of the section around the list. Only if every item of the list begins with a heading are
    these headings read as if there were no list.
    Bad:
        ---
        kind: basic
        ---
        ## Questions
        - An introduction.
        - ### What is a user?
          A person or a service.
    Good:
        ---
        kind: basic
        ---
        ## Questions
        ### What is a user?
        A person or a service.
    """
    return (
        "this heading is inside a list item, so it makes no note",
        "write it at the start of its line, without `-` or `1.`",
    )


@declare("S028", "warning")
def missed_front_matter() -> Words:
    """Front matter is not read.

    It must begin on the very first line of the file, and with a line `---`.
    Bad:
        # IAM
        ---
        kind: basic
        ---
        ## What is a user? {.basic}
        A person or a service.
    Good:
        ---
        kind: basic
        ---
        # IAM
        ## What is a user?
        A person or a service.
    """
    return "this looks like front matter, but it is not read", "begin the file with it: `---` on the first line"


@declare("S029", "warning")
def empty_section() -> Words:
    """A heading has nothing below it.

    The front matter names a kind, so the heading would become a note if it had an answer.
    Bad:
        ---
        kind: basic
        ---
        ## What is a user?

        ## What is a role?
        An identity that is assumed.
    Good:
        ---
        kind: basic
        ---
        ## What is a user?
        A person or a service.

        ## What is a role?
        An identity that is assumed.
    """
    return "this heading makes no note: there is nothing below it", "write the answer, or add {.skip}"


@declare("S039", "warning")
def swallowed_section(section: str, cut: str, kind: str) -> Words:
    """A heading below a section that is cut makes no note.

    The front matter names a kind, so the heading would become a note elsewhere. But a section with a tag goes on to the
    next heading of its own level or a higher one, and of one that is cut, only its items, rows or cells become notes.
    Bad:
        ---
        kind: basic
        ---
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of its addresses.

        ### What joins two VPCs?
        A peering connection.
    Good:
        ---
        kind: basic
        ---
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of its addresses.

        ### What joins two VPCs? {.basic}
        A peering connection.
    """
    return (
        f"this heading makes no note: it belongs to “{section}”, which is cut into {cut}",
        f"to make a note of it, write {{.{kind}}} behind it or raise it to the level of that section; "
        "if it is for readers only, write {.skip}",
    )


@declare("S030", "warning")
def foreign_tag(number: int = 1) -> Words:
    """A heading ends with another tool's hashtag for cards.

    `#flashcards` is what some plugins of Obsidian are told to look for. Here the hashtag is `#card`; any other becomes
    a tag in Anki and makes no note.
    Bad:
        ## What is a user? #flashcards
        A person or a service.
    Good:
        ## What is a user? #card
        A person or a service.
    """
    others = f" (it is on {number} headings)" if number > 1 else ""
    return (
        f"`#flashcard` and `#flashcards` make no note{others}",
        "write `#card` at the end of the heading, or `kind: basic` in the front matter",
    )


@declare("S031", "warning")
def empty_value(key: str) -> Words:
    """A key in a tag has no value.

    Only `context` and `source` say something when they are empty: that the note has none.
    Bad:
        ## Which vessels lead to the heart? {.basic typed=""}
        The veins.
    Good:
        ## Which vessels lead to the heart? {.basic typed="veins"}
        The veins.
    """
    hint = "write what to type, or `typed` alone for the answer itself" if key == "typed" else "write one"
    return f"`{key}` has no value, so it has no effect", f"{hint}, or remove `{key}`"


@declare("S032")
def underlined_answer() -> Words:
    """The answer of a note has become a heading.

    Markdown takes the line for an underline, because a thematic break needs a blank line above it. So the note ends
    before its text.
    Bad:
        ## What does this command do? {.basic}
        `aws s3 ls`
        ---
        It lists buckets.
    Good:
        ## What does this command do? {.basic}
        `aws s3 ls`

        ---

        It lists buckets.
    """
    return (
        "this line turns the text above it into a heading, so the note before it is empty",
        "put a blank line above it",
    )


@declare("S033", "warning")
def was_of_cut(was: str) -> Words:
    """The tag of a section that is cut has a `was`.

    A cut section is not a note, so there is no note that had the id. When its id changes, its notes are known by their
    texts alone. A single item or row can have a `was`.
    Bad:
        ## Parts of a VPC {.items #vpc-parts was="parts"}
        - **Subnet**: a segment of the address range.
    Good:
        ## Parts of a VPC {.items #vpc-parts}
        - **Subnet**: a segment of the address range.
    """
    return (
        f"`was` has no effect on a section that is cut into notes: no note has the id `{was}`",
        "remove it, and change the section's id in a build of its own",
    )


@declare("S034", "warning")
def bad_allowance(value: str, has_codes: bool) -> Words:
    """An allowance names no rule, or gives no reason.

    `allow="L004 …"` lets a note break a rule for cards. First comes the code of the rule, or several with spaces between
    them, then the reason, for whoever reads the notes next.
    Bad:
        ## Is a role a user? {.basic allow="L004"}
        No, it is assumed.
    Good:
        ## Is a role a user? {.basic allow="L004 the exam asks it like this"}
        No, it is assumed.
    """
    if has_codes:
        return f'`allow="{value}"` gives no reason', f'add why the note may break the rule: `allow="{value} …"`'
    return f'`allow="{value}"` does not begin with the code of a rule', "write the code as in L004, then the reason"


@declare("S036", "warning")
def allowance_of_file() -> Words:
    """Front matter lets no note break a rule.

    A rule for cards is allowed to be broken by one note, in its tag and with a reason, and by all notes in the settings.
    Nothing does so for a file.
    Bad:
        ---
        allow: L004 the exam asks it like this
        ---
        ## Is a role a user? {.basic}
        No, it is assumed.
    Good:
        ## Is a role a user? {.basic allow="L004 the exam asks it like this"}
        No, it is assumed.
    """
    return (
        "`allow` does nothing in the front matter",
        'write it into the tag of each note, `allow="L004 …"`, or turn the rule off in the settings, below `[lint]`',
    )


@declare("S035", "warning")
def foreign_front_matter(form: Literal["TOML", "JSON"], number: int = 1) -> Words:
    """Front matter in TOML or JSON is not read.

    Between lines `+++`, or in braces, as Hugo and Zola have it, front matter says nothing about notes. It is told once,
    and only where the file has notes or the front matter names a kind.
    Bad:
        +++
        tags = ["iam"]
        +++
        ## What is a user? {.basic}
        A person or a service.
    Good:
        ---
        tags: [iam]
        ---
        ## What is a user? {.basic}
        A person or a service.
    """
    more = f", here and in {count(number - 1, 'other file')}" if number > 1 else ""
    return (
        f"this front matter is {form}, which is not read{more}",
        "write it in YAML: `tags: [a, b]`, between lines `---`",
    )


@declare("S037", "warning")
def anchor(id_: str, number: int = 1) -> Words:
    """An anchor cannot be the id of a note.

    Where the front matter names a kind, `{#name}` alone at the end of a heading is the id of the note. If it has
    characters that an id cannot have, it may be an anchor for another tool: then the note gets an id of its own. You are told
    once.
    Bad:
        ---
        kind: basic
        ---
        ## What does it return? {#toString-method}
        A string.
    Good:
        ---
        kind: basic
        ---
        ## What does it return? {#to-string-method}
        A string.
    """
    more = f"; so it is in {count(number - 1, 'other place')}" if number > 1 else ""
    return (
        f"`{id_}` cannot be an id, so it is taken for an anchor, and the note gets an id of its own{more}",
        f"if it is meant as an id, write `{names.slug(id_) or 'another-id'}`",
    )


@declare("S038", "warning")
def hidden_value(text: str) -> Words:
    """What follows a `#` in the front matter is not read.

    In YAML, a `#` with a space before it begins a comment. If a space follows it too, nothing is said: it is meant as one.
    Bad:
        ---
        kind: basic
        tags: #iam
        ---
        ## What is a user?
        A person or a service.
    Good:
        ---
        kind: basic
        tags: iam # The service.
        ---
        ## What is a user?
        A person or a service.
    """
    return (
        f"`{text if len(text) <= 40 else f'{text[:40]}…'}` is a comment in YAML, and not read",
        "put the value in quotes, or leave out the `#`; a comment has a space behind it",
    )
