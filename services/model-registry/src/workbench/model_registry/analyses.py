"""The analysis of a model: a job that begins when somebody first asks, and is kept as long as the model.

Its id follows from the model's.
"""

from __future__ import annotations

import uuid

from workbench.jobs import Job, State
from workbench.model_registry import begun
from workbench.model_registry.problems import AnalysisFailed, NotAnalysedYet
from workbench.model_registry.values import LAYERS
from workbench.problems.common import NotFound
from workbench.store import Manifest
from workbench.webapp.graph_parts import Lines
from workbench.webapp.graphs import lines_of
from workbench.webapp.ports import identity, ports

KIND = "analysis"
_MADE_AS = "1"  # another number, and every model is analysed again


def of(model: Job) -> Job:
    """The job that analyses the model, begun if need be. Raises NotFound."""
    if model.state is not State.SUCCEEDED:
        raise NotFound("model", model.id)
    return begun.begin(KIND, model.team, _id(model), {"model_id": model.id})


def layers_of(model: Job) -> Lines:
    """Its layers, waited for a while. Raises NotFound, NotAnalysedYet, AnalysisFailed."""
    job = begun.ended(of(model))
    if not job.state.ended:
        raise NotAnalysedYet(model.id, job.waiting_for)
    if job.manifest is None:
        raise AnalysisFailed(model.id, begun.why_not(job))
    file = Manifest.parse(job.manifest).file(LAYERS)
    return lines_of(ports().store, identity().team, file)


def forget(model: Job) -> None:
    """What is known of a model that is being deleted; safe to repeat."""
    begun.forget(KIND, model.team, _id(model))


def _id(model: Job) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"analysis {_MADE_AS} {model.id}"))
