"""What learners ask, in the order of how often they do; the answers are in `templates/help.html`."""

from __future__ import annotations

QUESTIONS = (
    ("import", "How do I import the deck?"),
    ("update", "How do I update it? Must I delete the old deck first?"),
    ("options", "Which options do I choose?"),
    ("kept", "What is kept, and what is replaced?"),
    ("suspend", "How do I get rid of a card for good?"),
    ("devices", "I use two devices. What do I do?"),
    ("version", "Which version do I have?"),
    ("edits", "How do I save what I edited?"),
    ("unchanged", "A note that should have changed did not. Why?"),
    ("fails", "The import fails, or which file do I take?"),
    ("mistake", "How do I report a mistake?"),
)
"""The `id` of each on the page, and the question."""
