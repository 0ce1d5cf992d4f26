"""What another program proposes, as JSON → the same as drafts, where the project's text bears it out; else why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from ..compilation import Progress, remembering
from ..identity import Terms
from ..limits import MAX_DRAFT_ANSWER, MAX_DRAFT_QUESTION, MAX_DRAFT_QUOTE, MAX_DRAFTS
from ..lint.words import stems
from ..notes import content
from ..read.blocks import parse
from ..read.inlines import flat
from . import filters, quotations
from .desk import Desk, Draft
from .ideas import Idea, Rule
from .known import Cards
from .labels import without_labels
from .passages import Passage
from .placed import Placed, blanks_in_place, in_place, new_section
from .proposals import GIVEN, LeftOut, Proposal, Report
from .rules import idea

_Line = Annotated[int, Meta(ge=1, le=1_000_000)]
_Question = Annotated[str, Meta(min_length=1, max_length=MAX_DRAFT_QUESTION)]


class Given(msgspec.Struct, frozen=True):
    """A proposal as another program gives it: see `schema.json`. Other keys are passed over: ours have more of them."""

    file: Annotated[str, Meta(min_length=1, max_length=1_000)]
    line: _Line | None = None
    quote: Annotated[str, Meta(max_length=MAX_DRAFT_QUOTE)] = ""
    kind: Literal["basic", "cloze"] | None = None
    question: _Question | None = None
    answer: Annotated[str, Meta(min_length=1, max_length=MAX_DRAFT_ANSWER)] | None = None
    heading: _Question | None = None
    rule: Rule | None = None


class _All(msgspec.Struct, frozen=True):
    version: Literal[1]
    proposals: list[msgspec.Raw]


class FormError(ValueError):
    """The JSON is not of the form that is read."""


def read(data: bytes) -> list[Given | str]:
    """The proposals in `data`, each as it is given or, where it is not of the form, what is wrong with it. Raises FormError if
    nothing can be read.
    """
    try:
        held = msgspec.json.decode(data, type=_All)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormError(str(error)) from error
    if len(held.proposals) > MAX_DRAFTS:
        raise FormError(f"it has {len(held.proposals)} proposals, and at most {MAX_DRAFTS} are read")
    return [_read(each) for each in held.proposals]


def check(
    root: Path,
    terms: Terms,
    given: Sequence[Given | str],
    *,
    uncommitted: Iterable[str] = (),
    progress: Progress = lambda done, total: None,
) -> Report:
    """What can be proposed of what is given, for the project in `root`; the rest is left out, each with its reason. Raises OSError
    for what vanishes while it is read.
    """
    with remembering({}):
        desk = Desk(root, terms, progress)
        if desk.before is None:
            return Report(blocking=desk.blocking)
        files = {each.file for each in given if isinstance(each, Given)}
        readable = {*desk.readable(files, uncommitted)}
        refused = {each.path: each.reason for each in desk.left_out}
        desk.left_out.clear()
        checked = _Checked({path: desk.passages(path) for path in sorted(readable)}, desk.cards())
        drafts: list[Draft] = []
        for place, each in enumerate(given, 1):
            if isinstance(each, str):
                desk.left_out.append(LeftOut("", 0, GIVEN, each, place))
                continue
            outside = "it is no file of notes of the project"
            draft = checked.draft(each, place) if each.file in readable else refused.get(each.file, outside)
            if isinstance(draft, str):
                desk.left_out.append(LeftOut(each.file, each.line or 0, each.rule or GIVEN, draft, place))
            else:
                drafts.append(draft)
        sound = [one for one in desk.proved(drafts) if _is_as_given(one, desk)]
        return desk.report(sound)


def _read(raw: msgspec.Raw) -> Given | str:
    try:
        given = msgspec.json.decode(raw, type=Given)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"it is not of the form: {error}"
    if given.rule:
        return given if given.line else "it is not of the form: with `rule`, it needs a `line`"
    if given.kind is None:
        return "it is not of the form: it needs a `kind`, or a `rule`"
    if given.kind == "basic" and not (given.question and given.answer and (given.quote.strip() or given.line)):
        return "it is not of the form: with `basic`, it needs `question`, `answer`, and a `quote` or a `line`"
    if given.kind == "cloze" and not given.quote.strip():
        return "it is not of the form: with `cloze`, it needs a `quote`"
    return given


class _Checked:
    """The passages of the files that are meant, by path, and the cards that are there, those that were given before among them."""

    def __init__(self, held: Mapping[str, list[Passage]], cards: Cards) -> None:
        self._held = held
        self._cards = cards
        self._of_rules: dict[Rule, dict[tuple[str, int], Idea]] = {}
        self._tagged: set[tuple[str, int]] = set()
        self._extended: set[tuple[str, int]] = set()

    def draft(self, given: Given, place: int) -> Draft | str:
        """The draft that a proposal is; or why it is none."""
        made: Idea | Placed | str
        if given.rule:
            none = f"the rule {given.rule} finds nothing there, or something else"
            made = self._of_rule(given.rule).get((given.file, (given.line or 1) - 1), none)
        else:
            made = self._basic(given) if given.kind == "basic" else self._cloze(given)
        return made if isinstance(made, str) else self._alone(replace(made, given=place))

    def _alone(self, draft: Draft) -> Draft | str:
        """The draft, unless it and one before it are in each other's way."""
        passage = draft.passage
        key = passage.file.path, passage.first
        is_new = isinstance(draft, Placed) and draft.is_new
        if key in self._tagged or (not is_new and key in self._extended):
            return "another proposal has this passage: give one of them after the other"
        (self._extended if is_new else self._tagged).add(key)
        return draft

    def _of_rule(self, rule: Rule) -> Mapping[tuple[str, int], Idea]:
        if rule not in self._of_rules:
            passages = (each for held in self._held.values() for each in held)
            found = without_labels([made for passage in passages if (made := idea(passage, [rule]))])
            self._of_rules[rule] = {(made.passage.file.path, made.passage.first): made for made in found}
        return self._of_rules[rule]

    def _basic(self, given: Given) -> Placed | str:
        found = quotations.find(given.quote, self._held[given.file], given.line or 0)
        if isinstance(found, str):
            return found
        question, answer = (" ".join((text or "").split()) for text in (given.question, given.answer))
        for name, text in (("question", question), ("answer", answer)):
            if reason := _markup(text):
                return f"the {name} has {reason}"
        asked, told, quoted = _plain(question), _plain(answer), found.passage.plain([found.leaf])
        if given.quote.strip():
            quoted = _plain(" ".join(found.text.split()))
        if strange := _strange(told, quoted):
            return f"the answer says what the quotation does not: {', '.join(strange[:5])}"
        if filters.length(told) > filters.MOST_WORDS:
            return f"the answer has {filters.length(told)} words, and at most {filters.MOST_WORDS} are taken"
        if filters.gives_away(asked, told):
            return "the question has all words of the answer"
        if self._cards.has(asked, told):
            return "there is such a note already"
        self._cards.add(asked, told)
        return in_place(found.passage, asked, told) or new_section(found.passage, "basic", question, answer)

    def _cloze(self, given: Given) -> Placed | str:
        text, blanks = quotations.deletions(" ".join(given.quote.split()))
        if not blanks:
            return "the quotation has no blank: write ==answer=="
        found = quotations.find(text, self._held[given.file], given.line or 0)
        if isinstance(found, str):
            return found
        for blank in blanks:
            if reason := _markup(blank.hint) if blank.hint else "":
                return f"a hint has {reason}"
        if reason := _markup(text):
            return f"the quotation has {reason}"
        heading = " ".join((given.heading or "").split())
        if reason := _markup(heading) if heading else "":
            return f"the heading has {reason}"
        answers = [_plain(text[blank.start : blank.end]) for blank in blanks]
        if any(filters.length(answer) > filters.MOST_WORDS for answer in answers):
            return f"a blank has more than {filters.MOST_WORDS} words"
        around = _plain("".join(text[a:b] for a, b in _between(blanks, len(text))))
        if self._cards.has(around, " ".join(answers)):
            return "there is such a note already"
        self._cards.add(around, " ".join(answers))
        if not heading and (placed := blanks_in_place(found, blanks)):
            return placed
        title = heading or (found.passage.titles[-1] if found.passage.titles else "")
        if not title:
            return "there is no heading above the quotation: give one, as `heading`"
        return new_section(found.passage, "cloze", title, " ".join(given.quote.split()))


