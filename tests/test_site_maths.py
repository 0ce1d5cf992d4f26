r"""Maths on the pages of a deck: MathML of what Anki's MathJax would show, and harmless, whoever wrote it."""

from __future__ import annotations

import html
import time

import pytest
from conftest import many
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from deckwright import limits
from deckwright.site.maths import mathml

SQUARE = "<msup><mi>x</mi><mn>2</mn></msup>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"<p>So \(x^2\).</p>", f"<p>So <math>{SQUARE}</math>.</p>"),
        (r"\[x^2\]", f'<math display="block">{SQUARE}</math>'),
        (r"\(x^2\)\(x^2\)", f"<math>{SQUARE}</math>" * 2),
        (r"\(a &lt; b\)", "<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"),
        (r"\(\frac{a}{b}\)", "<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"),
        (r"\(\text{größer &lt; &quot;als&quot;}\)", "<math><mtext>größer\u00a0&lt;\u00a0”als”</mtext></math>"),
        (r"\(a&nbsp;b\)", "<math><mi>a</mi><mi>b</mi></math>"),
        (
            r"\(\sin x\)",
            '<math><mrow><mrow><mspace/><mi>sin</mi></mrow><mo lspace="0.1667em">\u2061</mo><mi>x</mi></mrow></math>',
        ),
        pytest.param(
            r"\(\color{red}{x} y\)",
            '<math><mrow style="color:#FF0000;"><mi>x</mi><mi>y</mi></mrow></math>',
            id="a colour is of all that follows",
        ),
        (
            r"\(\textcolor{red}{x} y\)",
            '<math><mrow style="color:#FF0000;"><mi>x</mi></mrow><mi>y</mi></math>',
        ),
        pytest.param(r"\(\color {x}\)", r'<code class="tex">\color {x}</code>', id="a colour that there is not"),
    ],
)
def test_what_mathjax_would_show(written: str, shown: str) -> None:
    assert mathml(written) == shown


SIGN = '<mo form="prefix" stretchy="true" lspace="0" rspace="0">√</mo>'


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (
            r"\sqrt{x+1}",
            f'<mrow>{SIGN}<mrow class="tex-radicand"><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></mrow></mrow>',
        ),
        (
            r"\sqrt[3]{x}y",
            f'<mrow><msup><mspace></mspace><mn>3</mn></msup>{SIGN}<mrow class="tex-radicand"><mi>x</mi></mrow></mrow>'
            "<mi>y</mi>",
        ),
        (
            r"\sqrt{\sqrt{x} &lt; \textbf{a}}",
            f'<mrow>{SIGN}<mrow class="tex-radicand"><mrow><mrow>{SIGN}<mrow class="tex-radicand"><mi>x</mi></mrow></mrow>'
            "<mo>&lt;</mo><mtext><b>a</b></mtext></mrow></mrow></mrow>",
        ),
        (r"\sqrt{}", f'<mrow>{SIGN}<mrow class="tex-radicand"><mrow></mrow></mrow></mrow>'),
    ],
)
def test_a_root_has_a_sign_of_its_own(tex: str, shown: str) -> None:
    """Where there is no font for maths, Chromium draws `msqrt` as if it were not there."""
    assert mathml(rf"\({tex}\)") == f"<math>{shown}</math>"


