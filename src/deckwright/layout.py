"""What things are called in a project's folder."""

DECK, PYPROJECT = "deck.toml", "pyproject.toml"
"""The files that may hold the settings."""

LEDGER = "deck.lock"
"""The ledger: what makes each note the one that learners have."""

BUILD = "build"
"""The folder for everything that is made."""

CACHE = f"{BUILD}/.cache"
"""The folder for what a later build may use."""

PUSHED = f"{BUILD}/.pushed"
"""What was last handed to Anki on this computer."""

BASELINE = "deck.baseline"
"""The alarms of rules for cards that are not told."""

CHANGES = "changes"
"""The folder for what authors say of the next release."""

NOTETYPES = "notetypes"
"""The folder for the note types of the project: a folder each."""

NOTETYPE = "notetype.toml"
"""The file that says what a note type is."""

RELEASES = "releases"
"""The folder for the manifests of all releases, and in `build` for what is published of them."""

DECK_CHANGELOG = "CHANGELOG-deck.md"
"""What is new in each release of the deck."""

SITE = "site"
"""The folder for the site, in `build`."""

CREDITS = "CREDITS.md"
"""Where the pictures and texts of the deck come from, for its site."""
