"""What a stranger writes into notes runs nothing on a learner's device: the cards as the real Anki makes them, taken apart.

Chromium with Anki's own MathJax was tried by hand on the same package: `python tests/test_injection.py FOLDER` builds it.
"""

from __future__ import annotations

import html
import itertools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from conftest import import_package
from scratch import DAY_ONE, Scratch

from deckwright.render import html_elements, tex

if TYPE_CHECKING:
    from anki.collection import Collection

pytestmark = pytest.mark.anki

HIT = "window.hit=1"
"""What an attempt runs. Nothing else sets it."""

HANDLERS = f'onclick="{HIT}" onload={HIT} oNeRrOr=\'{HIT}\' onmouseover="{HIT}" onfocus={HIT} autofocus tabindex=1'
ELEMENTS = sorted(html_elements.KNOWN)

SCHEMES = (
    f"javascript:{HIT}", f"JaVaScRiPt:{HIT}", f"vbscript:{HIT}", f"data:text/html,<script>{HIT}</script>",
    f"&#106;avascript:{HIT}", f"&#x6A;avascript&colon;{HIT}", f"java&Tab;script:{HIT}", f"java&#10;script:{HIT}",
    f"&#1;javascript:{HIT}", f" javascript:{HIT}", f"java\\script:{HIT}", f"%6aavascript:{HIT}", f"\u200bjavascript:{HIT}",
    f"view-source:javascript:{HIT}", f"https:javascript:{HIT}", f"feed:javascript:{HIT}", f"//x.example\"onclick=\"{HIT}",
)  # fmt: skip

LINKS = [
    *(f"[x]({scheme})" for scheme in SCHEMES), *(f"[x](<{scheme}>)" for scheme in SCHEMES),
    *(f"<{scheme}>" for scheme in SCHEMES), *(f'<a href="{scheme}" xlink:href="{scheme}">x</a>' for scheme in SCHEMES),
    *(f"<a href={scheme.replace(' ', '')}>x</a>" for scheme in SCHEMES), *(f"[[{scheme}]]" for scheme in SCHEMES),
    f'[x](https://x.example "t\\" onclick=\\"{HIT}")', f"[x][r]\n\n[r]: javascript:{HIT}",
    f'[x](https://x.example "&quot; onclick=&quot;{HIT}")', f'[x](https://x.example/"onclick="{HIT})',
]  # fmt: skip

COMMANDS = (
    rf"\href{{javascript:{HIT}}}{{x}}", rf"\href {{javascript:{HIT}}}{{x}}", f"\\href%\n{{javascript:{HIT}}}{{x}}",
    rf"\let\go\href \go{{javascript:{HIT}}}{{x}}", rf"\def\a{{javascript:{HIT}}}\href{{\a}}{{x}}",
    rf"\newcommand{{\go}}[1]{{\href{{#1}}{{x}}}}\go{{javascript:{HIT}}}", rf"\require{{html}}\href{{javascript:{HIT}}}{{x}}",
    rf"\href{{{{javascript:{HIT}}}}}{{x}}", rf"\href{{ javascript:{HIT}}}{{x}}", rf"\text{{$\href{{javascript:{HIT}}}{{x}}$}}",
    rf"\csname href\endcsname{{javascript:{HIT}}}{{x}}", rf'\mmlToken{{mi}}[href="javascript:{HIT}"]{{x}}',
    r"\class{evil\" onclick=\"x}{x}", r"\cssId{qa}{x}", rf"\data{{onclick={HIT}}}{{x}}", rf"\htmlData{{onclick={HIT}}}{{x}}",
    r"\style{background:url(https://x.example/a)}{x}", r"\style{position:fixed}{x}", rf"\unicode[url(javascript:{HIT})]{{65}}",
    rf"\begin{{array}}{{c}}\href{{javascript:{HIT}}}{{x}}\end{{array}}", rf"\url{{javascript:{HIT}}}",
    rf"\bbox[url(javascript:{HIT})]{{x}}", rf"<img src=x onerror={HIT}>", rf"\text{{<img src=x onerror={HIT}>}}",
)  # fmt: skip
MATHS = [
    *(f"a ${command}$ b" for command in COMMANDS), *(f"$$\n{command}\n$$" for command in COMMANDS),
    *(f"<div>\\({command}\\) \\[{command}\\]</div>" for command in COMMANDS),
    *(f"a <b>\\({command}\\)</b> and \\\\({command.replace(chr(92), chr(92) * 2)}\\\\)" for command in COMMANDS),
    rf"<b>\(\hr<!-- -->ef{{javascript:{HIT}}}{{x}}\)</b> <b>\(\hr<wbr>ef{{javascript:{HIT}}}{{x}}\)</b>",
    rf"<b>\(\hr<i></i>ef{{javascript:{HIT}}}{{x}}\)</b> \\<wbr>(\\href{{javascript:{HIT}}}{{x}}\\<wbr>)",
    rf"&#92;(&#92;href{{javascript:{HIT}}}{{x}}&#92;)", rf"\\&#40;\\href{{javascript:{HIT}}}{{x}}\\&#41;",
]  # fmt: skip

