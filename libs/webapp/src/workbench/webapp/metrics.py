"""What `/metrics` shows: the queues as the databases have them now, and what this process has counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from workbench.jobs import DatabaseAway, Jobs
from workbench.jobs.census import take_census

REQUESTS = Counter("workbench_http_requests", "Requests answered.", ["service", "method", "route", "status"])
DURATION = Histogram("workbench_http_request_seconds", "From a request's arrival to its answer's first byte.",
                     ["service", "route"])  # fmt: skip


def exposition(records: Sequence[Jobs]) -> bytes:
    """In Prometheus' text format."""
    queues = CollectorRegistry()
    queues.register(_Queues(records))
    return generate_latest(queues) + generate_latest(REGISTRY)


class _Queues(Collector):
    def __init__(self, records: Sequence[Jobs]) -> None:
        self._records = records

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of a database only because somebody registers this."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """A service whose database is away has no queue now; `workbench_database_up` says so."""
        up = GaugeMetricFamily("workbench_database_up", "Whether the service's database answers.", labels=["service"])
        jobs = GaugeMetricFamily("workbench_jobs", "Jobs that are kept.", labels=["kind", "state"])
        oldest = GaugeMetricFamily(
            "workbench_oldest_queued_job_age_seconds", "How long the longest waiting job has waited.", labels=["kind"]
        )
        outbox = GaugeMetricFamily(
            "workbench_outbox_messages", "Events that no broker has taken yet.", labels=["service"]
        )
        for record in self._records:
            try:
                census = take_census(record)
            except DatabaseAway:
                up.add_metric([record.service], 0)
                continue
            up.add_metric([record.service], 1)
            outbox.add_metric([record.service], census.outbox)
            for (kind, state), count in census.counts.items():
                jobs.add_metric([kind, state], count)
            for kind, age_s in census.oldest_s.items():
                oldest.add_metric([kind], age_s)
        yield from (up, jobs, oldest, outbox)
