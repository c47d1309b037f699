"""A scenario drawn first, and then written as a ministry might have kept it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.scenario.importing.books import Sheet, book, ods, text

ORGANISATIONS = [
    "Kementerian Keuangan", "Kementerian Perdagangan", "Kementerian Luar Negeri",
    "Badan Pusat Statistik", "Otorita Ibu Kota Nusantara", "Kementerian PPN/Bappenas",
    "Sekretariat Kabinet", "Lembaga Administrasi Negara", "Kemenko Perekonomian", "BSSN",
]  # fmt: skip
UNITS = [
    "Sekretariat Jenderal", "Inspektorat Jenderal", "Ditjen Anggaran", "Biro Umum", "Biro SDM",
    "Direktorat Kerja Sama", "Pusat Data dan Informasi", "Deputi Bidang Ekonomi", "Biro Hukum",
    "Badan Diklat", "Direktorat Pajak, Bea & Cukai", "Pusdiklat", "Inspektorat I",
    "Inspektorat II",
    "Staf Ahli",
    "Deputi I", "Biro Perencanaan",
]  # fmt: skip
HEADERS = {
    "organisation": ["Instansi", "Kementerian/Lembaga", "K/L", "Nama Instansi",
                     "Ministry", "Organisation"],
    "unit": ["Unit Kerja", "Nama Unit Kerja", "Unit", "Satuan Kerja",
             "Unit Organisasi Eselon II", "Department"],
    "people": ["Jumlah Pegawai", "Jumlah ASN", "Pegawai", "Jml. Pegawai (orang)",
               "Headcount", "JUMLAH PEGAWAI"],
    "number": ["No", "No.", "NO", "Nomor"],
    "tower": ["Menara", "Gedung", "Tower", "Nama Gedung"],
    "floor": ["Lantai", "Lt.", "Floor", "Level"],
    "desks": ["Meja", "Jumlah Meja", "Kapasitas", "Desks", "Kapasitas Meja Kerja"],
}  # fmt: skip
TITLES = ["DAFTAR PEGAWAI PER UNIT KERJA", "Tahun Anggaran 2026", "Lampiran I",
          "Posisi per 1 November 2026",
          "REKAPITULASI KEBUTUHAN RUANG KANTOR"]  # fmt: skip
NOTES = [
    ["Sumber: Biro SDM, diolah"], ["Catatan: termasuk CPNS"], ["*) data sementara"],
    ["Jakarta, 12 November 2026"], ["Keterangan: angka dapat berubah"],
]  # fmt: skip
SIGNED = [
    "Jakarta, 12 November 2026",
    "Kepala Biro Umum,",
    "",
    "Dr. Siti Rahayu, M.Si.",
    "NIP. 197001011995032001",
]


@dataclass
class Decorated:
    """Files as a ministry might hand them in, and what they hold."""

    files: dict[str, bytes]
    people: dict[tuple[str, str], int]
    floors: list[tuple[str, int, int]]
    how: dict[str, str]


def decorated(seed: int) -> Decorated:
    """Return a scenario and its decoration, both drawn from a seed."""
    draw = Random(seed)
    names = draw.sample(ORGANISATIONS, draw.randint(1, 5))
    people = {
        (name, unit): draw.choice(
            [0, draw.randint(1, 99), draw.randint(100, 999), draw.randint(1000, 3500)]
        )
        for name in names
        for unit in draw.sample(UNITS, draw.randint(1, 6))
    }
    levels = [*range(-1, draw.randint(2, 9))]
    towers = [f"Menara {letter}" for letter in "ABC"[: draw.randint(1, 3)]]
    floors = [(tower, level, draw.randint(10, 1500)) for tower in towers for level in levels]
    how: dict[str, str] = {}
    sheets, extension = {}, draw.choice(["xlsx"] * 6 + ["csv", "ods"])
    how["extension"] = extension
    sheets |= _people_sheets(draw, people, how, plain=extension != "xlsx")
    if extension != "xlsx" and len(sheets) == 1:
        (sheet,) = sheets.values()
        data = ods(sheet.rows) if extension == "ods" else text(sheet.rows, ";")
        files = {
            f"pegawai.{extension}": data,
            "Lantai.xlsx": book(**_floor_sheets(draw, floors, how)),
        }
    elif draw.random() < 0.5:
        files = {"semua.xlsx": book(**sheets, **_floor_sheets(draw, floors, how))}
    else:
        files = {
            "pegawai.xlsx": book(**sheets),
            "Lantai.xlsx": book(**_floor_sheets(draw, floors, how)),
        }
    return Decorated(files, people, floors, how)


def _count(draw: Random, number: int, style: str) -> Any:
    if number == 0 and draw.random() < 0.5:
        return draw.choice(["-", "–", 0])
    if style == "number":
        return number
    grouped = f"{number:,}".replace(
        ",", {"point": ".", "comma": ",", "space": " "}.get(style, ".")
    )
    return f"{number} orang" if style == "orang" else grouped


def _people_sheets(
    draw: Random, people: dict[tuple[str, str], int], how: dict[str, str], *, plain: bool
) -> dict[str, Sheet]:
    layouts = ["column", "blanks", "headings", "roman"]
    layout = draw.choice(layouts if plain else [*layouts, "merged", "sheets"])
    how["layout"] = layout
    how["style"] = style = draw.choice(["number", "number", "point", "comma", "space", "orang"])
    how["parts"] = draw.choice(["one", "one", "sexes", "status"])
    words = {key: draw.choice(choices) for key, choices in HEADERS.items()}
    organisations = list(dict.fromkeys(name for name, _ in people))
    groups = {name: {u: n for (o, u), n in people.items() if o == name} for name in organisations}
    if layout == "sheets" and len(groups) > 1 and "Kementerian PPN/Bappenas" not in groups:
        return {
            name: _one_sheet(draw, {name: units}, words, "bare", style, how)
            for name, units in groups.items()
        }
    if layout == "sheets":
        layout = how["layout"] = "column"
    return {
        draw.choice(["Data", "Sheet1", "Pegawai"]): _one_sheet(
            draw, groups, words, layout, style, how
        )
    }


def _one_sheet(
    draw: Random,
    groups: dict[str, dict[str, int]],
    words: dict[str, str],
    layout: str,
    style: str,
    how: dict[str, str],
) -> Sheet:
    has_organisation = layout in ("column", "blanks", "merged")
    numbered = layout == "roman" or draw.random() < 0.6
    rows: list[list[Any]] = [[title] for title in draw.sample(TITLES, draw.randint(0, 3))]
    rows += [[]] * (draw.randint(0, 1) if rows else 0)
    before = [words["number"]] * numbered + [words["organisation"]] * has_organisation
    merged: list[str] = []
    header = [*before, words["unit"]]
    width = len(header)
    after = [["Keterangan"], [], ["Jabatan"]][draw.randint(0, 2)]
    _add_header(draw, rows, header, words["people"], after, how["parts"], merged=merged)
    totals = draw.choice(["none", "word", "subtotals", "formula"])
    how["totals"] = totals
    sums: list[int] = []
    count = 0
    for place, (name, units) in enumerate(groups.items(), 1):
        if layout in ("headings", "roman"):
            number = (
                [["I", "II", "III", "IV", "V"][place - 1]]
                if layout == "roman"
                else [""] * numbered
            )
            with_sum = layout == "roman" and sum(units.values()) > 0
            cells = _cells(draw, sum(units.values()), how["parts"], "number") if with_sum else []
            rows.append([*number, name, *cells])
        first = len(rows) + 1
        for at, (unit, number_of) in enumerate(units.items(), 1):
            count += 1
            running = [at if layout == "roman" else count] * numbered
            shown = name if layout == "column" or at == 1 else None
            body = [shown] * has_organisation
            extra = [draw.choice(["", "ok"])] * len(after)
            rows.append(
                [*running, *body, unit, *_cells(draw, number_of, how["parts"], style), *extra]
            )
        if layout == "merged" and len(units) > 1:
            letter = "AB"[numbered]
            merged.append(f"{letter}{first}:{letter}{len(rows)}")
        sums.append(sum(units.values()))
        if totals == "subtotals" and len(units) > 1:
            label = [""] * (width - 1)
            rows.append(
                [
                    *label,
                    draw.choice(["Sub Total", "Jumlah", "Subtotal"]),
                    *_cells(draw, sums[-1], how["parts"], "number"),
                ]
            )
    if totals in ("word", "subtotals"):
        label = [""] * (width - 1)
        word = draw.choice(["JUMLAH", "Total", "TOTAL KESELURUHAN", "Jumlah Pegawai"])
        cells = [word, *label] if draw.random() < 0.5 else [*label, word]
        rows.append([*cells, *_cells(draw, sum(sums), how["parts"], style)])
    _add_notes(draw, rows, width)
    return Sheet(rows, merged)


def _cells(draw: Random, number: int, parts: str, style: str) -> list[Any]:
    if parts == "one":
        return [_count(draw, number, style)]
    some = draw.randint(0, number)
    cells = [_count(draw, each, style) for each in (some, number - some)]
    return [*cells, _count(draw, number, style)] if parts == "sexes" else cells


def _add_header(
    draw: Random,
    rows: list[list[Any]],
    header: list[str],
    people: str,
    after: list[str],
    parts: str,
    *,
    merged: list[str],
) -> None:
    if parts == "one":
        rows.append([*header, people, *after])
    elif parts == "status":
        rows.append([*header, "PNS", "PPPK", *after])
    elif draw.random() < 0.5:
        rows.append([*header, "L", "P", "Jumlah", *after])
    else:
        top = len(rows) + 1
        rows.append([*header, people, None, None, *after])
        rows.append([*([None] * len(header)), "L", "P", "Jumlah"])
        left = len(header)
        merged.append(f"{'ABCDEF'[left]}{top}:{'ABCDEF'[left + 2]}{top}")
    if draw.random() < 0.2:
        rows.append([f"({n})" for n in range(1, len(rows[-1]) + 1)])


def _add_notes(draw: Random, rows: list[list[Any]], width: int) -> None:
    if draw.random() < 0.5:
        rows.append([])
        rows += draw.sample(NOTES, draw.randint(1, 2))
    if draw.random() < 0.3:
        rows.append([])
        rows += [[*([None] * width), line] for line in SIGNED]


NAMED = {
    "word": {-1: "Basement", 0: "Lantai Dasar"},
    "letters": {-1: "LG", 0: "GF"},
    "short": {-1: "B1", 0: "GF"},
}


def _floor_name(level: int, style: str) -> Any:
    if style == "number":
        return level
    named = NAMED[style].get(level)
    return (
        named
        or {"word": f"Lantai {level}", "letters": f"Lt. {level}", "short": f"L{level}"}[style]
    )


def _floor_sheets(
    draw: Random, floors: list[tuple[str, int, int]], how: dict[str, str]
) -> dict[str, Sheet]:
    how["floors"] = layout = draw.choice(
        ["column", "merged", "blanks", "headings", "sheets", "crossed"]
    )
    how["levels"] = style = draw.choice(["number", "word", "letters", "short"])
    words = {key: draw.choice(choices) for key, choices in HEADERS.items()}
    towers = list(dict.fromkeys(tower for tower, _, _ in floors))
    if layout == "sheets":
        return {
            tower: Sheet(
                [
                    [words["floor"], words["desks"]],
                    *([_floor_name(f, style), d] for t, f, d in floors if t == tower),
                ]
            )
            for tower in towers
        }
    if layout == "crossed" and len(towers) > 1:
        levels = list(dict.fromkeys(level for _, level, _ in floors))
        desks = {(tower, level): number for tower, level, number in floors}
        body = [[_floor_name(f, style), *(desks[t, f] for t in towers)] for f in levels]
        return {"Kapasitas": Sheet([["JUMLAH MEJA"], [words["floor"], *towers], *body])}
    rows: list[list[Any]] = [["KAPASITAS GEDUNG"], []] if draw.random() < 0.5 else []
    merged = []
    header = [words["floor"], words["desks"]]
    rows.append(header if layout == "headings" else [words["tower"], *header])
    for tower in towers:
        if layout == "headings":
            rows.append([tower])
        first = len(rows) + 1
        for at, (_, level, desks) in enumerate([each for each in floors if each[0] == tower]):
            cells = [_floor_name(level, style), desks]
            lead = (
                []
                if layout == "headings"
                else [tower if layout in ("column", "crossed") or at == 0 else None]
            )
            rows.append([*lead, *cells])
        if layout == "merged":
            merged.append(f"A{first}:A{len(rows)}")
    if draw.random() < 0.5:
        total = sum(desks for _, _, desks in floors)
        rows.append(["Jumlah", total] if layout == "headings" else ["Jumlah", None, total])
    return {"Lantai": Sheet(rows, merged)}
