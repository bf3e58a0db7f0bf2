"""What `/metrics` shows: the queues as the databases have them now, and what this process has counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from workbench.jobs import DatabaseAway, Jobs
from workbench.jobs.record.tally import take_tally
from workbench.webapp.shared_servers import OK, SharedServers

REQUESTS = Counter("workbench_http_requests", "Requests answered.", ["service", "method", "route", "status"])
DURATION = Histogram(
    "workbench_http_request_seconds", "From a request's arrival to its answer's first byte.", ["service", "route"]
)


def exposition(records: Sequence[Jobs], servers: SharedServers) -> bytes:
    """In Prometheus' text format."""
    up = {name: said == OK for name, said in servers.ask().items()}
    queues = CollectorRegistry()
    queues.register(_Queues([record for record in records if up[f"database of {record.service}"]]))
    if records:
        queues.register(_Servers(up))
    return generate_latest(queues) + generate_latest(REGISTRY)


class _Servers(Collector):
    """What every replica relies on: no readiness says it, so these must."""

    def __init__(self, up: Mapping[str, bool]) -> None:
        self._up = up

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """As below."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One for each kind of server."""
        database = GaugeMetricFamily(
            "workbench_database_up", "Whether the service's database answers.", labels=["service"]
        )
        for name, up in self._up.items():
            if name.startswith("database of "):
                database.add_metric([name.removeprefix("database of ")], up)
        yield database
        yield GaugeMetricFamily("workbench_store_up", "Whether the object store answers.", self._up["object store"])
        yield GaugeMetricFamily("workbench_broker_up", "Whether the broker is connected.", self._up["message broker"])


class _Queues(Collector):
    def __init__(self, records: Sequence[Jobs]) -> None:
        self._records = records

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of a database only because somebody registers this."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """A service whose database is away has no queue now; `workbench_database_up` says so."""
        jobs = GaugeMetricFamily("workbench_jobs", "Jobs that are kept.", labels=["kind", "state"])
        oldest = GaugeMetricFamily(
            "workbench_oldest_queued_job_age_seconds", "How long the longest waiting job has waited.", labels=["kind"]
        )
        outbox = GaugeMetricFamily(
            "workbench_outbox_messages", "Events that no broker has taken yet.", labels=["service"]
        )
        for record in self._records:
            try:
                tally = take_tally(record)
            except DatabaseAway:
                continue
            outbox.add_metric([record.service], tally.outbox)
            for (kind, state), count in tally.counts.items():
                jobs.add_metric([kind, state], count)
            for kind, age_s in tally.oldest_s.items():
                oldest.add_metric([kind], age_s)
        yield from (jobs, oldest, outbox)
