"""N: mistakes in notes and in what is on their cards, with the pages of `deckwright explain`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..limits import MAX_LEAF, MAX_PIECE_NESTING, MAX_TYPED
from .cloze import ELSEWHERE, Elsewhere
from .declare import Words, declare


@declare("N001")
def empty_front(tags: Sequence[str]) -> Words:
    """A note has no question.

    Its heading is empty, or its item's lead, or its row's first cell.
    Bad:
        ## {.basic #users}
        People and services.
    Good:
        ## What is a user? {.basic #users}
        A person or a service.
    """
    return (
        "this note has no question",
        f"`#{tags[0]}` in the heading is a tag, not text: write the question before it"
        if tags
        else "write the question in the heading; for an item, in its lead; for a row, in its first cell",
    )


@declare("N002")
def empty_back(where: Literal["", "row", "item", "default"] = "") -> Words:
    """A note has no answer.

    Bad:
        ## What is a user? {.basic}
    Good:
        ## What is a user? {.basic}
        A person or a service.
    """
    hints = {
        "": "write the answer below the question, or remove the tag",
        "row": "write the answer into the row's next cell, or remove the row",
        "item": "write the answer behind the question, as in `- **question**: answer`, or remove the item",
        "default": "write the answer below the question, or add {.skip}",
    }
    return "this note has no answer", hints[where]


@declare("N003")
def no_lead() -> Words:
    """An item has no lead.

    In a section cut into items, the bold text or code at the start of an item is the question, and the rest is the
    answer.
    Bad:
        ## Parts of a VPC {.items}
        - A subnet is a segment of the address range.
    Good:
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of the address range.
    """
    return "this item does not start with bold text or code", "write `- **question**: answer`"


@declare("N004")
def nothing_to_cut(cut: str) -> Words:
    """A section has nothing to cut into notes.

    `items` needs a list below the heading, `rows` and `cells` need a table with rows.
    Bad:
        ## Limits {.rows}
        A message has 1 MiB at most.
    Good:
        ## Limits {.rows}
        | Limit        | Value |
        | ------------ | ----- |
        | Message size | 1 MiB |
    """
    what = "list" if cut == "items" else "table with rows"
    return (
        f"`{cut}` finds no {what} in this section",
        f"write a {what}, below the thematic break if there is one, or remove `{cut}`",
    )


@declare("N005")
def long_typed(typed: str) -> Words:
    """There is no answer to type, or it is too long.

    The answer to type is the first code in the answer, or else its first line. It can have up to 60 characters.
    Bad:
        ## Which command lists all buckets of the account? {.basic .typed}
        The command that lists them is the listing command of the high-level interface.
    Good:
        ## Which command lists all buckets of the account? {.basic .typed}
        `aws s3 ls`, the listing command of the high-level interface.
    """
    limit = f"; the limit is {MAX_TYPED}"
    return (
        f"the answer to type has {len(typed)} characters{limit}" if typed else "there is no answer to type",
        'put the text to type in backticks, or write typed="…" in the tag',
    )


@declare("N006", "warning")
def bad_tag(tag: str, instead: str) -> Words:
    """A tag contains characters that Anki's tags cannot have.

    In Anki a space separates one tag from the next, so it becomes a hyphen, and so does a quote. Levels are separated
    by `/` or `::`; an empty level is left out.
    Bad:
        ---
        tags: [access keys]
        ---
        ## What is a user? {.basic}
        A person or a service.
    Good:
        ---
        tags: [access-keys]
        ---
        ## What is a user? {.basic}
        A person or a service.
    """
    if not instead:
        return f"`{tag}` cannot be a tag in Anki, so it is left out", "write letters and digits"
    return f"`{tag}` cannot be a tag in Anki, so it becomes `{instead}`", f"write `{instead}`"


@declare("N007")
def bad_deck(deck: str, problem: str) -> Words:
    """The front matter names a deck that Anki cannot have.

    Bad:
        ---
        deck: "Networks::"
        ---
        ## What is a user? {.basic}
        A person or a service.
    Good:
        ---
        deck: Networks::Routing
        ---
        ## What is a user? {.basic}
        A person or a service.
    """
    return (
        f"`{deck}` cannot be a deck: the name {problem}",
        "write `Deck` or `Deck::Subdeck`; it becomes a subdeck of the deck in the settings",
    )


@declare("N008", "warning")
def stays_prose(kind: str, where: Elsewhere = "") -> Words:
    """A section cannot be of the kind that the front matter gives.

    It makes no note. This is only a warning, because the section itself does not ask to be a note.
    Bad:
        ---
        kind: cloze
        ---
        ## Users
        A user has keys.
    Good:
        ---
        kind: cloze
        ---
        ## Users
        A user has ==keys==.
    """
    if kind == "basic":
        return "this section makes no note: nothing of its heading is shown", "write a question in the heading"
    if kind == "occlusion":
        return "this section makes no occlusion note: it has no picture", "add a diagram, or write the kind `skip`"
    if where:
        reason, hint = ELSEWHERE[where]
        return f"this section makes no cloze note: {reason}", f"{hint}, or write the kind `skip`"
    return "this section makes no cloze note: it hides nothing", "mark an ==answer==, or write the kind `skip`"


@declare("N009")
def part_of_kind() -> Words:
    """The tag of an item or a row names a kind or a cut.

    All items and rows of a section are of the section's kind. A tag of their own can have an id, tags or a switch, or
    skip them.
    Bad:
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of the address range. <!-- card: cloze -->
    Good:
        ## Parts of a VPC {.items}
        - **Subnet**: a segment of the address range. <!-- card: id="vpc-subnet" -->
    """
    return (
        "an item or row cannot have a kind or a cut of its own",
        "remove the kind or cut, or make this note a section of its own",
    )


@declare("N010")
def too_much(length: int) -> Words:
    """A paragraph, cell or heading is too much for a card.

    It can have up to 20,000 characters, and emphasis, links and pictures can nest 40 deep. Anything beyond that is
    usually data or code without a fence.
    """
    return (
        f"this paragraph has {length:,} characters: more than {MAX_LEAF:,} are too many"
        if length > MAX_LEAF
        else f"in this paragraph, emphasis, links or pictures nest more than {MAX_PIECE_NESTING} deep",
        "put data and code in a code fence, or remove them from the card",
    )


@declare("N011", "warning")
def unknown_footnote(label: str) -> Words:
    """A footnote is not defined.

    Bad:
        ## How many keys has a user? {.basic}
        Two.[^1]
    Good:
        ## How many keys has a user? {.basic}
        Two.[^1]

        [^1]: To rotate them.
    """
    return f"this file does not define the footnote `{label}`", f"define it: [^{label}]: text"


@declare("N012", "warning")
def embedded_note(name: str) -> Words:
    """A note embeds another note.

    Obsidian shows the other note in this place. A card only shows its name.
    Bad:
        ## What is a role? {.basic}
        ![[Roles]]
    Good:
        ## What is a role? {.basic}
        An identity that is assumed, see [[Roles]].
    """
    return f"the card only shows the name `{name}`, not the note", "write what the card needs, or link with [[…]]"


@declare("N013", "warning")
def removed_html(what: str) -> Words:
    """Something in raw HTML, or in a formula, is not on the card.

    Scripts, event handlers, frames, fields to fill in and links to scripts are removed with what stands in them, because
    cards run on other people's devices. A poster or subtitles of a film are never imported. A colour stays
    together with its background; a text's alone becomes the nearest that can be read on a light and on a dark card, and
    one near black or white has none.
    Bad:
        ## What is a role? {.basic}
        An identity <script>alert(1)</script> that is assumed.
    Good:
        ## What is a role? {.basic}
        An identity that is <u>assumed</u>.
    """
    if what.lower().startswith(("color", "background", "bgcolor")):
        hint = "cards are dark at night: set a colour with an opaque background, as `background: #fff`, or none"
    elif what.lower() in ("poster", "<track>"):
        hint = "Anki imports no such file: delete it"
    elif what in ("\\href", "\\url"):
        hint = "link to an address that begins with https://"
    elif what.startswith(("<?", "<!")):
        hint = "if it is to be read, put it in backticks"
    elif what.startswith("\\"):
        hint = "use commands of TeX that typeset, such as \\color"
    else:
        hint = "use Markdown, or plain HTML elements"
    return f"`{what}` is removed from the card", hint


@declare("N014", "warning")
def only_links(sections: int = 1) -> Words:
    """A section contains nothing but links.

    There is no answer to learn in a link, so the section makes no note. This is only a warning, because the section
    itself does not ask to be a note. If several sections are like that, only the first of them is named.
    Bad:
        ---
        kind: basic
        ---
        ## Identity and access
        [The user guide](https://docs.example.org/iam)
    Good:
        ---
        kind: basic
        source: https://docs.example.org/iam
        ---
        ## What is a user?
        A person or a service.
    """
    return (
        "this section makes no note: it contains nothing but links"
        + {1: "", 2: ", as does 1 more"}.get(sections, f", as do {sections - 1} more"),
        "write an answer, and put the link in `source`",
    )


@declare("N015", "warning")
def no_html(text: str) -> Words:
    """Text in angle brackets is not HTML.

    GitHub drops a name in angle brackets, such as `<your name>`, without a warning. On the card it is shown as written.
    Bad:
        ## Which log group has a function? {.basic}
        /aws/lambda/<function name>
    Good:
        ## Which log group has a function? {.basic}
        `/aws/lambda/<function name>`
    """
    return f"`{text}` is not HTML, so it is shown as text", "put it in backticks, or write \\<"


@declare("N016")
def id_of_cells(id_: str) -> Words:
    """A row that is cut into cells has an id.

    Each of its cells becomes a note, but an id can belong to only one note. The notes get their ids from the section's.
    Bad:
        ## Storage {.cells}
        |        | Lasts    | Shared by                    |
        | ------ | -------- | ---------------------------- |
        | Volume | for good | one <!-- card: id="disk" --> |
    Good:
        ## Storage {.cells}
        |        | Lasts    | Shared by                       |
        | ------ | -------- | ------------------------------- |
        | Volume | for good | one <!-- card: tags="disks" --> |
    """
    return f"the id `{id_}` would belong to several notes", "give the section the id, or cut it into rows"


@declare("N017", "warning")
def not_drawn(
    what: Literal["furigana", "diagram", "container", "picture", "sound", "link", "list of attributes", "formula"],
    instead: str = "",
) -> Words:
    """Something is shown as it is written, although it looks like what a card would draw.

    Deckwright does not draw furigana in braces, or the diagrams of Mermaid and PlantUML. Nor does it read
    `:::note` and its kin of Docusaurus and Pandoc, attributes in braces behind a picture, or GitHub's other forms of maths,
    a fence called `math` and code between dollar signs. A path or an address with spaces makes no picture and no link, unless
    it stands in angle brackets. The card shows their source.
    Bad:
        ## How is it read? {.basic}
        {漢字|かんじ}
    Good:
        ## How is it read? {.basic}
        <ruby>漢字<rt>かんじ</rt></ruby>
    """
    hints = {
        "furigana": "write <ruby>漢字<rt>かんじ</rt></ruby>",
        "diagram": "draw it as a picture, and show that",
        "container": "write an alert: > [!NOTE]",
        "picture": f"write {instead}",
        "sound": f"write {instead}",
        "link": f"write {instead}",
        "formula": f"write {instead}",
        "list of attributes": f"write {instead}" if instead else "remove it",
    }
    return f"this {what} is shown as it is written", hints[what]


@declare("N018", "warning")
def typed_maths(typed: str) -> Words:
    """The answer to type is maths.

    The learner would have to type its source, with the brackets of the maths around it.
    Bad:
        ## What is the derivative of $x^3$? {.basic .typed}
        $3x^2$
    Good:
        ## What is the derivative of $x^3$? {.basic typed="3x^2"}
        $3x^2$
    """
    return f"the answer to type is maths: `{typed}`", 'say what to type, typed="…", or remove `typed`'


@declare("N019")
def several_to_type(cells: int) -> Words:
    """A row is typed that has several answers.

    Nothing tells the learner which of the cells to type. The first code in the row would be taken, if it had any.
    Bad:
        ## Verbs {.rows .typed}
        | Infinitive | yo    | tú     |
        | ---------- | ----- | ------ |
        | hablar     | hablo | hablas |
    Good:
        ## Verbs {.cells .typed}
        | Infinitive | yo    | tú     |
        | ---------- | ----- | ------ |
        | hablar     | hablo | hablas |
    """
    return (
        f"this row has {cells} answers, and only one can be typed",
        'cut the table into `cells`, put the text to type in backticks, or end the row with <!-- card: typed="…" -->',
    )


@declare("N020", "warning")
def twice_defined(label: str) -> Words:
    """A link or a footnote is defined twice in a file.

    Definitions work in the whole file, and of several with one label the first counts, as on GitHub. What another one says is
    on no card.
    Bad:
        ## How many keys has a user? {.basic}
        Two.[^1]

        [^1]: To rotate them.

        ## How long does a session last? {.basic}
        An hour.[^1]

        [^1]: At most twelve.
    Good:
        ## How many keys has a user? {.basic}
        Two.[^1]

        [^1]: To rotate them.

        ## How long does a session last? {.basic}
        An hour.[^2]

        [^2]: At most twelve.
    """
    return (
        f"`{label}` is defined before in this file, and only the first definition counts",
        "give this one another label",
    )
