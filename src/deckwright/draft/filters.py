"""Texts that make no card worth learning: what rules leave out, with the English words by which they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..lint.words import stems, within, words
from ..read.blocks import Block, walk
from ..read.inlines import flat
from ..texts import count_words

MOST_WORDS = 40
"""Of an answer. The rule for cards L001 warns of more."""

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_BARE_HEADINGS = frozenset(
    """
    abstract|acknowledgements|acknowledgments|additional reading|additional resources|agenda|appendix|assignments|background
    |bibliography|books|bugs|build|building|changelog|change log|changes|chapter|code|code of conduct|commands|comments
    |conclusion|configuration|contact|contents|contributing|contributors|course|courses|credits|demo|dependencies|development
    |exercise|exercises|example|examples|faq|features|file structure|folder structure|further reading|getting started|history
    |homework|how to use|index|install|installation|installing|instructions|intro|introduction|lab|labs|learn more|lecture
    |license|licence|links|materials|meta|misc|miscellaneous|more|more info|notes|other|others|outline|output|overview|papers
    |people|prerequisites|problem|problems|project structure|projects|questions|quick start|quickstart|quiz|read more|reading
    |readings|reference|references|related|release notes|requirements|resources|roadmap|run|running|sample|schedule|see also
    |setup|solution|solutions|sources|steps|structure|summary|syllabus|table of contents|takeaways|test|testing|tests|textbook
    |tips|tl;dr|tldr|to do|todo|todos|toc|tools|tutorial|tutorials|update|updates|usage|useful links|videos|what's new
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Headings of lists that nobody learns, or that say nothing of what is below them."""

_BARE_LEADS = frozenset(
    """
    a advantage advantages analogy answer application applications assumption author b background base basics benefit benefits
    bonus book case cases cause causes caution caveat challenge challenges characteristics choice code command comment comments
    comparison complexity components con conclusion cons context cost costs course date default definition definitions description
    details diagram disadvantage disadvantages drawback drawbacks duration effect effects email example examples exception
    exceptions explanation extra fact false features fix format formula function general goal goals hint how idea impact
    implementation important improvement info input instead intuition issue issues key limitation limitations limits link links
    location main meaning method mnemonic motivation name note notes number objective one option options other others output
    parameters performance price problem problems process pro properties proof property pros purpose question reason reasons
    recommendation reference references remark remember requirements result results return returns risk risks role rule second
    shape size solution solutions source space status step steps strategy structure summary symptoms syntax task techniques
    test third time tip title todo tool tools topic topics true two type types update usage use uses value values version video
    warning weakness what when where who why year
    """.split()  # noqa: SIM905
)
"""Leads that name a part of an explanation, and nothing that could be asked for."""

_IMPERATIVES = frozenset(
    """
    add adjust allow always analyze analyse apply ask assign attach avoid be begin break bring build call change check choose
    clean click clone close collect combine compare compile compute configure confirm connect consider convert copy create
    decide decrease define delete deploy describe design determine develop disable do document don't download drag draw edit
    enable ensure enter establish evaluate execute exit explain explore export extract fill find fix focus follow generate get
    give go have help identify ignore implement import improve include increase initialize insert install join keep know launch
    learn leave let limit list load log look maintain make measure merge minimize modify monitor move name navigate never note
    open optimize organize paste perform pick place plan practice prepare press prevent process produce protect provide pull
    push put read reduce refer register remember remove rename repeat replace request require reset resolve restart return review
    run save scroll search see select send separate set share show sign simplify sort specify split start stay stop store
    study submit switch take tell test think track train transform try turn type understand update upload use validate verify
    view visit wait watch work write
    """.split()  # noqa: SIM905
)
"""Words that begin an instruction. Those that are as often nouns of a subject are not among them."""

_POINTING = re.compile(
    r"\b(?:above|below|aforementioned|(?:as )?(?:shown|seen|mentioned|discussed|described|explained) (?:above|below|before|earlier"
    r"|here|in|later|previously)|earlier|following|former|latter|previous(?:ly)?|next (?:chapter|section|lecture|week)"
    r"|(?:this|the|last) (?:chapter|section|lecture|book|course|article|post|video|paper|author|figure|diagram|picture|image"
    r"|table|example|slide|code)|see|click|refer to|fig\.?|chapter|here(?:'s| is| are)?|these|those|such)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|my|we|we'll|we've|our|us|let's|me)\b")
_UNFINISHED = re.compile(r"\b(?:TBD|TODO|FIXME|coming soon|work in progress|WIP|etc|and so on|N/A|n/a)\b|\.\.\.|…|\?\?")
_ADDRESS = re.compile(
    r"https?://|www\.|\S+@\S+\.\S|\b\d{4}-\d\d-\d\d\b|\w\.(?:c|cpp|css|csv|go|h|html|ini|ipynb|java|js|json|jsx|md|php|py|rb|rs|sh"
    r"|sql|tf|toml|ts|tsx|txt|xml|ya?ml)\b"
)
_PART = (
    "(?:step|day|week|chapter|part|lecture|lesson|unit|module|section|phase|stage|exercise|question|task|example|case|option"
    "|level|figure|table|appendix|round|method|approach|solution|version|v)"
)
_STEP = re.compile(rf"{_PART}?\s*[#(]?\d[\d.,:/%-]*[).:]?|(?:{_PART}\s+)?[#(]?(?:[ivx]+|[a-z])[).:]?", re.IGNORECASE)
_UNSURE = re.compile(
    r"\b(?:yes|no|true|false|good|bad|high|low|medium|none|same|varies|depends|optional|required|fast|slow|easy|hard)\b\W*",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"\w_\w|\w\(|\)\.|::|^[./~$@#<-]|\b[a-z]+[A-Z]\w*|\.\w{1,4}$|[=<>{}\\\[\]]|^[A-Za-z]?\d+$|\(optional\)|\bmin\)"
)
_CLAUSES = frozenset(
    """
    as at before after by during everything everyone everybody for from if in into most nothing on since someone
    something sometimes to under unless until usually when while with within without
    """.split()  # noqa: SIM905
)
"""Words with which no subject begins, as in "When to …"."""

_OPENS_WITH_POINTER = re.compile(
    r"(?:it|its|they|their|them|he|she|his|her|this|that|these|those|there|here|so|but|and|or|also|then|thus|hence|therefore"
    r"|however|because|which|who|where|e\.g|i\.e|for example|for instance|same|similar(?:ly)?|like|another|other|others"
    r"|otherwise|instead|again|even|just|note)\b",
    re.IGNORECASE,
)
_QUESTION_POINTER = re.compile(
    r"\b(?:it|its|they|their|them|this|that|these|those|he|she|his|her|here|above|below|following|I|we|our|us|my|me|else)\b",
    re.IGNORECASE,
)


def length(text: str) -> int:
    """How many words a text has. Two characters of a script without spaces count as one."""
    return count_words(text) + len(_CJK.findall(text)) // 2


def is_bare(title: str) -> bool:
    """Whether a heading says nothing of what stands below it, or stands above what nobody learns."""
    said = title.casefold().strip(" :.!*_")
    return said in _BARE_HEADINGS or bool(_STEP.fullmatch(said)) or not re.search(r"[^\W\d_]{2}", said)


def is_aside(titles: Sequence[str]) -> bool:
    """Whether a passage stands below a heading of instructions, arguments or lists that nobody learns, or below none that says
    anything.
    """
    if all(map(is_bare, titles)):
        return True
    if any(title.casefold().strip(" :.!*_") in _BARE_HEADINGS - _OF_PARTS for title in titles):
        return True
    return any(_ASIDE.search(title) for title in titles) or bool(_ONE_SIDE.search(titles[-1]))


_ASIDE = re.compile(
    r"\b(?:set ?up|install\w*|requirements?|privacy policy|study (?:guide|plan)|exam (?:content|format|guide)|how to|getting started"
    r"|cheat ?sheet|quick ?start|walkthrough|exercises?|homework|assignments?|changelog|release notes|meeting|minutes|agenda"
    r"|schedule|syllabus|grading|deliverables|interview questions|tutorial|hands[- ]on|lab \d+|project ideas?|api|endpoints?"
    r"|plans?|roadmap|analogy|analogies|provenance|cross-references?|see also|scenarios?|troubleshooting|appendix|timeline|attributes|arguments|parameters|options|flags|shortcuts|commands|example|step \d+)\b",
    re.IGNORECASE,
)
_ONE_SIDE = re.compile(
    r"\b(?:pros?|cons?|advantages?|disadvantages?|benefits?|drawbacks?|limitations?|challenges|issues|problems|best practices"
    r"|tips|recommendations?|considerations?|when to|use cases?|takeaways?|highlights|goals?|reasons?|why|lessons?|rules of thumb"
    r"|guidelines|mistakes|pitfalls|questions|checklist|trade-?offs|strengths|weaknesses|applications|uses)\b",
    re.IGNORECASE,
)
"""Headings of lists whose items argue for something: a subject alone does not ask for its argument."""


_OF_PARTS = frozenset(("background", "features", "introduction", "intro", "notes", "overview", "summary", "structure",
                       "comments", "conclusion", "commands", "tools", "other", "others", "questions", "faq", "problem"))  # fmt: skip
"""Headings whose subheadings may say something."""


def is_subject(lead: str) -> bool:
    """Whether a lead names something that one can be asked about: one to six words, no instruction, no number, no label of a
    part of the text.
    """
    said = words(lead)
    if not 1 <= length(lead) <= 6 or not said or len(lead) > 60:
        return False
    if all(word in _BARE_LEADS for word in said) or _STEP.fullmatch(lead.strip()) or _UNSURE.fullmatch(lead.strip()):
        return False
    if said[0] in _IMPERATIVES and (len(said) > 1 or lead[:1].islower()):
        return False
    if _IDENTIFIER.search(lead) or said[0] in _CLAUSES:
        return False
    return not (
        _PERSONAL.search(lead) or _ADDRESS.search(lead) or _OPENS_WITH_POINTER.match(lead) or lead[-1:] in "?!,;.…"
    )


def is_answer(text: str, least: int = 1) -> bool:
    """Whether a text can be the answer of a card: from `least` to forty words, at most two sentences, finished, and about
    nothing that stands elsewhere.
    """
    if not least <= length(text) <= MOST_WORDS or sentences(text) > 2 or text.rstrip()[-1:] in (":", ",", "-", "–"):
        return False
    if _UNSURE.fullmatch(text.strip()) or (
        _OPENS_WITH_POINTER.match(text) and not re.match(r"(?:it|they)\b", text, re.I)
    ):
        return False
    if text.count("(") != text.count(")") or "?" in text:
        return False
    return not (_POINTING.search(text) or _PERSONAL.search(text) or _UNFINISHED.search(text) or _ADDRESS.search(text))


def is_question(text: str) -> bool:
    """Whether a heading asks something that is understood without the text around it."""
    said = words(text)
    if not 3 <= length(text) <= 25 or text.count("?") > 1 or _QUESTION_POINTER.search(text):
        return False
    return not (
        _ADDRESS.search(text)
        or _UNFINISHED.search(text)
        or said[:2] in (["how", "to"], ["what", "about"], ["what", "if"])
    )


def sentences(text: str) -> int:
    """How many sentences a text has."""
    return len(re.findall(r"[.!?。！？](?:\s+(?=[\"“(]?[A-Z0-9])|$)", text.rstrip(" .!?。！？"))) + 1


def repeats(question: str, answer: str) -> bool:
    """Whether an answer says the words of its question again, so that it says less than it seems to."""
    asked, told = stems(question), stems(answer)
    if not asked or not told:
        return True
    common = [word for word in asked if any(_are_kin(word, other) for other in told)]
    return len(common) == len(asked) or within(asked, told) or {*told} <= {*asked}


def gives_away(question: str, answer: str) -> bool:
    """Whether all words of an answer stand in its question."""
    return {*stems(answer)} <= {*stems(question)}


def is_plain(blocks: Iterable[Block], links: bool = True) -> bool:
    """Whether blocks are paragraphs, lists and cells of text alone: no pictures, no code of its own, no HTML. Without `links`,
    there is none either.
    """
    barred = {"image", "embed", "html", "footnote", "inline footnote", "mark", "open", "close", "comment", "private"}
    if not links:
        barred |= {"link", "autolink", "wikilink"}
    for block in walk(blocks):
        if block.kind not in ("paragraph", "list", "item", "cell", "row", "table", "quote") or block.too_much:
            return False
        if any(piece.kind in barred for piece in flat(block.pieces)):
            return False
    return True


def is_link(block: Block) -> bool:
    """Whether hardly anything but links stands in a leaf."""
    linked = sum(p.end - p.start for p in block.pieces if p.kind in ("link", "autolink", "wikilink"))
    return linked * 2 > len(block.text)


def _are_kin(word: str, other: str) -> bool:
    """Whether two stems are the same, or so much so that one gives the other away: "encryption" and "encrypts"."""
    size = min(len(word), len(other))
    return word == other or (size >= 5 and word[: max(5, size - 2)] == other[: max(5, size - 2)])