def test_equations_have_no_numbers() -> None:
    """Anki's MathJax gives none."""
    for name in ("align", "equation", "gather", "multline"):
        plain = mathml(rf"\[\begin{{{name}}}x\end{{{name}}}\]")
        assert plain == mathml(rf"\[\begin{{{name}*}}x\end{{{name}*}}\]")
        assert plain.startswith('<math display="block"><mtable')
    assert mathml(r"\(\begin{matrix}\\begin{align}\end{matrix}\)") == (
        '<math><mtable displaystyle="false" scriptlevel="0"><mtr><mtd></mtd></mtr><mtr><mtd><mi>b</mi><mi>e</mi><mi>g</mi>'
        "<mi>i</mi><mi>n</mi><mrow><mi>a</mi><mi>l</mi><mi>i</mi><mi>g</mi><mi>n</mi></mrow></mtd></mtr></mtable></math>"
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\(x<br>^2\)", f"<math>{SQUARE}</math>"),
        (r"\(x<br />^<wbr>2<!-- \) -->\)", f"<math>{SQUARE}</math>"),
        (r'\(<span class="cloze" data-ordinal="1">x</span>^2\)', f"<math>{SQUARE}</math>"),
        (r"\(<span>x<span>^</span></span>2\)", f"<math>{SQUARE}</math>"),
        (r'<span class="cloze">\(x^2\)</span>', f'<span class="cloze"><math>{SQUARE}</math></span>'),
        (r"\([...]^2\)", '<math><mo stretchy="false">[</mo><mi>.</mi><mi>.</mi><mi>.</mi><msup>'
         '<mo stretchy="false">]</mo><mn>2</mn></msup></math>'),
        (r"\(\alpha<br>x\)", "<math><mi>α</mi><mi>x</mi></math>"),
        (r"</code>\(x^2\)", f"</code><math>{SQUARE}</math>"),
        (r"<code>a</code> \(x^2\)", f"<code>a</code> <math>{SQUARE}</math>"),
        (r"\(a <b>b</b> \(x^2\)", rf"\(a <b>b</b> <math>{SQUARE}</math>"),
        (r"\(a <code>b</code> \(x^2\)", rf"\(a <code>b</code> <math>{SQUARE}</math>"),
    ],
)  # fmt: skip
def test_elements_in_and_around_maths(written: str, shown: str) -> None:
    assert mathml(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "",
        "no maths",
        r"\(x",
        r"x\)",
        r"\(x\]",
        r"\[x\)",
        r"<code>\(x\)</code>",
        r"<pre><code>\(x\)</code>\(x\)</pre>",
        r"<svg><text>\(x\)</text></svg>",
        r'<img alt="\(x\)">',
        r'<img alt="\(x" title="x\)">',
        r"\(x <b>y</b>\)",
        r"<p>\(x</p><p>y\)</p>",
        r"\(x<span>y\)</span>",
        r"<span>\(x</span>y\)",
        r"<span>\(x</span><span>y\)</span>",
        r"<!-- \(x\) -->",
        r"<!-- \(x\)",
        r"<b \(x\)",
        r"<math><mtext>\(x\)</mtext></math>",
        "\0 \ud800 &amp &#0; &lt",
    ],
)
def test_what_is_no_maths_stays(written: str) -> None:
    assert mathml(written) == written


@pytest.mark.parametrize(
    "tex",
    [
        r"\ce{H2O}",
        r"\unknown{x}",
        "{x",
        "x}",
        "a_b_c",
        r"\text{a & b}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{a}{x}",
        r"\cssId{a}{x}",
        r"\color{red;background:url(//a)}{x}",
        r"\hspace{1em;background:url(//a)}",
        r"\verb|<b>|",
        r"\unicode{x3c}",
        r"\newcommand{\a}{x}\a",
        r"\newcommand{\a}[1]{#1#1}\a{\a{\a{x}}}",
        r"\let\a=b\a",
        r"\def\a{\a\a}\a",
        "\x00",
        "\ud800",
        "&lt;b&gt;",
        pytest.param(r"\begin{align*}x\tag{1}\label{top}\end{align*}", id="an id"),
        pytest.param(r"\coth\gets\mathop\bigg|\Rarr", id="the converter gives an attribute twice"),
    ],
)
def test_what_cannot_be_converted_stays_readable(tex: str) -> None:
    written = html.escape(tex, quote=False)
    assert mathml(rf"a \({written}\) b") == f'a <code class="tex">{written}</code> b'
    assert mathml(rf"a \[{written}\] b") == f'a <code class="tex">{written}</code> b'


