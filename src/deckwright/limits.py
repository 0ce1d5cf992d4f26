"""How much of anything is read: each limit with its reason. What is over one is told, never cut off in silence."""

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Of a Markdown file: people write them, so a larger one is a mistake, and would take many seconds to read."""

MAX_NESTING = 40
"""How deep blocks nest: forty quotes, or twenty lists, each with its item."""

MAX_YAML_DEPTH = 20
"""How deep a front matter nests. Ours need one level, and libyaml's reader crashes at some ten thousand."""

MAX_WORDS = 500
"""Words of a heading's tag: where there are more, it is data, and reading them all would take minutes."""

MAX_LEAF = 20_000
"""Characters in one paragraph, cell or heading: a hundred times what a card needs."""

MAX_PIECE_NESTING = 40
"""How deep emphasis, links and pictures nest in one another. People write three levels; the rest of the program may
recurse on what it is given."""

MAX_NOTE_TYPES = 200
"""Of a project, besides those that come along: decks with many have ten, a whole collection that is adopted some dozens."""

MAX_NOTE_TYPE_BYTES = 256 << 10
"""Of the stylesheet of a note type, and of each side of its templates: every package contains them, and the largest that are
known, with scripts, have a hundred kilobytes.
"""

MAX_FIELDS = 100
"""Of a note type of the project. The largest that are known have some forty."""

MAX_TEMPLATES = 50
"""Of a note type of the project: each makes a card."""

MAX_FIELD_NAME = 100
"""Characters of the name of a note type, a field or a template. Anki has no limit, and its lists show thirty."""

MAX_TYPED = 60
"""Characters of a typed answer: more is not typed on a phone."""

MAX_EXCERPTS = 100
"""Of one line, how many findings show it: a long line that is kept with thousands of them would fill the memory."""

MAX_NUMBER = 499
"""The highest cloze number: Anki makes no card for a higher one (rslib/src/notetype/cardgen.rs)."""

MAX_CLOZE_NESTING = 10
"""How many deletions may lie in one another: Anki passes over the opening of an eleventh, and shows its braces
(rslib/src/cloze.rs; so in 26.9.3)."""

MAX_COLOURED = 5_000
"""Characters of a block of code that gets colours: Pygments takes quadratic time for some code, and nobody reads so much
on a card.
"""

MAX_COLOURED_SPACE = 200
"""Characters of white space in one piece in such a block: above all for them, Pygments takes quadratic time."""

MAX_MEDIA_BYTES = 100 << 20
"""Of a media file: a larger one is never synchronised (anki rslib/src/sync/media/mod.rs)."""

MAX_MEDIA_NAME = 120
"""Bytes of the name of a media file: Anki shortens longer ones (rslib/src/media/files.rs)."""

MAX_EMBEDDED_BYTES = 15 << 20
"""Of the media in a page for a second reader: written as text they take a third more, and mail takes 25 MB or less."""

MAX_SIDE_BY_SIDE = 200
"""Of each kind of change, the notes in a page of old and new cards: nobody looks through more in one sitting."""

MAX_SIDE_BY_SIDE_CARDS = 20
"""Of a note in such a page."""

MAX_SIDE_BY_SIDE_BYTES = 20 << 20
"""Of the HTML of all cards in such a page: a browser takes a second for it."""

MAX_SVG_BYTES = 5 << 20
"""Of the source of an SVG."""

MAX_PIXELS = 50_000_000
"""Of a picture with masks: more does not fit into the memory of a phone."""

MAX_SVG_ELEMENTS = 100_000
"""Of an SVG as it is written: more than any drawing has, and the tree of them would fill the memory of a small machine."""

MAX_SVG_NESTING = 200
"""How deep the elements of an SVG nest: libxml2 reads 256 levels, and browsers draw no more than some 500."""

MAX_SVG_ATTRIBUTES = 100
"""Of one element of an SVG: lxml takes quadratic time for them. Programs that draw write some forty."""

MAX_DRAWN_NESTING = 50
"""How deep the elements of a drawing with masks nest, with what they refer to: resvg crashes at some 250, on Windows
earlier. Programs that draw nest about ten groups.
"""

MAX_DRAWN_ELEMENTS = 25_000
"""Of a drawing with masks, each counted as often as it is drawn by reference: a detailed map has ten thousand."""

