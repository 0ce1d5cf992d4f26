"""P: mistakes in the settings and the project, with the pages of `deckwright explain`."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from ..limits import MAX_DECK_ID, MAX_SETTINGS_BYTES, MAX_STYLE_BYTES
from .declare import Words, declare


@declare("P001")
def no_settings() -> Words:
    """There are no settings.

    A project is a folder with a `deck.toml`, or with a `pyproject.toml` that has a `[tool.deckwright]` table.
    `deckwright init` writes a `deck.toml` and leaves existing notes alone.

    Bad (pyproject.toml):
        [project]
        name = "my-notes"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return "there is no deck.toml, and no pyproject.toml with [tool.deckwright]", "run `deckwright init`"


@declare("P002")
def two_settings() -> Words:
    """The settings are in two files.

    Only one of them can count, and a change to the other would silently do nothing.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    Bad (pyproject.toml):
        [tool.deckwright]
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    Good (pyproject.toml):
        [tool.deckwright]
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return (
        "`tool.deckwright` and deck.toml both contain settings",
        "put all settings in one of them, and remove the other",
    )


@declare("P003")
def not_toml(
    reason: str, hint: str = 'write `key = "text"` or `key = ["text", "text"]`, and save the file as UTF-8'
) -> Words:
    """The settings are not TOML.

    The rest of the file cannot be read. Text is in quotes, and no key is given twice. TOML is described at
    https://toml.io/.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = Anatomy
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    return f"this is not TOML: {reason}", hint


@declare("P004")
def unknown_key(key: str, known: Sequence[str], instead: str = "") -> Words:
    """A setting does not exist.

    It would have no effect, and the setting that was meant would keep its default.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        license = "CC BY 4.0"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        licence = "CC BY 4.0"
    """
    import difflib  # No build needs it where nothing is wrong.

    near = difflib.get_close_matches(key.lower().replace("-", "_"), known, 1)
    hint = f"did you mean `{near[0]}`?" if near else instead or f"the settings are {', '.join(known)}"
    return f"there is no setting `{key}`", hint


@declare("P005")
def wrong_type(key: str, wanted: str, hint: str) -> Words:
    """A setting has a value of the wrong type.

    Every setting is text in quotes, except `cards` and `media`, which are lists of folders, and the tables `lint`, `style` and
    `editions`.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = 1.0
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = "1.0"
    """
    return f"`{key}` must be {wanted}", hint


