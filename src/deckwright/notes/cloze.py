"""A part of a cloze section → Text, Header and Extra."""

from __future__ import annotations

from ..diagnostics import Diagnostic, has_errors
from ..diagnostics.cloze import no_deletion
from ..diagnostics.note import stays_prose
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
        marked = any(piece.kind in ("open", "mark") for piece in flat(section.title.pieces))
        instead = stays_prose(section.span, section.kind, marked)
        return Made(fields, instead), [no_deletion(part.span, marked), *found]
    return Made(fields), found
