"""What a phase costs: processor time of each program, requests by verb and resource, transactions."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg
from cluster.lab.cluster import Cluster
from servers.postgres import Postgres
from servers.process import Server

_REQUESTS = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass
class Cost:
    """Since the start of everything, or of one phase."""

    at: float
    cpu_s: dict[str, float]
    transactions: int
    requests: Counter[str] = field(default_factory=Counter)

    def since(self, before: Cost) -> Cost:
        """The difference."""
        cpu_s = {name: used - before.cpu_s.get(name, 0.0) for name, used in self.cpu_s.items()}
        requests = Counter({name: count - before.requests[name] for name, count in self.requests.items()})
        return Cost(self.at - before.at, cpu_s, self.transactions - before.transactions, requests)

    def tell(self, jobs: int, most: int = 14) -> None:
        """Print it, by job."""
        cpu = ", ".join(f"{name} {used:.0f} s ({1000 * used / jobs:.1f} ms a job)" for name, used in self.cpu_s.items())
        print(f"  processor in {self.at:.0f} s: {cpu}")
        print(f"  PostgreSQL: {self.transactions} transactions, {self.transactions / jobs:.1f} a job")
        largest = ", ".join(
            f"{name} {count} ({count / jobs:.2f} a job)" for name, count in self.requests.most_common(most) if count
        )
        print(f"  API server: {sum(self.requests.values())} requests: {largest}", flush=True)


def now(cluster: Cluster, postgres: Postgres, others: dict[str, Server]) -> Cost:
    """Of every program there is. Every process of ours that has ended counts to this one."""
    servers = {part.folder.name: part for part in cluster.control_plane} | {"postgres": postgres} | others
    cpu_s = {name: _cpu_s(server) for name, server in servers.items() if name != "dns"}
    time.sleep(1.0)  # PostgreSQL's sessions tell their counts once a second
    return Cost(time.monotonic(), cpu_s | {"pods": _own()}, _transactions(postgres), _requests(cluster))


def _own() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def _cpu_s(server: Server) -> float:
    assert server._process is not None
    first, total = psutil.Process(server._process.pid), 0.0
    for process in [first, *first.children(recursive=True)]:
        try:
            total += sum(process.cpu_times()[:4])  # user and system, its own and of its children that have ended
        except psutil.NoSuchProcess:
            continue
    return total


def _transactions(postgres: Postgres) -> int:
    query = "select xact_commit + xact_rollback from pg_stat_database where datname = 'workbench'"
    with psycopg.connect(postgres.url.replace("+psycopg", "")) as connection:
        row: Any = connection.execute(query).fetchone()
    return int(row[0])


def _requests(cluster: Cluster) -> Counter[str]:
    found: Counter[str] = Counter()
    for labels, value in _REQUESTS.findall(cluster.kubectl("get", "--raw", "/metrics")):
        named = dict(_LABEL.findall(labels))
        what = "/".join(part for part in (named["resource"], named.get("subresource")) if part)
        found[f"{named['verb']} {what}"] += int(float(value))
    return found
