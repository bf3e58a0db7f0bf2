"""The few things we ask a Kubernetes API server, as the plain objects of its JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import urllib3
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from workbench.runner.launcher import PlaceAway

Object = dict[str, Any]
_PAGE = 500
_CONNECT_S = 5.0
_ANSWER_S = 30.0
WATCH_S = 240  # a watch is begun again after this long, so that one that has died silently is noticed


class Expired(PlaceAway):
    """The server does not remember so far back: list again."""


class Refused(Exception):
    """The server does not accept the object, now or later."""


class Cluster:
    """One namespace, by the service account of this pod, or by KUBECONFIG elsewhere. Raises PlaceAway.

    By paths and plain objects, not by the client's methods: each of those makes models of what it is given.
    """

    def __init__(self, namespace: str, connections: int = 16) -> None:
        settings = client.Configuration()
        try:
            config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]  # theirs
        except ConfigException:
            config.load_kube_config(os.environ.get("KUBECONFIG"), client_configuration=settings)  # type: ignore[no-untyped-call]  # theirs
        settings.connection_pool_maxsize = connections
        settings.retries = urllib3.Retry(0)
        self.namespace = namespace
        self._api = client.ApiClient(settings)
        self._jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
        self._pods = f"/api/v1/namespaces/{namespace}/pods"
        self._events = f"/api/v1/namespaces/{namespace}/events"

    def create_job(self, job: Object) -> bool:
        """False when there is one of this name. Raises Refused."""
        try:
            self._ask("POST", self._jobs, job)
        except ApiException as error:
            if error.status == 409:
                return False
            if error.status in (400, 422):
                raise Refused(_said(error)) from error
            raise PlaceAway(_said(error)) from error
        return True

    def job(self, name: str) -> Object | None:
        """One Kubernetes Job."""
        return self._found("GET", f"{self._jobs}/{name}")

    def node(self, name: str) -> Object | None:
        """One node."""
        return self._found("GET", f"/api/v1/nodes/{name}")

    def delete_job(self, name: str) -> None:
        """With its pods, which get their grace period; fine when it is gone already."""
        self._found("DELETE", f"{self._jobs}/{name}", propagationPolicy="Background")

    def pods(self, selector: str = "") -> list[Object]:
        """Those of the namespace that match now, as the server knows them."""
        return self._list(self._pods, labelSelector=selector)[0]

    def living_pods(self) -> list[Object]:
        """Those of the namespace that have not ended, as of a moment ago: the server need not ask its database."""
        alive = "status.phase!=Succeeded,status.phase!=Failed"
        return self._list(self._pods, fieldSelector=alive, resourceVersion="0")[0]

    def nodes(self) -> list[Object]:
        """All of the cluster, as of a moment ago."""
        return self._list("/api/v1/nodes", resourceVersion="0")[0]

    def warnings(self, kind: str) -> list[Object]:
        """What the cluster has complained about objects of this kind."""
        return self._list(self._events, fieldSelector=f"involvedObject.kind={kind},type=Warning")[0]

    def list_kind(self, kind: str, selector: str) -> tuple[list[Object], str]:
        """``kind`` is "jobs" or "pods"; with the version to watch from."""
        return self._list(self._path(kind), labelSelector=selector)

    def watch_kind(self, kind: str, selector: str, version: str) -> Iterator[tuple[str, Object]]:
        """What happens to them from a version on, until the server ends it. Raises Expired."""
        try:
            answer = self._send(
                "GET",
                self._path(kind),
                None,
                WATCH_S + 30.0,
                labelSelector=selector,
                watch="true",
                resourceVersion=version,
                allowWatchBookmarks="true",
                timeoutSeconds=str(WATCH_S),
            )
        except ApiException as error:
            raise PlaceAway(_said(error)) from error
        try:
            for line in _lines(answer):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    if event["object"].get("code") == 410:
                        raise Expired
                    raise PlaceAway(str(event["object"].get("message")))
                yield event["type"], event["object"]
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise PlaceAway(repr(error)) from error
        finally:
            answer.close()

    def _path(self, kind: str) -> str:
        return {"jobs": self._jobs, "pods": self._pods}[kind]

    def _list(self, path: str, **query: str) -> tuple[list[Object], str]:
        found: list[Object] = []
        while True:
            try:
                page = self._ask("GET", path, None, limit=str(_PAGE), **query)
            except ApiException as error:
                raise PlaceAway(_said(error)) from error
            found += page["items"]
            query["continue"] = page["metadata"].get("continue", "")
            query.pop("resourceVersion", None)  # the first page's is that of all
            if not query["continue"]:
                return found, page["metadata"]["resourceVersion"]

    def _found(self, method: str, path: str, **query: str) -> Object | None:
        try:
            return self._ask(method, path, None, **query)
        except ApiException as error:
            if error.status == 404:
                return None
            raise PlaceAway(_said(error)) from error

    def _ask(self, method: str, path: str, body: Object | None = None, /, **query: str) -> Object:
        answer = self._send(method, path, body, _ANSWER_S, **query)
        try:
            found: Object = json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise PlaceAway(repr(error)) from error
        return found

    def _send(self, method: str, path: str, body: Object | None, patience_s: float, **query: str) -> Any:
        """The answer, unread. Raises Expired, ApiException for what the server refuses, PlaceAway."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        asked = {name: value for name, value in query.items() if value}
        prepared = self._api.param_serialize(
            method,
            path,
            query_params=list(asked.items()),
            header_params=headers,
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            answer = self._api.call_api(*prepared, _request_timeout=(_CONNECT_S, patience_s))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise PlaceAway(repr(error)) from error
        except ApiException as error:  # of a TLS handshake: the server is not what it should be
            raise PlaceAway(_said(error)) from error
        if 200 <= answer.status <= 299:
            return answer.response
        answer.read()  # type: ignore[no-untyped-call]  # theirs
        if answer.status == 410:
            raise Expired
        raise ApiException(http_resp=answer)


def _lines(answer: Any) -> Iterator[bytes]:
    rest = b""
    for chunk in answer.stream(1 << 16, decode_content=False):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line for line in whole if line)


def _said(error: ApiException) -> str:
    try:
        return str(json.loads(error.body or "")["message"])
    except (ValueError, TypeError, KeyError):
        return f"{error.status} {error.reason}"
