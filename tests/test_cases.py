"""Every file in cases/: one trap or feature each, with the whole result that a person has read and found right."""

from __future__ import annotations

import casefiles
import pytest
from casefiles import Case

from deckwright.compilation.compiled import CompilerSettings, moved, pack, parts


@pytest.mark.parametrize("case", casefiles.find(), ids=lambda case: f"{case.kind}/{case.path.stem}")
def test_a_case_has_the_result_it_shows(case: Case, update_golden: bool) -> None:
    result = casefiles.result(case.kind, case.data)
    if update_golden:
        case.write(result)
    assert result == casefiles.read(case.path).expected


@pytest.mark.parametrize("case", casefiles.find(), ids=lambda case: f"{case.kind}/{case.path.stem}")
def test_only_its_spans_tell_the_path_of_a_file(case: Case) -> None:
    settings = CompilerSettings(casefiles.SETTINGS.name, casefiles.SETTINGS.tag_prefix)
    here, there = (pack(path, case.data, settings) for path in ("cards/case.md", "where/it is now.md"))
    assert moved(*parts(here), "where/it is now.md") in (None, there)
