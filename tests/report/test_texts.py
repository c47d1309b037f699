"""The catalogue: the same keys and places in both languages, numbers as each writes them."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from allocator.plan.types import TermName
from allocator.scenario.presence import WEEKDAYS
from allocator.texts import LANGUAGES, texts


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_languages_have_the_same_texts() -> None:
    """Every text is there in both languages."""
    english, indonesian = (set(texts(language).all) for language in LANGUAGES)
    assert english == indonesian


def test_texts_have_the_same_places() -> None:
    """What a text is filled with has its place in both languages."""
    english, indonesian = (texts(language).all for language in LANGUAGES)
    assert {k: places(t) for k, t in english.items()} == {
        k: places(t) for k, t in indonesian.items()
    }


def test_languages_differ() -> None:
    """Hardly any text of more than two words was left in English."""
    english, indonesian = (texts(language).all for language in LANGUAGES)
    same = [k for k, t in english.items() if t == indonesian[k] and len(re.findall(r"\w+", t)) > 2]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_and_weekdays_have_names(language: str) -> None:
    """Every term of the total and every weekday can be said."""
    say = texts(language)
    assert all(say(f"term.{name}") for name in TermName)
    assert all(say(f"weekday.{day}") for day in WEEKDAYS)


def test_numbers_are_written_as_the_language_does() -> None:
    """English has commas for thousands, Indonesian points, and the other for decimals."""
    said = [texts(language).number(-1234.5, 1) for language in LANGUAGES]
    assert said == ["−1,234.5", "−1.234,5"]


def test_one_is_not_plural() -> None:
    """A place may hold the words for one and for several; Indonesian has one word."""
    said = [texts(lang)("stack.unplaced", people=n) for lang in LANGUAGES for n in ("1", "2")]
    assert said[:2] == ["1 person unplaced", "2 people unplaced"]
    assert said[2:] == ["1 pegawai belum ditempatkan", "2 pegawai belum ditempatkan"]


@pytest.mark.parametrize(("value", "said"), [(412.0, "412"), (412.25, "412.2"), (0.0, "0")])
def test_whole_amounts_have_no_decimals(value: float, said: str) -> None:
    """A whole number of people is never shown as 412.0."""
    assert texts("en").amount(value) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.001, "< 1 %"), (0.25, "25 %"), (0.999, "> 99 %"), (1.0, "100 %")],
)
def test_small_shares_are_not_said_to_be_none(share: float, said: str) -> None:
    """A share that is not 0 or 1 is never written as 0 or 100 per cent."""
    assert texts("en").percent(share) == said


def test_unknown_language_is_answered_in_english() -> None:
    """A language that is not there gives the English texts."""
    assert texts("fr").language == "en"


def test_indonesian_writes_per_cent_without_a_space() -> None:
    """21% in Indonesian, 21 % in English."""
    assert [texts(language).percent(0.21) for language in LANGUAGES] == ["21 %", "21%"]


ALIKE = frozenset(
    {
        *("unit", "Unit", "total", "Total", "total {total}", "desks", "kode", "{place}: {gap}"),
        *("{tower}, {level}", "{tower}: {levels}", "No.", "Baseline"),
    }
)
"""Indonesian texts that are the English ones, looked at one by one."""
ENGLISH = re.compile(r"\b(the|of|is|are|and|no|with|for|by|has|have|its|which|than|from)\b", re.I)


def test_no_indonesian_text_is_the_english_one() -> None:
    """Texts with words are translated, but for a short list of terms that both share."""
    english, indonesian = (texts(language).all for language in LANGUAGES)
    words = re.compile(r"[A-Za-z]{2,}")
    same = {
        text
        for key, text in english.items()
        if text == indonesian[key] and words.search(re.sub(r"\{[^}]*\}", "", text))
    }
    assert len(ALIKE) <= 40
    assert same <= ALIKE


def test_no_indonesian_text_has_english_function_words() -> None:
    """No the, of or and in them."""
    bare = {key: re.sub(r"\{[^}]*\}", "", text) for key, text in texts("id").all.items()}
    assert {key: text for key, text in bare.items() if ENGLISH.search(text)} == {}