MAX_DRAWN_TEXT = 10_000
"""Characters in a drawing with masks, counted likewise: a picture full of small print. They take resvg half a second."""

MAX_LABELS = 1_000
"""Of one drawing, asked or not. On a screen nobody can read more."""

MAX_OVERLAPPING = 16
"""Labels of a drawing that lie over one another: each of them must be looked for by itself, which takes a tenth of a second
or more. In public diagrams it is two, in one of a hundred thirteen.
"""

MAX_LAYERS = 8
"""How often the boxes of all labels may cover a drawing. Those of labels that can be read cover it less than once.
"""

MAX_FILTER_STEPS = 500
"""How often a drawing with masks applies a step of a filter: a hundred shadows of five steps. One takes up to 0.1 s."""

MAX_FILTER_NESTING = 5
"""How deep filtered elements of a drawing with masks nest: each level takes a copy of the picture."""

MAX_OCTAVES = 10
"""Of the noise in a filter: each is half as strong as the one before, so a tenth cannot be seen any more."""

MAX_EMBEDDED_PIXELS = 16_000_000
"""Of all pictures within a drawing with masks: each of them takes 4 bytes of memory. A drawing has at most 5,760,000."""

MAX_DRAWING_MEMORY = 256 << 20
"""Bytes of memory that the process may use which draws: the largest drawing takes 60 MiB, and 23 for each transparent
group within another.
"""

MAX_PROCESSES = 8
"""That compile at the same time. Each takes some 60 MiB, and nobody tells us how many a container may have."""

MAX_DRAWING_PROCESSES = 4
"""That draw at the same time: each of them takes memory."""

MAX_GLYPHS_TOLD = 20
"""How many characters that the font lacks are told of by themselves: where there are more, it is another script."""

MAX_MASK_FILE_BYTES = 256 << 10
"""Of a mask file: 499 masks take 45 kB, as polygons 100."""

MAX_TOLD_OF_A_MASK = 5
"""How many others are named that one mask overlaps: where there are more, it lies over all of them."""

MAX_DECK_NAME = 200
"""Characters of a deck's full name."""

MAX_ABSENT_BYTES = 8 << 20
"""Of the list of files that are not in the project."""

MAX_TABLE_BYTES = 64 << 20
"""Of a table of notes in CSV: a hundred thousand notes of several hundred letters. It is held in memory."""

MAX_DECK_NESTING = 50
"""Levels of decks in one another in an export. Names of decks have no room for more."""

MAX_DECK_ID = 115
"""Characters of a deck's id: learners' own stylesheet is `_ID.css`, and Anki shortens names of media of more than 120
bytes (rslib/src/media/files.rs).
"""

MAX_SETTINGS_BYTES = 128 << 10
"""Of the file with the settings: a pyproject.toml has a few kilobytes."""

MAX_STYLE_BYTES = 64 << 10
"""Of the author's stylesheet: three times ours. Every note type of the deck contains it."""

MAX_KEY_PARTS = 20
"""Of a dotted key in the settings: Python's reader takes quadratic time. Ours have three."""

MAX_SETTINGS_TOLD = 20
"""How many settings that do not exist, or folders that cannot be, are told of: where there are more, it is another file."""

MAX_PATH = 1_000
"""Characters of a folder's path: macOS takes no longer ones."""

MAX_LEDGER_BYTES = 512 << 20
"""Of deck.lock: a note takes some 500."""

MAX_BASELINE_BYTES = 16 << 20
"""Of the baseline: some three alarms for each of a hundred thousand notes."""

MAX_LEDGER_TOLD = 10
"""How many damaged lines of deck.lock are told of one by one: where there are more, something rewrote the whole file."""

MAX_GUID = 200
"""Characters of a guid: ours has 14, Anki's own about 10, and other tools write words or hashes."""

MAX_NOTE_ID = 1 << 53
"""Anki's note ids are milliseconds since 1970. JSON keeps greater numbers exactly in no other language."""

MAX_TIME = 1 << 33
"""In seconds since 1970: the year 2242. Later, it is no time but damage."""

MAX_MEMBERS = 100_000
"""Of a package: one for each media file. The largest shared decks have some 50,000."""

MAX_ARCHIVE_DIRECTORY = 8 << 20
"""Bytes of the list of a package's members: 80 for each."""