HTML = [
    *(f"<{name} {HANDLERS}>x</{name}>" for name in ELEMENTS), *(f"<div>\n<{name} {HANDLERS}\n>" for name in ELEMENTS),
    *(f'<{name} style="background:url(javascript:{HIT});width:expression({HIT})">x</{name}>' for name in ("b", "p", "td")),
    f"<script>{HIT}</script>", f"<ScRiPt src=//x.example>{HIT}</sCrIpT >", f"<scr<script>ipt>{HIT}</scr</script>ipt>",
    f"<script/x>{HIT}</script>", f"<script\n>{HIT}</script\n>", f"<svg onload={HIT}>", f"<svg/onload={HIT}>",
    f"<svg><script>{HIT}</script></svg>", f"<svg><a xlink:href=\"javascript:{HIT}\"><text>x</text></a></svg>",
    f"<svg><use href=\"data:image/svg+xml,<svg id='x' onload='{HIT}'/>#x\"/></svg>",
    f"<svg><animate onbegin={HIT} attributeName=x dur=1s></svg>", f'<math href="javascript:{HIT}">x</math>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={HIT}></style></table></math>",
    f"<img src=x onerror={HIT}>", f"<img src=\"x\"onerror={HIT}>", f"<img src='x' `onerror={HIT}>", f"<img/src=x/onerror={HIT}>",
    f'<img alt="<img src=x onerror={HIT}>" src="a.png">', f"<img src=x onerror={HIT} ", f'<a title="</a><img src=x onerror={HIT}>">x</a>',
    f'<iframe srcdoc="<script>{HIT}</script>"></iframe>', f"<iframe src=javascript:{HIT}>", "<base href=//x.example/>",
    f'<meta http-equiv="refresh" content="0;url=javascript:{HIT}">', f"<object data=javascript:{HIT}></object>",
    f"<embed src=javascript:{HIT}>", f"<form action=javascript:{HIT}><button formaction=javascript:{HIT}>x</button></form>",
    f"<link rel=stylesheet href=javascript:{HIT}>", f"<style>@import 'javascript:{HIT}'; b{{x:expression({HIT})}}</style>",
    f"<noscript><p title=\"</noscript><img src=x onerror={HIT}>\"></noscript>", f"<textarea><img src=x onerror={HIT}></textarea>",
    f"<template><script>{HIT}</script></template>", f"<details open ontoggle={HIT}>x</details>", f"<input autofocus onfocus={HIT}>",
    f"<video><source onerror={HIT}></video>", f"<audio src=x onerror={HIT}></audio>", f"<xmp><img src=x onerror={HIT}></xmp>",
    f"<title><img src=x onerror={HIT}></title>", f"<plaintext><img src=x onerror={HIT}>", f"<!--><img src=x onerror={HIT}>-->",
    f"<!-- --!><img src=x onerror={HIT}> -->", f"<![CDATA[<img src=x onerror={HIT}>]]>", f"<?x <img src=x onerror={HIT}>?>",
    f"<foo onclick={HIT}>x</foo>", f"<x-y onclick={HIT}>x</x-y>", f"&lt;script&gt;{HIT}&lt;/script&gt;",
    f"`<script>{HIT}</script>`", f"```html\n<script>{HIT}</script>\n```", f"```<img/src=x/onerror={HIT}>\ncode\n```",
    f"> [!<img/src=x/onerror={HIT}>] <img src=x onerror={HIT}>\n> x", f"| <script>{HIT}</script> |\n|-|\n| <svg onload={HIT}> |",
    f"x[^1]\n\n[^1]: <img src=x onerror={HIT}>", f"==<b onclick={HIT}>x</b>==", f"*<img src=x onerror={HIT}*>",
    "{{Front}} {{#Front}}x{{/Front}} {{FrontSide}} {{type:Front}} {{hint:Front}} {{=<% %>=}} {{{Front}}} {{!x}}",
    f"{{{{c1::<img src=x onerror={HIT}>}}}} {{{{hint:<svg onload={HIT}>}}}}",
]  # fmt: skip

