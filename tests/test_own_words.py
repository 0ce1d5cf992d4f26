"""The cards are written afresh: no sentence of theirs shares eight words in a row with the notes they were made from.

The notes are somebody else's and no part of this project; the test is skipped where they do not lie beside it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from study_notes import NOTES, ROOT, beside

RUN = 8
"""Words in a row that no two texts share by chance, names and fixed terms apart."""


def sentences(markdown: str) -> Iterator[list[str]]:
    """The words of each sentence, without front matter, code, comments, links' addresses and the marks of clozes."""
    text = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    text = re.sub(
        r"^(`{3,}).*?^\1$|<!--.*?-->|`[^`\n]*`|\]\([^)]*\)|https?://\S+", " . ", text, flags=re.DOTALL | re.MULTILINE
    )
    text = re.sub(r"==(?:c\d+::)?|::[^=]*==|[*_]", "", text)
    for sentence in re.split(r"[.!?|:;]\s|\n\s*\n|\n\s*(?:[-#>|]|\d+\.)", text):
        yield re.findall(r"[a-z0-9]+(?:['-][a-z0-9]+)*", sentence.lower())


def runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(RUN)), strict=False)


@beside
@pytest.mark.parametrize("path", sorted((ROOT / "cards").glob("*.md")), ids=lambda path: path.stem)
def test_no_card_shares_eight_words_in_a_row_with_the_notes(path: Path) -> None:
    theirs = {run for words in sentences(NOTES.read_text("utf-8")) for run in runs(words)}
    ours = {run for words in sentences(path.read_text("utf-8")) for run in runs(words)}
    assert sorted(" ".join(run) for run in theirs & ours) == []


def test_sentences_keep_words_and_drop_what_is_not_the_authors() -> None:
    text = "---\nkind: basic\n---\n\n## A ==user::who== has `aws s3` keys\n\n```sh\nls\n```\n\nIt's [a link](https://a.example). Two.\n"
    assert [words for words in sentences(text) if words] == [
        ["a", "user", "has"],
        ["keys"],
        ["it's", "a", "link"],
        ["two"],
    ]