MAX_UNPACKED = 32 << 20
MAX_UNPACKED_RATIO = 50
"""Bytes that a package may unpack to: so many, and so many more for each byte of the file. Text shrinks to a tenth."""

MAX_COLLECTION_BYTES = 512 << 20
"""Of the collection in a package, unpacked: a hundred thousand notes of several kilobytes. It is held in memory."""

MAX_MEDIA_LIST_BYTES = 8 << 20
"""Of a package's list of media files, unpacked."""

MAX_VALUE_BYTES = 16 << 20
"""Of one value in a collection: all note types together, or one note."""

MAX_STEPS = 1_000_000
MAX_STEPS_RATIO = 4
"""Steps of SQLite's machine for a collection: so many, and so many more for each byte. A row takes some 10 steps, and at
least 20 bytes."""

MAX_REHEARSAL_SECONDS = 300
"""That one learner of a rehearsal may take Anki: one with twenty thousand notes takes it four."""

MAX_REHEARSAL_MEMORY = 4 << 30
"""Bytes of memory that Anki may use in a rehearsal: eight times the largest collection that is read."""

MAX_REHEARSED = 10
"""Packages in one rehearsal: each is imported by several learners."""

MAX_REHEARSAL_TOLD = 5
"""How many notes are named that a learner loses something of: where there are more, it is all of them."""

MAX_TEX = 2_000
"""Characters of a formula that is made MathML. The longest in decks are derivations of a few hundred."""

MAX_TEX_COMMANDS = 400
"""Commands, groups, exponents and indices in one, of which each may stand within the last: the converter takes 3.3 KB of the
stack for each, and Windows has 2 MB."""

MAX_CARDS_SHOWN = 30
"""Cards of one note on its page of the site: where there are more, they are alike, and nobody scrolls through them."""

MAX_LISTED = 100
"""Notes in a list of the site, which goes on on the next page."""

MAX_CHANGES_SHOWN = 500
"""Notes of each sort on the page of a version: more is a new deck."""

MAX_STYLE_NESTING = 20
"""Rules in one another in the stylesheet of cards, for the site: deeper ones are left out."""

MAX_SELECTORS = 20_000
"""Characters in the selectors of a rule of that stylesheet, once it stands by itself: nesting makes products of them."""

MAX_UPLOAD_BYTES = 32 << 20
"""Of a picture that is pasted into the preview: a screenshot of a large screen has five, a photograph ten."""

MAX_MASKS = 1_000
"""Of one picture in the mask editor: as many as labels of a drawing."""

MAX_POINTS = 1_000
"""Corners of one mask in the mask editor: nobody draws so many by hand."""

MAX_THUMBNAIL = 480
"""Pixels of the longer side of a small picture."""

MAX_ANKICONNECT_BYTES = 32 << 20
"""Of one answer of AnkiConnect: two hundred notes, of which the longest take some kilobytes."""

MAX_PUSH_TOLD = 20
"""How many notes are named that are not in Anki as they were built: where there are more, nothing was imported."""

MAX_PULLED_FIELD = 50_000
"""Characters of a field that comes back from Anki: its words are compared with those of the notes."""

MAX_PULLED_FILE = 10 << 20
"""Of one picture or sound that comes back from Anki in a patch, which is text, and a quarter larger."""

MAX_ADOPTED_NOTES = 200
"""In a file of an adopted project: one that people like to read, and that is compiled anew at once."""

MAX_ADOPTED_BYTES = 1 << 20
"""Of the fields of its notes: half of what is read of a file."""

MAX_ADOPTED_NESTING = 2_000
"""Elements in one another in a field that is adopted: nobody sees so many, and what reads HTML as browsers do takes quadratic
time for them.
"""

MAX_ATTEMPTS = 8
"""How often the notes are built that are not as they were, written in another way each time."""

MAX_DRAFTS_BYTES = 4 << 20
"""Of the JSON in which another program proposes notes: a thousand proposals of four kilobytes."""

MAX_DRAFTS = 1_000
"""Proposals in it: nobody looks through more."""

MAX_DRAFT_QUOTE = 2_000
MAX_DRAFT_QUESTION = 300
MAX_DRAFT_ANSWER = 600
"""Characters of a proposal's texts: a passage, a question of forty words, and an answer of as many, with room for markup."""
