"""The words of the pages: in both languages, none missing, none outside the catalogue."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from markupsafe import Markup

from api.problems import Problem
from api.reasons import REASONS
from api.refusals import REFUSALS
from api.texts import TEXTS, TextMissing, counted, text, word
from domain.lifecycle import CaseEvent, CaseStage, ClaimStatus
from domain.review import RULES, ReviewKind, Role

API = Path(__file__).parents[2] / "api"
CJK = re.compile(r"[\u4e00-\u9fff]")


def sources(*endings: str) -> dict[str, str]:
    return {
        str(path.relative_to(API)): path.read_text(encoding="utf-8")
        for path in sorted(API.rglob("*"))
        if path.suffix in endings
    }


def test_every_text_has_both_languages_with_the_same_placeholders() -> None:
    def names(words: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(words)} - {None}

    for key, (zh, en) in TEXTS.items():
        assert zh.strip(), key
        assert en.strip(), key
        assert names(zh) == names(en), key
        assert key == "app.other_language" or not CJK.search(en), key


def test_every_text_that_a_page_or_a_route_names_exists() -> None:
    named = set()
    for name, source in sources(".html", ".py").items():
        for key in re.findall(r"""\btn?\(["']([a-z_.]+)["'][,)]""", source):
            named.add(key)
            assert key in TEXTS, f"{name} names {key}"
        for key in re.findall(r'text\(language, "([a-z_.]+)"', source):
            named.add(key)
            assert key in TEXTS, f"{name} names {key}"
    assert len(named) > 100


def test_every_refusal_has_its_words() -> None:
    slugs = {slug for _, slug, _ in REFUSALS.values()}
    for source in sources(".py").values():
        slugs |= set(re.findall(r'Problem\(\s*\d+, "([a-z-]+)"', source))
    assert {f"problem.{slug}" for slug in slugs} <= set(TEXTS)
    assert len(slugs) > 25


def test_every_value_of_the_rules_has_a_word() -> None:
    keys = {f"stage.{stage}" for stage in CaseStage}
    keys |= {f"event.{event}" for event in CaseEvent}
    keys |= {f"claim.{status}" for status in ClaimStatus}
    keys |= {f"role.{role}" for role in Role}
    keys |= {f"kind.{kind}" for kind in ReviewKind}
    for kind, rule in RULES.items():
        for outcome in rule.outcomes:
            keys |= {f"outcome.{outcome}", f"then.{kind}_{outcome}"}
            assert outcome in REASONS, outcome
    keys |= {f"reason.{code}" for codes in REASONS.values() for code in codes}
    assert keys - set(TEXTS) == set()


@pytest.mark.parametrize("endings", [(".html",), (".js",), (".css",), (".py",)])
def test_no_chinese_stands_outside_the_catalogue(endings: tuple[str, ...]) -> None:
    found = [name for name, source in sources(*endings).items() if CJK.search(source)]
    assert found == []


def test_no_template_switches_escaping_off_or_carries_script_or_style() -> None:
    for name, source in sources(".html").items():
        assert "|safe" not in source.replace(" ", ""), name
        assert "autoescape" not in source, name
        assert not re.search(r"<script(?![^>]*\bsrc=)", source), name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", source), name
        for form in re.findall(r'<form method="post".*?</form>', source, re.DOTALL):
            assert 'name="{{ form_field }}"' in form, name


def test_a_missing_text_is_an_error_and_a_missing_word_is_the_value_itself() -> None:
    with pytest.raises(TextMissing):
        text("zh", "app.nothing")
    assert word("en", "payer", "PA") == "PA"


def test_one_of_something_is_told_in_the_singular() -> None:
    assert counted("en", "portals.failures", 0) == "0 failures in a row"
    assert counted("en", "portals.failures", 1) == "1 failure in a row"
    assert counted("en", "portals.failures", 2) == "2 failures in a row"


def test_what_is_counted_has_its_singular() -> None:
    found = re.findall(r"""\btn\("([a-z_.]+)",""", "".join(sources(".html").values()))
    assert {f"{key}_one" for key in found} <= set(TEXTS)
    assert len(found) == 5
    assert [key for key, (_, en) in TEXTS.items() if "(s)" in en or "(es)" in en] == []


def test_markup_in_one_placeholder_escapes_the_others() -> None:
    shown = text("en", "inbox.hint", j=Markup("<kbd>J</kbd>"), k="<k>", enter="e", help="?")
    assert "<kbd>J</kbd> / &lt;k&gt;" in shown


def test_a_problem_keeps_its_type_and_field() -> None:
    problem = Problem(422, "bad-input", field="kind")
    assert (problem.status, problem.field, str(problem)) == (422, "kind", "422 bad-input")