@pytest.mark.parametrize(
    "made",
    [
        "<math><script/></math>",
        "<math><mi onclick='x'>a</mi></math>",
        "<math><mi style='background: url(x)'>a</mi></math>",
        "<math><!-- --></math>",
        "<math>",
        "<math/><script/>",
    ],
)
def test_the_converter_is_not_trusted(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Converter:
        def convert_with_local_state(self, tex: str, *, displaystyle: bool) -> str:
            return made

    monkeypatch.setattr("deckwright.site.maths._converter", Converter())
    assert mathml(r"\(x\)") == '<code class="tex">x</code>'


@pytest.mark.parametrize("unescaped", [r"\text{</math><script>}", r"\text{<!--}", r"\text{<b}", "a</code>b"])
def test_tags_in_maths_are_no_text(unescaped: str) -> None:
    """In a field, what is text is escaped; nobody gets more tags out of it than there were."""
    assert mathml(rf"\({unescaped}\)") == rf"\({unescaped}\)"


def test_escaped_tags_in_maths_are_text() -> None:
    assert mathml(r"\(\text{&lt;/math&gt;&lt;script&gt;}\)") == (
        "<math><mtext>&lt;/math&gt;&lt;script&gt;</mtext></math>"
    )
    assert mathml(r"\(&am\)p;lt;") == '<code class="tex">&amp;am</code>p;lt;'


@pytest.mark.parametrize(
    "tex",
    [
        "{" * 10_000 + "x" + "}" * 10_000,
        "{" * (limits.MAX_TEX_COMMANDS + 1) + "x" + "}" * (limits.MAX_TEX_COMMANDS + 1),
        r"\sqrt" * (limits.MAX_TEX_COMMANDS + 1) + " x",
        "x" * (limits.MAX_TEX + 1),
        "{" * limits.MAX_TEX_COMMANDS + "x" + "}" * limits.MAX_TEX_COMMANDS + "^",
        r"\frac" * limits.MAX_TEX_COMMANDS,
        r"_{" * (limits.MAX_TEX_COMMANDS // 2),
    ],
    ids=lambda tex: f"{len(tex)} {tex[:5]}",
)
def test_what_is_too_much_is_not_converted(tex: str) -> None:
    assert mathml(rf"\({tex}\)") == f'<code class="tex">{tex}</code>'


def test_just_as_much_is_converted() -> None:
    assert mathml("\\(" + "x" * limits.MAX_TEX + "\\)") == f"<math>{'<mi>x</mi>' * limits.MAX_TEX}</math>"
    groups = limits.MAX_TEX_COMMANDS
    assert mathml("\\(" + "{" * groups + "x" + "}" * groups + "\\)") == "<math><mi>x</mi></math>"


@pytest.mark.parametrize(
    "piece", [r"\(", r"\(<b>", r"\(<!--", "<!--", r"\(\[", r"\(<span>", r"<a title='\(", r"\)", r"\(x\)</span>", r"\(<"]
)
def test_it_takes_time_by_the_length_alone(piece: str) -> None:
    begun = time.process_time()
    mathml(piece * 8_000)
    assert time.process_time() - begun < 2


MARKUP = st.sampled_from(["x", "1", "&lt;", "&amp;", " ", "<b>b</b>", "<code>\\(c\\)</code>", "<br/>", "é", "\\", "$"])
TOKENS = r"""x 1 + = < > & ' " | [ ] ( ) . , _ ^ { } é $ % {a} {b} {red} \frac \sqrt \text \left \right \\ \color \, \hat \not
        \begin{matrix} \end{matrix} \begin{align} \end{align} \mathop \bigg \gets \mathrm \tag{a} \label{a} \boxed
        \cancel \operatorname
"""
TEX = st.lists(st.sampled_from([" ", *TOKENS.split()]), max_size=8).map("".join)


@settings(max_examples=many(40, 2_000))
@given(st.lists(st.tuples(st.booleans(), MARKUP, TEX), max_size=6))
@example([(True, "", r"\text{</math><script>}")])
def test_all_is_well_formed_and_no_text_is_lost(parts: list[tuple[bool, str, str]]) -> None:
    r"""Around the formulas, all is as it was; a formula is MathML without a link, a script or an id, or still its TeX."""
    parts = [(display, markup, tex) for display, markup, tex in parts if r"\)" not in tex and r"\]" not in tex]
    parts = [(display, markup.rstrip("\\"), tex.rstrip("\\")) for display, markup, tex in parts]
    written = "".join(
        f"{markup}<i>\\{'[' if display else '('}{html.escape(tex)}\\{']' if display else ')'}</i>"
        for display, markup, tex in parts
    )
    page = etree.fromstring(f"<div>{mathml(written)}</div>")
    formulas = page.findall("i")
    assert len(formulas) == len(parts)
    for formula, (display, _, tex) in zip(formulas, parts, strict=True):
        (shown,) = formula
        assert (formula.text, shown.tail) == (None, None)
        if shown.tag == "math":
            assert dict(shown.attrib) == ({"display": "block"} if display else {})
            assert {"href", "src", "id", "onclick"}.isdisjoint(name for inner in shown.iter() for name in inner.attrib)
        else:
            assert (shown.tag, shown.text, len(shown)) == ("code", tex, 0)
        formula.clear(keep_tail=True)
    assert etree.tostring(page, encoding="unicode") == etree.tostring(
        etree.fromstring(f"<div>{''.join(f'{markup}<i/>' for _, markup, _ in parts)}</div>"), encoding="unicode"
    )
