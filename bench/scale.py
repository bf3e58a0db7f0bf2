"""Ours beside bare Kubernetes Jobs in a control plane of 1,000 simulated nodes; then 10,000 jobs of four teams.

Targets: Jobs made in a second and the time until a pod runs, ours beside bare, both at least 0.90. Everything is
on this one machine: the control plane competes with what it serves. docs/scale.md says what was seen.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from cluster.lab import binaries
from cluster.lab.cluster import Cluster
from scaling import bare, cost, nodes, ours
from scaling.pods import Pods
from servers import postgres, seaweedfs
from workbench.jobs import Desk, Jobs
from workbench.jobs.migrate import migrate

_FRESH = multiprocessing.get_context("spawn")
PATIENCE_S = 420.0


@dataclass
class Bench:
    """Everything that is up."""

    cluster: Cluster
    servers: ours.Servers
    record: Jobs
    pods: Pods
    cost: Callable[[], cost.Cost]


def main() -> None:
    """Bring it up, measure, print."""
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever ends it has everything taken down
    missing = [reason for module in (binaries, postgres, seaweedfs) if (reason := module.available())]
    if missing:
        print(f"skipped: {missing[0]}")
        return
    with brought_up(chosen) as bench:
        for number in range(chosen.rounds):
            in_turns(bench, chosen, chosen.batch, 0.0, number)
        if chosen.pace:
            in_turns(bench, chosen, int(chosen.pace * 20), chosen.pace, 0)
        if chosen.jobs:
            fairness(bench, chosen)


def options() -> argparse.Namespace:
    """The defaults are a quick run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=300, help="of four teams, one of which has seven tenths; 0: none")
    parser.add_argument("--rounds", type=int, default=2, help="bare and ours in turns, as fast as each can")
    parser.add_argument("--batch", type=int, default=200, help="Jobs of each side in a round")
    parser.add_argument("--pace", type=float, default=5.0, help="Jobs a second, for 20 s of each side; 0: none")
    parser.add_argument("--slots", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long a pod runs")
    return parser.parse_args()


@contextmanager
def brought_up(chosen: argparse.Namespace) -> Iterator[Bench]:
    """Everything ends with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        database, store = postgres.Postgres(folder / "postgres"), seaweedfs.SeaweedFS(folder / "seaweedfs")
        for server in (database, store):
            stack.callback(server.stop)
            server.start()
        cluster = Cluster(folder / "cluster", nodes=0)
        stack.callback(cluster.down)
        cluster.up({})
        kwok = nodes.Kwok(folder / "kwok", cluster.kubeconfig)
        stack.callback(kwok.stop)
        kwok.start()
        print(f"{chosen.nodes} nodes Ready after {nodes.make(cluster.kubeconfig, chosen.nodes):.0f} s", flush=True)
        ours.set_kubeconfig(cluster.kubeconfig)
        access = (store.endpoint, store.bucket, store.access_key, store.secret_key)
        servers = ours.Servers(cluster.kubeconfig, database.url, access, folder)
        record = servers.record()
        migrate(record.engine)
        pods = Pods(cluster.kubeconfig, Desk(servers.record(), servers.store()), chosen.seconds)
        pods.start()
        stack.callback(pods.close)
        others = {"kwok": kwok, "seaweedfs": store}
        yield Bench(cluster, servers, record, pods, lambda: cost.now(cluster, database, others))


def in_turns(bench: Bench, chosen: argparse.Namespace, count: int, pace: float, number: int) -> None:
    """Each side once, and their ratio."""
    seen: dict[str, Seen] = {}
    for side in ("bare", "ours") if number % 2 == 0 else ("ours", "bare"):
        before = bench.cost()
        asked = by_bare(bench, count, pace) if side == "bare" else by_ours(bench, chosen, count, pace)
        seen[side] = Seen(bench.pods, asked)
        how = f"at {pace:g} a second" if pace else "at once"
        print(f"{side}, {count} {how}: {seen[side]}", flush=True)
        bench.cost().since(before).tell(count)
    mine, other = seen["ours"], seen["bare"]
    print(
        f"ours / bare: Jobs made a second {mine.made / other.made:.2f}, pods running a second "
        f"{mine.ran / other.ran:.2f}; median time until the pod runs, bare / ours {other.p50 / mine.p50:.2f} "
        "(wanted >= 0.90)",
        flush=True,
    )


def by_bare(bench: Bench, count: int, pace: float) -> dict[str, float]:
    """When each was asked for; returns once every pod has ended."""
    here, there = _FRESH.Pipe()
    process = _FRESH.Process(target=bare.create, args=(bench.cluster.kubeconfig, count, pace, there))
    process.start()
    asked: dict[str, float] = here.recv()
    process.join()
    until(lambda: asked.keys() <= bench.pods.succeeded, PATIENCE_S)
    time.sleep(3.0)  # the Job controller is not through yet
    return asked


def by_ours(bench: Bench, chosen: argparse.Namespace, count: int, pace: float) -> dict[str, float]:
    """The same, once every job of ours has ended."""
    known = {row.id for row in ours.told(bench.record)}
    with dispatching(bench, chosen.slots) as (_, order):
        time.sleep(2.0)  # its watches begin
        if pace:
            order(([("alone", count)], pace))
        else:
            submit(bench, [("alone", count)], pace)
        until(lambda: len(ours.told(bench.record)) == len(known) + count, PATIENCE_S)
        until(lambda: not bench.record.active(), PATIENCE_S)
        time.sleep(3.0)
    rows = [row for row in ours.told(bench.record) if row.id not in known]
    assert all(row.state == "succeeded" and row.attempt == 1 for row in rows), "runs failed: nothing is to be compared"
    return {row.id: row.created_at for row in rows}


def fairness(bench: Bench, chosen: argparse.Namespace) -> None:
    """All are queued when the dispatcher starts: what matters is the order in which it takes them."""
    small = chosen.jobs // 10
    teams = [("large", chosen.jobs - 3 * small), *((f"small-{number}", small) for number in (1, 2, 3))]
    known = {row.id for row in ours.told(bench.record)}
    began = time.monotonic()
    submit(bench, teams, 0.0)
    print(f"{chosen.jobs} jobs of four teams, {chosen.slots} slots: submitted in {time.monotonic() - began:.0f} s")
    before = bench.cost()
    with dispatching(bench, chosen.slots) as (began_at, _):
        until(lambda: not bench.record.active(), PATIENCE_S + chosen.jobs / 5)
    rows = [row for row in ours.told(bench.record) if row.id not in known]
    print(f"  from the dispatcher's start: {Seen(bench.pods, dict.fromkeys((row.id for row in rows), began_at))}")
    for team, count in teams:
        places = [place for place, row in enumerate(rows, 1) if row.team == team]
        last = max(row.started_at or 0 for row in rows if row.team == team) - began_at
        print(f"  {team}: {count} jobs, its last was the {places[-1]}th of all to be taken, after {last:.0f} s")
    print(
        f"  ended as {sorted({row.state for row in rows})}; taken more than once: "
        f"{sum(row.attempt > 1 for row in rows)}; faults on the pods' side: {bench.pods.faults}"
    )
    bench.cost().since(before).tell(chosen.jobs)


class Seen:
    """How fast it went from when each was asked for."""

    def __init__(self, pods: Pods, asked: dict[str, float]) -> None:
        first, self._count = min(asked.values()), len(asked)
        made, ran = ([times[job] for job in asked if job in times] for times in (pods.created, pods.running))
        waits = sorted(pods.running[job] - at for job, at in asked.items() if job in pods.running)
        self.made, self.ran = len(made) / (max(made) - first), len(ran) / (max(ran) - first)
        self.p50, self._p95 = statistics.median(waits), waits[int(len(waits) * 0.95)]
        self._missing = len(asked) - len(ran)

    def __str__(self) -> str:
        missing = f", {self._missing} never seen running" if self._missing else ""
        return (
            f"{self.made:.1f} Jobs made and {self.ran:.1f} pods running a second; until the pod runs p50 "
            f"{self.p50:.2f} s, p95 {self._p95:.2f} s{missing}"
        )


def submit(bench: Bench, teams: list[tuple[str, int]], pace: float) -> None:
    """In a process of its own, as an API is."""
    process = _FRESH.Process(target=ours.submit, args=(bench.servers, teams, pace))
    process.start()
    process.join()
    assert process.exitcode == 0


@contextmanager
def dispatching(bench: Bench, slots: int) -> Iterator[tuple[float, Callable[[Any], None]]]:
    """A dispatcher meanwhile: when it began, and how to tell it something. Then what it has used is printed."""
    here, there = _FRESH.Pipe()
    process = _FRESH.Process(target=ours.dispatch, args=(bench.servers, slots, there))
    process.start()
    try:
        yield here.recv(), here.send
        here.send("stop")
        tell_used(here.recv())
    finally:
        process.join(30)
        if process.is_alive():
            process.kill()


def tell_used(used: dict[str, Any]) -> None:
    """Print what a dispatcher has used."""
    threads = ", ".join(f"{name} {spent:.1f} s" for name, spent in sorted(used["threads"].items(), key=lambda x: -x[1]))
    print(f"  dispatcher: {used['cpu_s']:.1f} s of processor, at most {used['peak_mib']} MiB; by thread: {threads}")
    print(f"  statements: {sum(used['sql'].values())}")
    for statement, count in used["sql"].most_common(16):
        print(f"    {count:6d} {statement}", flush=True)


def until(condition: Callable[[], bool], timeout_s: float) -> None:
    """Wait for it; what is there by then is what is told."""
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