def _is_as_given(proposal: Proposal, desk: Desk) -> bool:
    """Whether what comes out is what was given; where it is not, that is told."""
    wanted = proposal.wanted
    if not wanted or any(stems(card.question) == stems(wanted) for card in proposal.cards):
        return True
    desk.leave_out(proposal, "the card would ask something else than the question says")
    return False


def _markup(text: str) -> str:
    """What a text has that no question or answer may have, since strangers wrote it; empty if there is nothing."""
    if not text.isprintable():
        return "characters that control a terminal"
    blocks = parse(text).blocks
    if len(blocks) != 1 or blocks[0].kind != "paragraph" or blocks[0].text != text:
        return "Markdown that is more than one paragraph"
    allowed = {"code", "maths", "display", "escape", "entity", "emphasis", "strong", "strike", "parts"}
    strange = {piece.kind for piece in flat(blocks[0].pieces)} - allowed
    return f"Markdown that is not taken here: {', '.join(sorted(strange))}" if strange else ""


def _plain(text: str) -> str:
    """A text without marks of emphasis and code."""
    document = parse(text)
    return content.text(document.blocks, document)


def _strange(answer: str, quoted: str) -> list[str]:
    """The words of an answer that a quotation does not have."""
    if answer.casefold() in quoted.casefold():
        return []
    told = {*stems(quoted)}
    return [word for word in dict.fromkeys(stems(answer)) if word not in told]


def _between(blanks: Iterable[quotations.Deletion], end: int) -> Iterable[tuple[int, int]]:
    start = 0
    for blank in blanks:
        yield start, blank.start
        start = blank.end
    yield start, end
