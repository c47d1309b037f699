"""What Prometheus reads: jobs by state, waits, seconds of solves, gaps. No headcounts."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)
METHODS = frozenset(("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"))
GAPS = (0.000001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        # A registry of its own: the library's is global, and refuses a second service in one
        # process.
        self.registry = CollectorRegistry()
        self._jobs = Gauge(
            "allocator_jobs", "Jobs kept, by state", ["state"], registry=self.registry
        )
        self._waits = Histogram(
            "allocator_queue_wait_seconds",
            "Seconds that jobs waited before a worker of this process began them",
            ["kind"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._solves = Histogram(
            "allocator_solve_seconds",
            "Seconds that jobs took in this process",
            ["kind"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._gaps = Histogram(
            "allocator_gap_at_finish",
            "Gap of the plans that jobs ended with in this process, as a fraction",
            ["kind"],
            buckets=GAPS,
            registry=self.registry,
        )
        self._requests = Counter(
            "allocator_requests",
            "Requests answered",
            ["route", "method", "status"],
            registry=self.registry,
        )

    def waited(self, kind: str, accepted_ms: int | None, begun_ms: int | None) -> None:
        """Note that a job was begun; milliseconds since 1970."""
        if accepted_ms is not None and begun_ms is not None:
            self._waits.labels(kind).observe(max(0, begun_ms - accepted_ms) / 1000)

    def ended(self, kind: str, seconds: float, gap: float | None) -> None:
        """Note that a job ended with an answer."""
        self._solves.labels(kind).observe(seconds)
        if gap is not None:
            self._gaps.labels(kind).observe(gap)

    def answered(self, route: str, method: str, status: int) -> None:
        """Note that a request was answered; methods that callers make up are counted as one."""
        known = method if method in METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()

    def text(self, jobs: Mapping[str, int]) -> bytes:
        """Return all metrics as Prometheus reads them."""
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        return generate_latest(self.registry)
