"""What whoever runs the service may set, from the environment; read once, at start-up."""

from __future__ import annotations

import os
from typing import Annotated, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from allocator.errors import InputError, Problem

PREFIX = "ALLOCATOR_"


class ServiceSettings(BaseSettings):
    """Limits of the service. Each is set by a variable of its name, such as ALLOCATOR_MAX_UNITS.

    max_body_bytes 1000..10⁹; max_units and max_floors, rows of a request, ≥ 1; max_time_limit_s
    above 0 and at most an hour, seconds a solve may be given; memory_limit_mb ≥ 256, mebibytes
    of one solve; concurrent_solves 1..64, processes that solve; waiting_requests ≥ 0, requests
    that may wait for one of them; workers 1..64, threads of a solve.
    """

    max_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 20_000_000
    max_units: Annotated[int, Field(ge=1)] = 5_000
    max_floors: Annotated[int, Field(ge=1)] = 1_000
    max_time_limit_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    memory_limit_mb: Annotated[int, Field(ge=256)] = 4_096
    concurrent_solves: Annotated[int, Field(ge=1, le=64)] = 1
    waiting_requests: Annotated[int, Field(ge=0)] = 8
    workers: Annotated[int, Field(ge=1, le=64)] = min(os.cpu_count() or 1, 64)

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    @classmethod
    def from_environment(cls) -> Self:
        """Return the settings of the environment.

        Raises
        ------
        InputError
            If a variable does not hold what its setting may be, with every such variable.
        """
        try:
            return cls()
        except ValidationError as error:
            raise InputError(
                Problem(
                    fault["msg"].lower(),
                    PREFIX + "_".join(map(str, fault["loc"])).upper(),
                    value=str(fault["input"]),
                )
                for fault in error.errors(include_url=False)
            ) from error
