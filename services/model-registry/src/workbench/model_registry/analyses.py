"""The analysis of a model: a job that begins when somebody first asks, and is kept as long as the model.

Its id follows from the model's, so that all who ask at once wait for one job.
"""

from __future__ import annotations

import time
import uuid

from workbench.jobs import Job, State
from workbench.model_registry.problems import AnalysisFailed, NotAnalysedYet
from workbench.model_registry.values import LAYERS
from workbench.problems.common import NotFound
from workbench.store import Manifest
from workbench.webapp.connection import nobody_waits
from workbench.webapp.graph_parts import Lines
from workbench.webapp.graphs import lines_of
from workbench.webapp.ports import identity, ports, turn

KIND = "analysis"
_MADE_AS = "1"  # another number, and every model is analysed again
_AGAIN_S = 60.0
_PATIENCE_S = 20.0


def of(model: Job) -> Job:
    """The job that analyses the model, begun if there is none, or a failed one is a minute old. Raises NotFound."""
    if model.state is not State.SUCCEEDED:
        raise NotFound("model", model.id)
    known = ports().jobs.find(_id(model))
    if known is not None and _worth_another(known):
        ports().jobs.delete(KIND, model.team, known.id)
        known = None
    return known or ports().submit(KIND, {"model_id": model.id}, job_id=_id(model))


def layers_of(model: Job) -> Lines:
    """Its layers, waited for a while. Raises NotFound, NotAnalysedYet, AnalysisFailed."""
    job = _ended(of(model))
    if not job.state.ended:
        raise NotAnalysedYet(model.id, job.waiting_for)
    if job.manifest is None:
        reason = (job.error or {}).get("detail") or f"it has {job.state}"
        raise AnalysisFailed(model.id, str(reason))
    file = Manifest.parse(job.manifest).file(LAYERS)
    return lines_of(ports().store, identity().team, file)


def forget(model: Job) -> None:
    """What is known of a model that is being deleted; safe to repeat."""
    jobs = ports().jobs
    known = jobs.find(_id(model))
    if known is not None and not known.state.ended:
        known = jobs.cancel(KIND, model.team, known.id)
    if known is None or not known.state.ended:  # a cancelled one leaves nothing but its row
        return
    ports().manifests().bury(known.id)
    jobs.delete(KIND, model.team, known.id)


def _id(model: Job) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"analysis {_MADE_AS} {model.id}"))


def _worth_another(job: Job) -> bool:
    failed = job.state.ended and job.state is not State.SUCCEEDED
    return failed and time.time() - (job.finished_at or 0) > _AGAIN_S


def _ended(job: Job) -> Job:
    """The job once it has ended, as far as its team may wait for that."""
    deadline, gone = time.monotonic() + _PATIENCE_S, nobody_waits()
    if job.state.ended or not turn().wait():
        return job
    try:
        while not job.state.ended and (left := deadline - time.monotonic()) > 0 and not gone():
            job = ports().jobs.wait(KIND, job.team, job.id, job.seq, left, gone)
    finally:
        turn().work()
    return job