CLOZES = [
    f"==<b onclick={HIT}>x</b>== y", f'==x::<img src=x onerror={HIT}>== y', f'==x::"onclick="{HIT}== y', f"==x\" onclick=\"{HIT}== y",
    f"{{{{c1::<img src=x onerror={HIT}>}}}} <img src=x onerror={{{{c2::{HIT}}}}}> y", f"<b ==onclick={HIT}==>x</b> ==y==",
    rf"==x::\(\href{{javascript:{HIT}}}{{x}}\)== y", rf"$\hr{{{{c1::ef}}}}{{javascript:{HIT}}}{{x}}$ y",
    rf"$\href{{{{{{c1::javascript:{HIT}}}}}}}{{x}}$ y", rf"$\href{{java{{{{c1::script:{HIT}}}}}}}{{x}}$ y",
    rf"$\href{{{{c1::j}}}}{{y}} \hr{{{{c2::ef}}}}{{javascript:{HIT}}}{{x}}$ y",
    rf"<b>\(\hr</b>==ef==<b>{{javascript:{HIT}}}{{x}}\)</b>", f"<scr==ipt>{HIT}</scr==ipt>",
    f"`==<script>{HIT}</script>==` ==x==", f"```html\n{{{{c1::<script>{HIT}</script>}}}}\n```", f"<a href=\"java==script:{HIT}==\">x</a> ==y==",
]  # fmt: skip

TITLES = [
    f"<img src=x onerror={HIT}>", f"<script>{HIT}</script>", "{{Front}} {{#Back}}", f"[x](javascript:{HIT})",
    rf"$\href{{javascript:{HIT}}}{{x}}$", f"`<svg onload={HIT}>`", f"![a\" onerror=\"{HIT}](a.png)",
    f'![a](a.png "b\\" onerror=\\"{HIT}")', f"![[a.png|a\" onerror={HIT}|300]]",
]  # fmt: skip

KEYS = (
    f'source: "javascript:{HIT}"', f'source: "[x](javascript:{HIT})"', f"source: \"<img src=x onerror={HIT}>\"",
    f"source: 'https://x.example/\"onclick=\"{HIT}'", f"context: \"<img src=x onerror={HIT}>\"",
    rf"context: '\\(\\href{{javascript:{HIT}}}{{x}}\\)'", f"tags: ['<img/src=x/onerror={HIT}>']", f"deck: '<img src=x onerror={HIT}>'",
)  # fmt: skip

SETTINGS = f"""id = "injection-7k3m9x2q"
name = "<img src=x onerror={HIT}>"
slug = "injection"
report_url = "https://x.example/?a={{id}}&b='onclick={HIT}&c=javascript:{HIT}"
url = "https://x.example/'onclick={HIT}"
"""


