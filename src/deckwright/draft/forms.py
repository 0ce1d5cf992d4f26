"""Proposals → JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from . import LeftOut, Proposal, Report

VERSION = 1
"""Of the form: another number means that what was there before has another meaning, or is gone."""


def to_json(report: Report, patch: bytes, is_written: bool) -> str:
    """The proposals, what is left out and why, and the patch."""
    held = {
        "version": VERSION,
        "written": is_written,
        "proposals": [_proposal(each) for each in report.proposals],
        "left_out": [_left_out(each) for each in report.left_out],
        "patch": patch.decode("utf-8", "replace"),
    }
    return json.dumps(held, ensure_ascii=False, indent=2)


def _proposal(each: Proposal) -> dict[str, Any]:
    change = each.change
    return {
        **({"given": each.given} if each.given else {}),
        "file": each.path,
        "line": each.line,
        "rule": each.rule,
        "heading": each.heading,
        "tag": each.tag,
        "id": each.id,
        "cards": [
            {
                "line": card.line,
                "id": card.id,
                "context": card.context,
                "question": card.question,
                "answer": card.answer,
            }
            for card in each.cards
        ],
        "edit": {
            "line": change.first + 1,
            "old": change.old.decode("utf-8", "replace"),
            "new": change.new.decode("utf-8", "replace"),
        },
    }


def _left_out(each: LeftOut) -> dict[str, Any]:
    given = {"given": each.given} if each.given else {}
    return {**given, "file": each.path, "line": each.line, "rule": each.rule, "reason": each.reason}
