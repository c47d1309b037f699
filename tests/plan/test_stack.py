"""The picture: bars to scale, labels, groups, colours, vacant desks, languages, hostile names."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from allocator.plan.assemble import checked_plan
from allocator.plan.stack import PALETTE, stack_chart
from allocator.plan.stack_colours import CHANCE_SHADES, COLOURINGS, FILL_SHADES, is_dark
from allocator.plan.stack_groups import OTHER, VACANT
from allocator.plan.stack_layout import rows_of_blocks, style_for
from allocator.plan.stack_text import fit, text_width
from allocator.plan.svg import as_svg, spec_of
from allocator.plan.types import Plan, Run
from allocator.scenario.types import Scenario
from allocator.texts import texts
from tests.builders import scenario

RUN = Run(seed=0, workers=1, time_limit_s=1, wall_s=0, versions={}, inputs={})
FLOORS = [("A-1", "A", 1, 60), ("A-0", "A", 0, 40), ("A--1", "A", -1, 20), ("B-1", "B", 1, 30)]
TOWERS = [("A", "North house", "Park"), ("B", "South house", "Park")]
BODIES = [
    {"organisation_id": "Treasury", "name": "Ministry of Finance", "coordinator_id": "Economy"},
    {"organisation_id": "Economy", "name": "Coordinating ministry"},
    {"organisation_id": "Court", "name": "High court"},
]
UNITS = [
    ("tax", 20, "Treasury"),
    ("audit", 20, "Treasury"),
    ("econ", 40, "Economy"),
    ("law", 15, "Court"),
]
PIECES = {("tax", "A-1"): 20, ("audit", "A-1"): 20, ("econ", "A-0"): 40, ("law", "A--1"): 15}


def office() -> Scenario:
    return scenario(floors=FLOORS, towers=TOWERS, organisations=BODIES, headcounts=UNITS)


def plan(case: Scenario, pieces: dict[tuple[str, str], int]) -> Plan:
    return checked_plan(case, pieces, term_bounds={}, bound=0.0, run=RUN)


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return plan(office(), PIECES).stack_chart().to_dict()


def items(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for item in spec["datasets"][spec["data"]["name"]] if item["kind"] == kind]


def segments(spec: dict[str, Any], floor: str) -> list[dict[str, Any]]:
    found = [*items(spec, "piece"), *items(spec, "vacant")]
    return [item for item in found if item["floor"] == floor]


def pieces_scale(spec: dict[str, Any]) -> dict[str, str]:
    """Return the colour of each shade."""
    (scale,) = (
        layer["encoding"]["color"]["scale"]
        for layer in spec["layer"]
        if "scale" in layer.get("encoding", {}).get("color", {})
    )
    return dict(zip(scale["domain"], scale["range"], strict=True))


def test_pieces_of_one_organisation_stand_in_one_frame(spec: dict[str, Any]) -> None:
    """Two units of an organisation on a floor are two pieces in one frame with one label."""
    *mine, vacant = segments(spec, "A-1")
    (frame,) = (box for box in items(spec, "body") if box["floor_id"] == "A-1")
    assert [piece["unit_id"] for piece in mine] == ["audit", "tax"]
    assert (frame["x"], frame["x2"]) == (mine[0]["x"], mine[1]["x2"])
    assert (vacant["organisation"], vacant["desks"]) == (VACANT, "20")


def test_one_scale_of_desks_holds_for_all(spec: dict[str, Any]) -> None:
    """Every segment is as wide as its desks, on one scale."""
    widths = {(s["x2"] - s["x"]) / int(s["desks"]) for s in items(spec, "piece")}
    assert max(widths) == pytest.approx(min(widths))


def test_segments_of_a_floor_follow_one_another(spec: dict[str, Any]) -> None:
    """Vacant desks begin where the last organisation ends."""
    first, second, vacant = segments(spec, "A-1")
    assert second["x"] == pytest.approx(first["x2"])
    assert vacant["x"] == pytest.approx(second["x2"])


def test_highest_level_is_on_top_and_cellars_below_ground(spec: dict[str, Any]) -> None:
    """Levels run downwards, and the ground line lies between level 0 and level −1."""
    top, ground, cellar = (segments(spec, floor)[0]["y"] for floor in ("A-1", "A-0", "A--1"))
    assert top < ground < cellar
    assert cellar == items(spec, "ground")[0]["y"]


def test_group_is_the_coordinator_with_those_it_coordinates(spec: dict[str, Any]) -> None:
    """A coordinator and its bodies share a group; a body without one is among the others."""
    groups = {s["body"]: s["group"] for s in items(spec, "piece")}
    assert groups == {"Treasury": "Economy", "Economy": "Economy", "Court": OTHER}


def test_legend_names_the_groups_and_vacant_desks() -> None:
    """Colours are given to the groups that are there, with a light grey and an empty one."""
    bodies = [*BODIES, {"organisation_id": "Navy", "name": "Navy", "coordinator_id": "Defence"}]
    case = scenario(
        floors=FLOORS, organisations=bodies, headcounts=[*UNITS, ("ships", 20, "Navy")]
    )
    fills = pieces_scale(spec_of(plan(case, PIECES | {("ships", "B-1"): 20}).stack_chart()))
    assert list(fills) == ["Economy", "Defence", OTHER, VACANT]
    assert len(set(fills.values())) == 4


@pytest.mark.parametrize("bodies", [BODIES, None])
def test_one_group_or_none_is_coloured_by_organisation(bodies: list[Any] | None) -> None:
    """A picture of one colour says nothing, so organisations have one each, and a legend."""
    case = scenario(floors=FLOORS, organisations=bodies, headcounts=UNITS)
    drawn = spec_of(plan(case, PIECES).stack_chart())
    assert set(pieces_scale(drawn)) == {"Treasury", "Economy", "Court", VACANT}
    (legend,) = (
        layer["encoding"]["color"]["legend"]
        for layer in drawn["layer"]
        if "legend" in layer.get("encoding", {}).get("color", {})
    )
    assert legend["title"] == "Organisation"


def test_units_are_labelled_where_there_is_room() -> None:
    """Below its organisation each unit is named, without its name; a narrow one is not."""
    rows = [("Treasury-Tax", 40, "Treasury"), ("Audit", 40, "Treasury"), ("Legal", 3, "Treasury")]
    case = scenario(
        floors=[("F", "T", 1, 90)], headcounts=rows, settings={"sharing": {"min_piece_desks": 1}}
    )
    drawn = spec_of(plan(case, {(unit, "F"): desks for unit, desks, _ in rows}).stack_chart())
    body, *units = items(drawn, "label")[:-1]
    assert (body["text"], [unit["text"] for unit in units]) == ("Treasury", ["Audit", "Tax"])
    assert all(unit["y"] > body["y"] for unit in units)


def test_vacant_floor_says_so(spec: dict[str, Any]) -> None:
    """A floor without anybody is outlined and tells how many desks are vacant."""
    assert "30 vacant" in [label["text"] for label in items(spec, "label")]


def test_tooltips_have_the_full_names(spec: dict[str, Any]) -> None:
    """A piece tells tower and organisation in full, desks, people, their ratio and the chance."""
    mine = segments(spec, "A-1")[0]
    assert (mine["tower"], mine["organisation"]) == ("North house", "Ministry of Finance")
    assert (mine["desks"], mine["people"], mine["ratio"]) == ("20", "20", "1.00")
    told = [layer.get("encoding", {}).get("tooltip", ()) for layer in spec["layer"]]
    fields = {channel["field"] for channels in told for channel in channels}
    assert {"tower", "floor", "organisation", "unit", "desks", "people", "chance"} <= fields


def test_headings_name_complex_and_towers(spec: dict[str, Any]) -> None:
    """The complex is named once, each tower below its floors with its load."""
    assert [c["text"] for c in items(spec, "complex")] == ["Park"]
    assert [c["text"] for c in items(spec, "tower")] == ["North house", "South house"]
    assert [c["text"] for c in items(spec, "load")] == ["95 of 120 desks", "0 of 30 desks"]


def test_groups_beyond_the_palette_are_others() -> None:
    """With more groups than colours the smallest are drawn with the others."""
    count = len(PALETTE) + 2
    bodies = [{"organisation_id": f"o{n}", "coordinator_id": f"c{n}"} for n in range(count)]
    units = [(f"u{n}", 10 + n, f"o{n}") for n in range(count)]
    case = scenario(floors=[("F", "T", 1, 999)], organisations=bodies, headcounts=units)
    pieces = {(f"u{n}", "F"): 10 + n for n in range(count)}
    drawn = segments(spec_of(plan(case, pieces).stack_chart()), "F")
    assert [s["desks"] for s in drawn if s["group"] == OTHER] == ["11", "10"]


def test_fill_colours_floors_by_the_desks_in_use() -> None:
    """A floor of two thirds in use is lighter than a full one."""
    spec = spec_of(stack_chart(plan(office(), PIECES), office(), colour="fill"))
    fills = pieces_scale(spec)
    shades = [fills[segments(spec, floor)[0]["shade"]] for floor in ("A-1", "A-0")]
    assert shades == [FILL_SHADES[1], FILL_SHADES[4]]


def test_chance_colours_pieces_by_how_often_they_are_short() -> None:
    """A unit that shares too few desks is warned of, one with a desk for everybody is not."""
    case = scenario(
        floors=[("F", "T", 1, 60)],
        headcounts=[("tight", 40, "a"), ("easy", 20, "b", 20)],
        settings={"sharing": {"people_per_desk": "1.9"}, "attendance": {"shared_by": "unit"}},
    )
    made = plan(case, {("tight", "F"): 22, ("easy", "F"): 20})
    spec = spec_of(stack_chart(made, case, colour="chance"))
    easy, tight = sorted(segments(spec, "F")[:2], key=lambda piece: piece["unit_id"])
    fills = pieces_scale(spec)
    assert [fills[piece["shade"]] for piece in (easy, tight)] == [
        CHANCE_SHADES[0],
        CHANCE_SHADES[-1],
    ]


def test_every_organisation_has_its_own_colour() -> None:
    """Colouring by organisation gives as many fills as there are organisations."""
    spec = spec_of(stack_chart(plan(office(), PIECES), office(), colour="organisation"))
    fills = {shade: fill for shade, fill in pieces_scale(spec).items() if shade != VACANT}
    assert set(fills) == {"Treasury", "Economy", "Court"}
    assert len(set(fills.values())) == 3


@pytest.mark.parametrize("colour", COLOURINGS)
def test_labels_can_be_read_on_their_colour(colour: str) -> None:
    """Every label is light on dark colours and dark on light ones."""
    spec = spec_of(stack_chart(plan(office(), PIECES), office(), colour=colour))
    fills = pieces_scale(spec)
    assert all(label["dark"] == is_dark(fills[label["shade"]]) for label in items(spec, "label"))


def test_picture_speaks_indonesian() -> None:
    """In Bahasa Indonesia words and thousands are its own."""
    case = scenario(floors=[("F", "T", 1, 1_500)], headcounts=[("u", 20, "o")])
    spec = spec_of(stack_chart(plan(case, {("u", "F"): 20}), case, say=texts("id")))
    assert [load["text"] for load in items(spec, "load")] == ["20 dari 1.500 meja"]
    assert segments(spec, "F")[1]["organisation"] == "meja kosong"


HOSTILE = (
    "<script>alert(1)</script>",
    "quote\" & 'tick",
    "line\nbreak",
    "𝔘🏛️ وزارة",
    "x" * 1_999,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_draw_as_harmless_text(name: str) -> None:
    """Any name gives well-formed SVG with no element that a name brought in."""
    body = {"organisation_id": name, "name": name, "coordinator_id": name}
    case = scenario(
        floors=[("F", name + "t", 1, 60)],
        towers=[(name + "t", name, name + "c")],
        organisations=[body],
        headcounts=[("u", 20, name)],
        settings={"title": name},
    )
    svg = as_svg(plan(case, {("u", "F"): 20}).stack_chart())
    tags = {element.tag.split("}")[-1] for element in ElementTree.fromstring(svg).iter()}
    assert tags <= {
        "svg",
        "rect",
        "g",
        "path",
        "line",
        "text",
        "tspan",
        "defs",
        "clipPath",
        "title",
    }
    assert len(svg) < 60_000


def test_rows_of_towers_keep_within_the_page() -> None:
    """A complex begins a new row where it does not fit, and is cut where no row holds it."""
    style = style_for(10)
    widths = dict.fromkeys("abcdef", style.page * 0.4)
    rows = rows_of_blocks(dict.fromkeys("abc", "P") | dict.fromkeys("def", "Q"), widths, style)
    assert [["".join(b.towers) for b in row] for row in rows] == [["ab"], ["c"], ["de"], ["f"]]
    assert all(block.right <= style.page for row in rows for block in row)


def test_label_is_shortened_in_its_middle_to_fit() -> None:
    """A label too long keeps both its ends, and none is drawn where almost nothing would fit."""
    short = fit("KEMENKO_POLHUKAM", 60, 10)
    assert (short[:3], short[-3:]) == ("KEM", "KAM")
    assert text_width(short, 10) <= 60
    assert fit("KEMENKO_POLHUKAM", 20, 10) == ""


def test_plan_without_its_scenario_cannot_be_drawn() -> None:
    """A plan read back from a file must be told its scenario before it is drawn."""
    read = Plan.model_validate(plan(office(), PIECES).as_json())
    with pytest.raises(ValueError, match="needs the scenario"):
        read.stack_chart()
    assert read.of(office()).stack_chart() is not None


def test_unit_that_has_no_desk_of_a_shared_floor_is_drawn() -> None:
    """One person among many may have no part of the desks that all share, and so no ratio."""
    settings = {
        "sharing": {"capacity": "chance"},
        "attendance": {"mean_share": 0.3, "short_day_probability": 0.5, "shared_by": "floor"},
    }
    small = {f"s{i}": 1 for i in range(9)}
    people = [("big", 40, "P"), *((unit, count, "Q") for unit, count in small.items())]
    case = scenario(floors=[("A-1", "A", 1, 30)], headcounts=people, settings=settings)
    pieces = {(unit, "A-1"): count for unit, count in ({"big": 40} | small).items()}
    placed = plan(case, pieces)
    assert min(row.desks for row in placed.placements) == 0
    assert "big" in as_svg(placed.stack_chart())