@declare("P006")
def missing_key(key: str) -> Words:
    """The deck has no id or no name.

    Learners' reviews depend on both: Anki recognises the notes by the id and the deck by the name. So Deckwright guesses
    neither.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    hints = {
        "id": 'write `id = "…"`: a word, a hyphen and eight random letters or digits; `deckwright init` in an empty folder makes one',
        "name": 'write `name = "…"`: the name of the deck in Anki',
    }
    return f"the setting `{key}` is missing", hints[key]


@declare("P007")
def bad_id(value: str, too_long: bool = False) -> Words:
    """The deck's id has the wrong form.

    Anki recognises every note by it, in every learner's collection. So it must never change, and no other deck may have
    the same. It is made of lower-case letters, digits and hyphens, and ends in a hyphen and eight random letters or
    digits. It has at most 115 characters: the file with a learner's own styling is named by it, and Anki shortens longer
    names.

    Bad (deck.toml):
        id = "anatomy"
        name = "Anatomy"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    """
    if too_long:
        return (
            f"`id` has {len(value)} characters, and may have {MAX_DECK_ID}",
            "shorten the words before its random end",
        )
    return (
        f"`id` is {_quoted(value)}, which is not lower-case words that end in eight random characters",
        "use a-z, 0-9 and hyphens, and end it in a hyphen and eight random characters, as in `anatomy-k3v9q2xm`",
    )


@declare("P008")
def bad_name(value: str, reason: str) -> Words:
    """Anki would change the deck's name.

    Anki finds a deck by its name. It trims spaces, replaces an empty part by `blank`, and mixes a deck called Default
    with the learner's own cards. The next release would then not find the deck of the last one. `::` separates a deck
    from a deck inside it. A name has at most 200 characters.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Medicine::"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Medicine::Anatomy"
    """
    return (
        f"`name` {_quoted(value)} {reason}",
        "choose a name that Anki keeps unchanged, as in `Medicine::Anatomy`",
    )


@declare("P009")
def bad_slug(value: str, reason: str) -> Words:
    """The slug cannot be used in a file name.

    Packages are named after it: `SLUG-VERSION.apkg`. If it is missing, it is made from the ASCII letters and digits of
    the deck's name. Anki takes `collection.apkg` and `backup-….apkg` for backups, and offers to replace the learner's
    whole collection with them.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        slug = "backup-anatomy"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        slug = "anatomy"
    """
    return f"`slug` {_quoted(value)} {reason}", 'use a-z, 0-9 and hyphens, as in `slug = "anatomy"`'


@declare("P010")
def bad_version(value: str, canonical: str) -> Words:
    """The version is not valid.

    Releases are ordered by it, and it is part of the package's name. So each version has only one spelling, that of
    https://packaging.python.org/specifications/version-specifiers/, without an epoch or a local part.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = "v1.0"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        version = "1.0"
    """
    hint = f'write `version = "{canonical}"`' if canonical else 'write numbers with dots, as in `version = "1.0.0"`'
    return f"`version` {_quoted(value)} is not {'the usual spelling' if canonical else 'a version'}", hint


@declare("P011")
def bad_url(key: str, value: str, reason: str) -> Words:
    """A card cannot link to this address.

    `url`, `site` and `report_url` are links in the deck's description, on its pages and on its cards. In `report_url`,
    `{id}` is replaced by the note's id.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        report_url = "https://example.org/issues/new?title={note}"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        report_url = "https://example.org/issues/new?title={id}"
    """
    allowed = "; it may contain `{id}`" if key == "report_url" else ""
    return f"`{key}` {_quoted(value)} {reason}", f"write the full link, starting with https://{allowed}"


@declare("P012")
def bad_tag_prefix(value: str, reason: str) -> Words:
    """The tag prefix is not a tag.

    All tags of the deck are placed below it, so that they do not mix with the learner's own. Anki separates tags at
    spaces and replaces an empty part by `blank`. Both `/` and `::` separate the levels of a tag.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        tag_prefix = "first year"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        tag_prefix = "medicine/first-year"
    """
    return (
        f"`tag_prefix` {_quoted(value)} {reason}",
        "join words with `-` and levels with `::`, as in `medicine::first-year`",
    )


@declare("P013")
def bad_folder(key: str, value: str, reason: str) -> Words:
    """A folder is outside the project, or written in a way that works on one computer only.

    The project must build on any computer. So its folders are inside it, and are written relative to it, with `/`. `.` is
    the project's own folder.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["../notes"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards"]
    """
    which = f"{_quoted(value)} in `{key}`" if value else f"`{key}`"
    return f"{which} {reason}", f'write the folder relative to the project, with `/`, as in `{key} = ["{key}"]`'


@declare("P014")
def missing_folder(value: str, is_file: bool) -> Words:
    """A folder of notes does not exist.

    By default, the notes are in `cards`. A folder of media may be missing.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["notes"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards"]
    """
    return (
        f"the folder of notes {_quoted(value)} is {'a file' if is_file else 'missing'}",
        "set `cards` to the folders with your Markdown files, or create this folder",
    )


@declare("P015")
def overlapping_folders(key: str, value: str, other: str) -> Words:
    """A folder is listed twice, or is inside another that is listed.

    Its files would be read twice: a folder is read with everything below it.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards", "cards/bones"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        cards = ["cards"]
    """
    relation = "twice" if posixpath.normpath(value) == other else f"and {_quoted(other)}, and one is inside the other"
    return f"`{key}` lists {_quoted(value)} {relation}", "list only the outer folder: everything below it is read too"


@declare("P016")
def already_a_project() -> Words:
    """The folder is already a project.

    `deckwright init` never changes an existing file, and with a second id every learner would get all notes again.
    """
    return "this folder already has settings", "run `deckwright build`, or choose another folder: `deckwright init DIR`"


@declare("P017")
def unreadable(reason: str) -> Words:
    """The settings cannot be read.

    The operating system does not let Deckwright read the file, or it is too large to hold nothing but settings.
    """
    limit = f"{MAX_SETTINGS_BYTES >> 10} KiB"
    return f"this file cannot be read: {reason}", f"make it a regular file that you may read, of at most {limit}"


@declare("P018")
def no_notes() -> Words:
    """There are no notes.

    Nothing is a note until you say so: a heading with a tag, or every heading of a file with `kind` in its front matter.

    Bad (cards/heart.md):
        ## What does a valve do?
        It lets blood through one way.
    Good (cards/heart.md):
        ## What does a valve do? {.basic}
        It lets blood through one way.
    """
    return (
        "there are no notes yet",
        "tag a heading, as in `## What does a valve do? {.basic}`, and the text below it becomes the answer; or start a "
        "file with the three lines `---`, `kind: basic`, `---`, and each heading becomes a question",
    )


@declare("P019")
def version_in_report_url(value: str) -> Words:
    """The report link would change with every release.

    The link is part of the cards' templates. If it contained the version, every release would change the note types, and
    importing it would replace whatever learners changed in the styling of the cards. The version is shown with the deck's
    description, and a report that names the note is enough to find it.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        report_url = "https://example.org/issues/new?title={id}&body={version}"
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
        report_url = "https://example.org/issues/new?title={id}"
    """
    return (
        f"`report_url` {_quoted(value)} contains `{{version}}`, and so would change at every release",
        "leave `{version}` out: learners would lose their own styling of the cards at each update",
    )


@declare("P020")
def no_stylesheet(value: str, reason: str) -> Words:
    """The deck's stylesheet cannot be read.

    `css` in `[style]` names a file of the project, relative to it and written with `/`. It is CSS in UTF-8, of at most
    64 KiB: every note type of the deck contains it.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [style]
        css = "/home/vesal/anatomy/style.css"
    Bad (style.css):
        .dw-question { font-weight: bold }
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [style]
        css = "style.css"
    Good (style.css):
        .dw-question { font-weight: bold }
    """
    return (
        f"the stylesheet {_quoted(value)} {reason}",
        'name a file of the project, relative to it, as in `css = "style.css"`; '
        f"it is text in UTF-8, of at most {MAX_STYLE_BYTES >> 10} KiB",
    )


@declare("P021")
def bad_style(value: str, reason: str, hint: str) -> Words:
    """The deck's stylesheet needs what is not in the package.

    Cards must look the same without a network, and must not tell anybody who is learning. A package contains the files
    that notes show, each under a name made from its content, so a stylesheet cannot name them either. A small picture or
    a font can be part of the stylesheet, as a `data:` address.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [style]
        css = "style.css"
    Bad (style.css):
        @import url("https://example.org/fonts.css");
        .card { font-family: Lora, serif }
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [style]
        css = "style.css"
    Good (style.css):
        .card { font-family: Georgia, serif }
    """
    return f"`{_shortened(value)}` {reason}", hint


@declare("P022", "warning")
def inside_a_project(outer: str) -> Words:
    """A new project is inside another one.

    A command works on the project that is nearest above the current folder: here, on the new one. If the folders with the
    notes of the outer project hold this one too, its notes are in both decks.
    """
    return (
        f"this folder is inside another project, the one of {outer}",
        "if you did not mean that, delete the deck.toml that was made here",
    )


@declare("P023", "warning")
def unclosed(opening: str) -> Words:
    """A block of the deck's stylesheet is never closed.

    All that stands below it is part of it, so rules for other elements have no effect.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [style]
        css = "style.css"
    Bad (style.css):
        .card { color: darkred
        .dw-question { font-weight: bold }
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [style]
        css = "style.css"
    Good (style.css):
        .card { color: darkred }
        .dw-question { font-weight: bold }
    """
    closing = {"{": "}", "[": "]", "/*": "*/"}.get(opening, ")")
    return f"the `{opening}` here is never closed", f"close it with `{closing}`: all that follows is part of it"


@declare("P024", "warning")
def bad_baseline(reason: str) -> Words:
    """The baseline cannot be used.

    `deck.baseline` lists the alarms of rules for cards that are not told. What cannot be read of it is passed over, so
    these alarms are told again.
    """
    return f"the baseline cannot be used: {reason}", "write it anew: deckwright check --baseline"


@declare("P025")
def bad_edition(name: str, reason: str) -> Words:
    """An edition cannot be told from others, or has nothing that chooses its notes.

    Its packages are named after it, `SLUG-NAME.apkg`, and it has the notes of some `decks`, or with some `tags`.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [editions."The heart"]
        tags = ["heart"]
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [editions.heart]
        title = "The heart"
        tags = ["heart"]
    Good (cards/heart.md):
        ## What does a valve do? {.basic tags="heart"}

        It lets blood pass in one direction.
    """
    return (
        f"the edition {_quoted(name)} {reason}",
        'write `[editions.NAME]` with a name of a-z, 0-9 and hyphens, and below it `decks = ["Deck"]` or `tags = ["tag"]`',
    )


@declare("P026")
def not_in_edition(edition: str, key: str, word: str, near: str) -> Words:
    """An edition chooses notes that there are not.

    A deck or a tag of an edition is written as in Anki, and with or without what all of the project's begin with. It has the
    notes of the decks or tags below it too. If an edition has both `decks` and `tags`, a note must have one of each.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [editions.heart]
        tags = ["hearts"]
    Bad (cards/heart.md):
        ## What does a valve do? {.basic tags="heart"}

        It lets blood pass in one direction.
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"

        [editions.heart]
        tags = ["heart"]
    Good (cards/heart.md):
        ## What does a valve do? {.basic tags="heart"}

        It lets blood pass in one direction.
    """
    if not word:
        return (
            f"no note is in the edition {_quoted(edition)}: none has both a deck and a tag of it",
            "leave out `decks` or `tags`, or tag the notes that it is to have",
        )
    missing = f"there is no deck `{word}` with notes" if key == "decks" else f"no note has the tag `{word}`"
    hint = f"did you mean `{near}`?" if near else "`deckwright stats` shows which there are"
    return f"{missing}, for the edition {_quoted(edition)}", hint


@declare("P027", "warning")
def decks_alike(name: str, other: str, place: str) -> Words:
    """Two decks have the same name but for capitals.

    Anki does not tell small letters from capitals in the names of decks. On import, one of the two would be called `heart_`.

    Bad (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    Bad (cards/heart.md):
        ---
        deck: Heart
        kind: basic
        ---
        ## What does a valve do?

        It lets blood pass in one direction.
    Bad (cards/vessels.md):
        ---
        deck: heart
        kind: basic
        ---
        ## What does a vein do?

        It leads blood to the heart.
    Good (deck.toml):
        id = "anatomy-k3v9q2xm"
        name = "Anatomy"
    Good (cards/heart.md):
        ---
        deck: Heart
        kind: basic
        ---
        ## What does a valve do?

        It lets blood pass in one direction.
    """
    return (
        f"the deck `{name}` is called `{other}` in {place}, and Anki does not tell the two names apart",
        "write the name with the same capitals everywhere",
    )


def _quoted(value: str) -> str:
    """The author's value on one line, shortened if it is long."""
    return f'"{_shortened(value)}"'


def _shortened(value: str) -> str:
    return " ".join(value.split("\n"))[:80] + ("…" if len(value) > 80 else "")
