"""Whose table a sheet is: the organisation or the tower that a title or the sheet's name says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from allocator.scenario.importing.layout import Block, titles
from allocator.scenario.vocabulary import (
    ACRONYMS,
    MONTHS,
    ORGANISATION_WORDS,
    PLAIN_SHEETS,
    SUMMARY_WORDS,
    TOWER_WORDS,
    plain,
    starts_with,
)

_STOPS = (
    r"(?:\s+(?:TAHUN|PER|BULAN|POSISI|DI|PADA|SEMESTER|TRIWULAN|T\.?A\.?|KEADAAN|YANG|AS OF)\b"
    r"|\s*[,;:(|\n]|\s+[-–—]\s|\s*\d{4})"
)
_ORGANISATION = re.compile(
    rf"\b((?:{'|'.join(word for word in ORGANISATION_WORDS if word != 'bank')})\b.*?)"
    rf"(?={_STOPS}|$)",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\s*(?:nama\s+)?(?:instansi|kementerian\s*/\s*lembaga|k\s*/\s*l|lembaga|organisasi|ministry|agency)"
    r"\s*[:=]\s*(\S.{0,80})",
    re.IGNORECASE,
)
"""A line that states whose table it is: "Nama Instansi : BSSN"."""
_DECREED = re.compile(
    rf"\b(?:KEPUTUSAN|PERATURAN|SURAT EDARAN|INSTRUKSI)\s+MENTERI\s+(\S.*?)"
    rf"(?=\s+(?:NOMOR|NO\b|TENTANG|REPUBLIK|SELAKU)|{_STOPS}|$)",
    re.IGNORECASE,
)
"""A decree names its ministry by the minister: "Keputusan Menteri Keuangan"."""
_KEMEN = re.compile(r"kemen(?!terian)[a-z]{2,}", re.IGNORECASE)
_TOWER = re.compile(
    rf"\b((?:{'|'.join(TOWER_WORDS)})\s+(?:[A-Z]\b|\d+|[A-Z][\w.]*).*?)(?={_STOPS}|$)",
    re.IGNORECASE,
)
_GENERIC = re.compile(r"\b(?:kementerian|lembaga|badan) ?(?:/|dan) ?lembaga\b", re.IGNORECASE)


def organisation_of_sheet(
    block: Block, headings: Sequence[str], *, alone: bool
) -> tuple[str, str]:
    """Return the organisation that a sheet is about, and what says so: title, sheet, or "".

    ``headings`` are the rows that head others; ``alone`` where no other sheet has people. A title
    is surer than a sheet's name, which may be anything.
    """
    for _, text in titles(block):
        found = organisation_in(text)
        # A heading names one organisation of several, so it cannot be whose the sheet is.
        if found and found not in headings:
            return found, "title"
    name = block.sheet.name or PurePath(block.sheet.file).stem
    # Where one sheet of several has people, its name says whose; a single sheet's name seldom
    # does.
    if not is_plain_name(name) and (not alone or organisation_in(name)):
        return name, "sheet"
    return "", ""


def organisation_in(text: str) -> str:
    """Return the ministry or agency that a title names, or nothing.

    A line that states it comes first, then a name that begins with a word for such bodies, then a
    decree of its minister, then its short name.
    """
    stated = _STATED.match(text)
    if stated and not _GENERIC.fullmatch(stated[1].strip()):
        return " ".join(stated[1].split())
    # Without phrases such as "Kementerian/Lembaga", which name no ministry but all of them.
    found = _ORGANISATION.search(_GENERIC.sub(" ", text))
    decreed = None if found else _DECREED.search(text)
    if decreed:
        name = " ".join(decreed[1].split()).strip(" .:-")
        return f"{'KEMENTERIAN' if name.isupper() else 'Kementerian'} {name}"
    if not found:
        return _short_name(text)
    # A word such as "Kementerian" alone names nobody.
    name = " ".join(found[1].split()).strip(" .:-")
    words = plain(name).split()
    return name if len(words) > 1 and words[-1] not in ("kementerian", "lembaga") else ""


def _short_name(text: str) -> str:
    """Return the body that a title names for short, or nothing.

    In capitals, or beginning with "kemen": small letters may be any word.
    """
    words = re.findall(r"[A-Za-z0-9]+", text)
    return next(
        (
            word
            for word in words
            if (word.isupper() and plain(word) in ACRONYMS) or _KEMEN.fullmatch(word)
        ),
        "",
    )


def tower_of_sheet(block: Block) -> tuple[str, str]:
    """Return the tower that a sheet is about, and what says so: title, sheet, or "".

    Where no column names towers, each sheet may be one.
    """
    for _, text in titles(block):
        found = tower_in(text)
        if found:
            return found, "title"
    name = block.sheet.name or PurePath(block.sheet.file).stem
    if starts_with(name, TOWER_WORDS) and len(plain(name).split()) > 1:
        return name, "sheet"
    # Any other name of a sheet may be a tower's.
    return ("", "") if is_plain_name(name) else (name, "sheet")


def tower_in(text: str) -> str:
    """Return the tower that a title names, or nothing."""
    found = _TOWER.search(text)
    return " ".join(found[1].split()).strip(" .:-") if found else ""


def is_plain_name(name: str) -> bool:
    """Return whether a sheet's name says nothing of whose it is.

    Such as "Sheet1", "Data 2024" or "Rekap": without numbers and months, only common words are
    left.
    """
    words = re.sub(r"\d+", " ", plain(name)).split()
    left = " ".join(word for word in words if word not in MONTHS)
    return (
        not left
        or left in PLAIN_SHEETS
        or bool(starts_with(left, SUMMARY_WORDS))
        or all(word in PLAIN_SHEETS for word in left.split())
    )
