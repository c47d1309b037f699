"""Benchmarks: every case, everybody who could plan it, every seed, one checker, one report."""

from __future__ import annotations

from allocator.studies.bench.cases import bench_cases, country_cases, sizes
from allocator.studies.bench.files import document, write_bench
from allocator.studies.bench.peers import OURSELVES, PEERS, usable_peers
from allocator.studies.bench.protocol import Protocol, protocol
from allocator.studies.bench.run import Step, run_bench
from allocator.studies.bench.types import Attempt, BenchCase

__all__ = [
    "OURSELVES",
    "PEERS",
    "Attempt",
    "BenchCase",
    "Protocol",
    "Step",
    "bench_cases",
    "country_cases",
    "document",
    "protocol",
    "run_bench",
    "sizes",
    "usable_peers",
    "write_bench",
]
