"""How a plan serves, in sentences of a language: people first, then floors.

The figures are `service`'s; console, report and page all say them in these words.
"""

from __future__ import annotations

from allocator.plan.types import Service
from allocator.texts import Texts

HARDLY_ANYBODY = 0.005
"""People without a desk, expected on a day, up to which all who come can expect one."""


def serving_sentences(service: Service, say: Texts) -> tuple[str, str]:
    """Return how many people find no desk on the busiest weekday, and on how many floors.

    Parameters
    ----------
    say
        Texts of the language.
    """
    without = service.without_desk_peak
    people = {
        "weekday": say(f"weekday.{service.peak_weekday}"),
        "without": say.number(round(without)),
        "present": say.number(round(service.present_peak)),
        "people": say.number(service.people),
    }
    floors = {
        "short": say.number(service.floors_short),
        "floors": say.number(service.floors),
        "allowed": say.percent(service.short_day_probability),
    }
    # Fewer than half a person is not a number to say; below `HARDLY_ANYBODY` it is nobody.
    how_many = "some" if round(without) else "few" if without > HARDLY_ANYBODY else "none"
    return (
        say(f"point.{how_many}_without", **people),
        say("point.short" if service.floors_short else "point.serves", **floors),
    )
