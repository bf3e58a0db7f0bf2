"""Kubernetes Jobs made by our client with our manifest from as many threads as a dispatcher has, and nothing else."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

from workbench.jobs.pods.dispatcher import STEPS
from workbench.runner.kubernetes.api import Cluster
from workbench.runner.kubernetes.objects import kubernetes_job
from workbench.runner.runs import Ticket

from scaling import work
from scaling.ours import paced, set_kubeconfig


def create(kubeconfig: Path, count: int, pace: float, answer: Connection) -> None:
    """In a process of its own; answers the job's id of each with when it was asked for. ``pace``: see paced."""
    set_kubeconfig(kubeconfig)
    cluster, pools = Cluster("default"), work.pools()
    asked: dict[str, float] = {}
    until_its_turn = paced(pace)

    def one(number: int) -> None:
        until_its_turn(number)
        run, job_id = secrets.token_hex(10), secrets.token_hex(16)
        ticket = Ticket(run, f"{job_id}.{secrets.token_urlsafe(24)}", None, False)
        asked[job_id] = time.time()
        assert cluster.create_job(kubernetes_job(pools, work.BARE, work.URL, job_id, ticket, work.LAUNCH))

    with ThreadPoolExecutor(STEPS) as pool:
        list(pool.map(one, range(count)))
    answer.send(asked)
