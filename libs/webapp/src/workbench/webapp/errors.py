"""Every error leaves as application/problem+json, whoever raised it."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import marshmallow as ma
import structlog
from flask import Flask, Response
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import HTTPException
from workbench.problems import Problem
from workbench.problems.common import HttpProblem, InternalError, InvalidRequest, StorageFull
from workbench.store import NoRoom, StoreAway
from workbench.webapp.malformed import UNREADABLE, problem_of
from workbench.webapp.problems import StorageAway

log = structlog.get_logger()
PROBLEM_JSON = "application/problem+json"


class ProblemView(ma.Schema):
    """An RFC 9457 problem document; each type adds members of its own."""

    class Meta:
        """What a type adds is not forbidden here."""

        unknown = ma.INCLUDE

    type = ma.fields.String(required=True, metadata={"description": "Stable: tell cases apart by it."})
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True, metadata={"description": "What is wrong this time, and what would do."})
    remedy = ma.fields.String(metadata={"description": "What to do next."})


class ProblemApi(Api):
    """flask-smorest with its one error handler replaced, so that a validation error looks like any refusal.

    Routes are described when somebody asks for the description: that takes longer than all else of an app's start.
    """

    ERROR_SCHEMA = ProblemView

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """See Api.register_blueprint."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._undescribed.append(blp)

    @property
    def spec(self) -> Any:
        """The description of all that is registered."""
        with self._describing:
            undescribed = list(self._undescribed)
            self._undescribed.clear()  # describing asks for the description
            if undescribed:
                self._describe_refusals()
            for blueprint in undescribed:
                blueprint.register_views_in_doc(self, self._app, self._spec, name=blueprint.name, parameters=None)
                self._spec.tag({"name": blueprint.name, "description": blueprint.description})
        return self._spec

    @spec.setter
    def spec(self, made: Any) -> None:
        self._spec = made
        self._undescribed: list[Blueprint] = []
        self._describing = threading.RLock()

    def _register_responses(self) -> None:
        """Not yet: a response for each status there is takes as long as the routes."""
        self._refusals_described = False

    def _describe_refusals(self) -> None:
        """The reusable responses are all refusals."""
        if self._refusals_described:
            return
        self._refusals_described = True
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_JSON
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def handle_http_exception(self, error: HTTPException) -> Response:
        """What webargs, flask or werkzeug raised."""
        return _http(error)

    def _register_error_handlers(self) -> None:
        answer_with_problems(self._app)


def answer_with_problems(app: Flask) -> None:
    """Whatever goes wrong in this app."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Problem, answer)
    app.register_error_handler(NoRoom, lambda _error: answer(StorageFull()))
    app.register_error_handler(StoreAway, _away)
    for unreadable in UNREADABLE:  # found in the body, while a route reads it
        app.register_error_handler(unreadable, lambda fault: answer(problem_of(fault)))
    app.register_error_handler(Exception, _defect)


def answer(problem: Problem) -> Response:
    """The problem document as a response."""
    document: dict[str, Any] = problem.document()
    response = Response(json.dumps(document), document["status"], content_type=PROBLEM_JSON)
    if document["status"] == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "retry_after_s" in document:
        response.headers["Retry-After"] = str(document["retry_after_s"])
    return response


def _http(error: HTTPException) -> Response:
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return answer(InvalidRequest(messages))
    response = answer(HttpProblem(error.code or 500, error.description or error.name))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _away(error: Exception) -> Response:
    log.warning("store.away", error=str(error))
    return answer(StorageAway())


def _defect(error: Exception) -> Response:
    incident = uuid.uuid4().hex[:12]
    log.error("request.defect", incident=incident, exc_info=error)
    return answer(InternalError(incident))
