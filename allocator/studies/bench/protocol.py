"""What a benchmark was run under, so that another can run it again: limits, machine, versions."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from importlib import metadata

from allocator.plan.assemble import versions
from allocator.plan.types import Record
from allocator.studies.bench.peers import OURSELVES, PEERS

COMPILED = ("numba", "llvmlite")


class Protocol(Record):
    """How the attempts of a benchmark were made, for all alike.

    time_limit_s of each solve; workers, threads of each; load, processes that wanted a processor
    in the minute before it began; cores and memory_mb (10⁶ bytes) are the machine's; compile_s,
    seconds that compiling the search took from nothing, with nothing beside it.
    """

    command: str
    date: str
    time_limit_s: float
    seeds: tuple[int, ...]
    workers: int
    peers: tuple[str, ...]
    machine: str
    cores: int
    memory_mb: float
    load: float
    compile_s: float
    versions: dict[str, str]


def protocol(
    command: str,
    *,
    time_limit_s: float,
    seeds: Sequence[int],
    workers: int,
    peers: Sequence[str],
    compile_s: float,
) -> Protocol:
    """Return the protocol of a benchmark that begins now on this machine.

    Parameters
    ----------
    command
        The command line that makes it again.
    time_limit_s, workers
        Seconds and threads of each solve.
    seeds
        A peer that is not random runs with the first alone.
    peers
        Without ourselves, who always take part.
    compile_s
        Seconds that compiling the search took from nothing.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Protocol(
        command=command,
        date=time.strftime("%Y-%m-%d"),
        time_limit_s=time_limit_s,
        seeds=tuple(seeds),
        workers=workers,
        peers=(OURSELVES, *peers),
        machine=f"{_processor()}, {platform.system()} {platform.machine()}",
        cores=os.cpu_count() or 1,
        memory_mb=round(memory / 1e6),
        load=round(os.getloadavg()[0], 1),
        compile_s=round(compile_s, 1),
        versions=versions() | _versions_of(peers),
    )


def _versions_of(peers: Sequence[str]) -> dict[str, str]:
    """Return the versions of the compilers that we rest on and of the peers' packages."""
    packages = [PEERS[peer].package for peer in peers]
    return {name: metadata.version(name) for name in (*COMPILED, *packages) if name is not None}


def _processor() -> str:
    """Return the name of the processor; Linux has it in a file where `platform` knows none."""
    try:
        with open("/proc/cpuinfo") as facts:
            return next(line.split(":")[1].strip() for line in facts if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"
