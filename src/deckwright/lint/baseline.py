"""The baseline of a project: alarms that were there when it took up the rules for cards, so that only new ones are told.

A line is the code of a rule, the ID of a note, and how many such alarms the note may have if they are several. What a note
says may change, and its author may give it another ID with `was`; a line holds for as long as the note is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import files
from ..diagnostics import Diagnostic
from ..diagnostics.project import bad_baseline
from ..layout import BASELINE
from ..limits import MAX_BASELINE_BYTES, MAX_SETTINGS_TOLD
from ..model import Span
from . import Alarm

_HEAD = """\
# What `deckwright check` does not tell: alarms of before. `deckwright check --baseline` writes this file.
"""
_LINE = re.compile(r"(?P<code>[A-Z][0-9]{3}) (?P<id>\S+)(?: (?P<number>[1-9][0-9]{0,8}))?")

Baseline = Counter[tuple[str, str]]
"""How many alarms are known, by the code of the rule and the ID of the note."""


def read(root: Path) -> tuple[Baseline, list[Diagnostic]]:
    """The baseline of the project in `root`, empty if it has none, and what is wrong with its file."""
    known: Baseline = Counter()
    try:
        # Its lines are shown where they are wrong, and a link may come from a stranger.
        text = files.read_inside(root / BASELINE, root, MAX_BASELINE_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        return known, []
    except files.TooLargeError:
        return known, [bad_baseline(Span(BASELINE), f"it has more than {MAX_BASELINE_BYTES >> 20} MiB")]
    except OSError as error:
        return known, [bad_baseline(Span(BASELINE), files.reason(error))]
    except UnicodeDecodeError:
        return known, [bad_baseline(Span(BASELINE), "it contains bytes that are not UTF-8")]
    found: list[Diagnostic] = []
    for number, line in enumerate(text.splitlines(), 1):
        if matched := _LINE.fullmatch(line.rstrip()):
            known[matched["code"], matched["id"]] += int(matched["number"] or 1)
        elif line.strip() and not line.startswith("#") and len(found) < MAX_SETTINGS_TOLD:
            found.append(bad_baseline(Span(BASELINE, number, 1, len(line), line), "the line is not understood"))
    return known, found


def write(root: Path, alarms: Iterable[Alarm]) -> int:
    """Write the baseline anew, with all of these alarms; how many lines it has. Raises OSError."""
    known = Counter((alarm.diagnostic.code, alarm.id) for alarm in alarms if alarm.id)
    lines = [f"{code} {id_}{f' {number}' if number > 1 else ''}\n" for (code, id_), number in sorted(known.items())]
    files.replace(root / BASELINE, "".join([_HEAD, *lines]).encode())
    return len(lines)


def new(alarms: Sequence[Alarm], known: Baseline) -> tuple[list[Alarm], int]:
    """The alarms that are not in the baseline, and how many of its lines stand for more alarms than there are.

    Where a note has more alarms of a rule than are known, all of them are told: which is the new one cannot be seen. Lines
    with the ID that a note had before are its own.
    """
    ids = {alarm.was: alarm.id for alarm in alarms if alarm.was}
    if ids:
        renamed: Baseline = Counter()
        for (code, id_), number in known.items():
            renamed[code, ids.get(id_, id_)] += number
        known = renamed
    now = Counter((alarm.diagnostic.code, alarm.id) for alarm in alarms)
    told = [alarm for alarm in alarms if now[alarm.diagnostic.code, alarm.id] > known[alarm.diagnostic.code, alarm.id]]
    return told, sum(now[key] < number for key, number in known.items())