def built(root: Path) -> Path:
    """The package of all attempts, each in a file of its own: those that are errors cost no others."""
    files: dict[str, str | bytes | None] = {"deck.toml": SETTINGS, "media/a.png": PICTURE, "cards/a.md": None}
    for number, attempt in enumerate([*LINKS, *MATHS, *HTML], 1):
        files[f"cards/basic-{number:03}.md"] = f"---\nkind: basic\n---\n## Question {number}\n\n{attempt}\n"
    for number, attempt in enumerate([*CLOZES, *TITLES], 1):
        files[f"cards/cloze-{number:03}.md"] = f"---\nkind: cloze\n---\n## Question {number}\n\n{attempt} ==asked==\n"
    for number, title in enumerate(TITLES, 1):
        text = f"# {title}\n\n## {title} {{.basic .reversed}}\n\nAn answer.\n\n> [!note] {title}\n> {title}\n"
        text += f"\n## Typed {{.basic .typed}}\n\n`{title.replace('`', '')}`\n\n## Rows {{.rows}}\n\n| a | b |\n|-|-|\n| {title} | x |\n"
        files[f"cards/title-{number:03}.md"] = text
    for number, key in enumerate(KEYS, 1):
        files[f"cards/key-{number:03}.md"] = f"---\nkind: basic\n{key}\n---\n## Question\n\nAn answer.\n"
    scratch = Scratch(root)
    scratch.write(files)
    scratch.build(DAY_ONE, keep_going=True)
    return next((root / "build").glob("*.apkg"))


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001482"
    "afa430000000049454e44ae426082"
)


FORBIDDEN = html_elements.REMOVED - {"script"}
"""Elements that no field may bring along. A script of the templates is known by what it does not do."""


def dangers(rendered: str) -> list[str]:
    """What could run or load something in a card's HTML: elements, attributes and addresses."""
    found = []
    for element in BeautifulSoup(rendered, "html.parser").find_all(True):
        if element.name in FORBIDDEN:
            found.append(str(element)[:100])
        if element.name == "script" and (element.get("src") or HIT in element.text):
            found.append(str(element)[:100])
        for name, value in element.attrs.items():
            written = " ".join(value) if isinstance(value, list) else str(value)
            reads = re.sub(r"[\x00-\x20\u200b]", "", html.unescape(written)).lower()
            if (
                name.startswith("on")
                or name in ("srcdoc", "xlink:href", "formaction", "action", "data")
                or (name in ("href", "src") and re.match(r"[a-z][a-z0-9+.-]*:", reads) and not reads.startswith(_SAFE))
                or (name == "style" and re.search(r"url|expression|position", reads))
            ):
                found.append(f"{name}={written}")
    return found + list(harmful_maths(rendered))


_SAFE = ("http:", "https:", "mailto:", "tel:", "anki:")


def harmful_maths(rendered: str) -> list[str]:
    """The commands in what MathJax will typeset: it reads over `<wbr>` and comments, and leaves code alone."""
    text = re.sub(r"(?s)<(pre|code|script|style|textarea)\b.*?</\1>", " ", rendered)
    text = html.unescape(re.sub(r"<(?!wbr)[^>]*>", "\0", re.sub(r"<wbr[^>]*>|(?s:<!--.*?-->)", "", text)))
    maths = re.findall(r"(?s)\\\((.*?)\\\)|\\\[(.*?)\\\]", text)
    return [command for part in itertools.chain(*maths) for _, _, command in tex.harmful(part)]


@pytest.mark.ci
def test_no_attempt_runs_anything(collection: Collection, tmp_path: Path) -> None:
    import_package(collection, built(tmp_path / "deck"))
    cards = [collection.get_card(number) for number in collection.find_cards("")]
    found: dict[str, list[str]] = {}
    for card in cards:
        output = card.render_output()
        template = card.template()
        own = dangers(template["qfmt"]) + dangers(template["afmt"])
        wrong = [danger for text in (output.question_text, output.answer_text) for danger in dangers(text)]
        if wrong := [danger for danger in wrong if danger not in own]:
            found[card.note().fields[0] + " " + card.note().fields[1]] = wrong
    assert found == {}
    assert len(cards) > len(HTML)


@pytest.mark.parametrize("attempt", [
    f"<img src=x onerror={HIT}>", f"<script>{HIT}</script>", f'<a href="javascript:{HIT}">x</a>', "<svg></svg>",
    rf"\(\href{{javascript:{HIT}}}{{x}}\)", rf"\(\hr<wbr>ef{{javascript:{HIT}}}{{x}}\)", '<p style="background:url(x)">',
])  # fmt: skip
def test_an_attempt_would_be_found(attempt: str) -> None:
    assert dangers(attempt)


def test_what_is_harmless_is_not_found() -> None:
    assert not dangers('<p style="color:red">\\(\\href{https://a.example}{x}\\) <a href="https://a.example">x</a></p>')


if __name__ == "__main__":
    print(built(Path(sys.argv[1])))
