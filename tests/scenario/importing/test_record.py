"""What an import remembers: the next one is the same, and only what is new is asked."""

from __future__ import annotations

import pytest

from allocator.errors import InputError
from allocator.scenario.importing.record import record_of, record_text, remembered_in
from allocator.scenario.importing.run import Imported, import_files
from tests.scenario.importing.books import FLOORS, book, floors_of, people_of
from tests.scenario.importing.decorated import decorated
from tests.scenario.importing.test_rules import EXAMPLES

HEADER = ["Instansi", "Unit Kerja", "PNS", "PPPK", "Jumlah"]


def again(files: dict[str, bytes], first: Imported, later: dict[str, bytes]) -> Imported:
    """Import later files with what the record of the first ones remembers."""
    record = record_text(record_of(first, files)).encode()
    return import_files(later, remembered=remembered_in(record, "import.json"))


@pytest.mark.parametrize(
    "name",
    ["gross_to_net", "gross_factor_unclear", "parts_add_up", "tower_unclear", "level_by_name",
     "headcount_unclear", "organisation_unclear", "names_by_code", "area_per_desk_unclear"],
)  # fmt: skip
def test_the_same_files_again_are_the_same_scenario(name: str) -> None:
    """What was taken once is remembered as it was meant, and nothing is asked."""
    files = EXAMPLES[name]
    first = import_files(files, take_proposals=True)
    second = again(files, first, files)
    assert second.questions == ()
    assert (people_of(second), floors_of(second)) == (people_of(first), floors_of(first))


@pytest.mark.parametrize("seed", range(12))
def test_decorated_files_again_are_the_same_scenario(seed: int) -> None:
    """Whatever the decoration, remembering changes nothing."""
    files = decorated(seed).files
    first = import_files(files, take_proposals=True)
    second = again(files, first, files)
    assert second.questions == ()
    assert (people_of(second), floors_of(second)) == (people_of(first), floors_of(first))


def test_one_label_may_mean_two_things_in_two_tables() -> None:
    """ "Jumlah" counts people on one sheet and desks on the other, in the next month, too."""
    files = {
        "a.xlsx": book(
            Pegawai=[["Instansi", "Unit Kerja", "Jumlah"], ["K", "A", 40], ["K", "B", 50]],
            Lantai=[["Menara", "Lantai", "Jumlah"], ["A", 1, 60], ["A", 2, 70]],
        )
    }
    first = import_files(files)
    second = again(files, first, files)
    assert people_of(second) == people_of(first) == {("K", "A"): 40, ("K", "B"): 50}
    assert floors_of(second) == floors_of(first) == [("A", 1, 60), ("A", 2, 70)]


def test_a_total_that_no_longer_agrees_is_asked_again() -> None:
    """A decision that needed no answer is made anew, so what is new is seen."""
    one, two = (
        {"a.xlsx": book(Data=[HEADER, ["K", "A", 1, 2, 3], ["K", "B", 1, 1, n]]), "f.csv": FLOORS}
        for n in (2, 1)
    )
    found = again(one, import_files(one), two)
    assert [each.key for each in found.questions] == ["headcount"]


def test_an_answer_about_numbers_is_of_one_month() -> None:
    """That a total differs was accepted once; another month's total is another question."""
    rows = [["Instansi", "Unit Kerja", "Jumlah Pegawai"], ["K", "A", 40], ["K", "B", 50]]
    files = {"a.xlsx": book(Data=[*rows, ["Total", None, 92]]), "f.csv": FLOORS}
    later = {"a.xlsx": book(Data=[*rows, ["Total", None, 99]]), "f.csv": FLOORS}
    found = again(files, import_files(files, take_proposals=True), later)
    assert [each.key for each in found.questions] == ["row.Total"]


@pytest.mark.parametrize("text", ["[]", "{", '{"tables": [{}]}', '{"answers": {"a": 1}}', "3"])
def test_what_is_no_record_is_refused(text: str) -> None:
    """A file that was changed by hand beyond use is told, not half used."""
    with pytest.raises(InputError):
        remembered_in(text.encode(), "import.json")
