"""A project, and its last release → the next one: how large a step it is, and all that is published with it."""

from .cut import Cut
from .edits import edited
from .make import finish, make
from .plan import Asked, Plan, Wish, described, plan
from .refusal import Refusal
from .report import to_json
from .step import ABOUT, FIRST
from .trial import Tried, tried
from .verify import Unknown, Verified, verify, verify_package

__all__ = [
    "ABOUT",
    "FIRST",
    "Asked",
    "Cut",
    "Plan",
    "Refusal",
    "Tried",
    "Unknown",
    "Verified",
    "Wish",
    "described",
    "edited",
    "finish",
    "make",
    "plan",
    "to_json",
    "tried",
    "verify",
    "verify_package",
]
