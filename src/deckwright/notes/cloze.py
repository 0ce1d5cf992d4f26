"""A part of a cloze section → Text, Header and Extra."""

from __future__ import annotations

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.cloze import Elsewhere, no_deletion
from ..diagnostics.note import stays_prose
from ..patterns import pattern
from ..read.blocks import Block, walk
from ..read.inlines import flat
from ..read.sections import Section
from ..render import Renderer
from . import slips
from .parts import Made, Part
from .shared import extra


def make(part: Part, section: Section, renderer: Renderer) -> tuple[Made, list[Diagnostic]]:
    """The text with its deletions.

    A section that is cloze only by the front matter makes no note if it hides nothing.
    """
    text = renderer.cloze(part.answer)
    above = renderer.blocks(part.above)
    renderer.report_unasked((*part.asked, *part.above, *part.extra))
    header = "" if section.tag.context is not None else renderer.inline(part.asked[0])
    hides_nothing = not renderer.deletions and not has_errors(renderer.diagnostics)
    fields = {
        "Text": f'<div class="dw-stem">{above}</div>\n{text}' if above else text,
        # The heading above items is in their context already.
        "Header": "" if part.name else header,
        "Extra": extra(part, renderer),
    }
    found = slips.deletions(part.answer, section.file)
    if hides_nothing:
        where = elsewhere(part, section)
        instead = stays_prose(section.span, section.kind, where)
        return Made(fields, instead), [no_deletion(part.span, where), *found]
    return Made(fields), found


_IN_CODE = pattern(r"(?<![=<>!])==(?=[^\s=])[^=\n]{1,80}(?<=[^\s=])==(?!=)")


def _has_deletion(leaf: Block) -> bool:
    kinds = [piece.kind for piece in flat(leaf.pieces)]
    return "open" in kinds or kinds.count("mark") > 1


def elsewhere(part: Part, section: Section) -> Elsewhere:
    """Where a note that hides nothing has what would be a deletion in its text."""
    held = [*walk([*part.above, *part.answer, *part.extra])]
    if _has_deletion(section.title):
        return "heading"
    if any(map(_has_deletion, walk([block for block in held if block.kind == "alert"]))):
        return "alert"
    code = (leaf.text[piece.start : piece.end] for leaf in held for piece in flat(leaf.pieces) if piece.kind == "code")
    is_code = any(_IN_CODE.search(text) for text in (*(leaf.text for leaf in held if leaf.kind == "code"), *code))
    return "code" if is_code else ""
