"""What is wrong with a project, as values: where, what, and what to do about it."""

from . import cloze, identity, media, note, notetype, occlusion, project, release, section, slips
from .declare import PAGES, Diagnostic, Page, declare, explain, has_errors, sort
from .forms import to_github, to_json, to_text

__all__ = [
    "PAGES",
    "Diagnostic",
    "Page",
    "cloze",
    "declare",
    "explain",
    "has_errors",
    "identity",
    "media",
    "note",
    "notetype",
    "occlusion",
    "project",
    "release",
    "section",
    "slips",
    "sort",
    "to_github",
    "to_json",
    "to_text",
]
