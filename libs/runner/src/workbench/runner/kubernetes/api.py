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


class Expired(Exception):
    """The server does not remember so far back: list again."""


class Cluster:
    """One namespace, by the service account of this pod, or by KUBECONFIG elsewhere. Raises PlaceAway."""

    def __init__(self, namespace: str, connections: int = 16) -> None:
        settings = client.Configuration()
        try:
            config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]  # theirs
        except ConfigException:
            config.load_kube_config(os.environ.get("KUBECONFIG"), client_configuration=settings)  # type: ignore[no-untyped-call]  # theirs
        settings.connection_pool_maxsize = connections
        settings.retries = urllib3.Retry(0)
        api = client.ApiClient(settings)
        self.namespace = namespace
        self._batch, self._core = client.BatchV1Api(api), client.CoreV1Api(api)

    def create_job(self, job: Object) -> bool:
        """False when there is one of this name."""
        try:
            self._ask(self._batch.create_namespaced_job, self.namespace, job)
        except ApiException as error:
            if error.status == 409:
                return False
            raise PlaceAway(_said(error)) from error
        return True

    def job(self, name: str) -> Object | None:
        """One Kubernetes Job."""
        return self._found(self._batch.read_namespaced_job, name, self.namespace)

    def node(self, name: str) -> Object | None:
        """One node."""
        return self._found(self._core.read_node, name)

    def delete_job(self, name: str) -> None:
        """With its pods, which get their grace period; fine when it is gone already."""
        self._found(self._batch.delete_namespaced_job, name, self.namespace, propagation_policy="Background")

    def pods(self, selector: str) -> list[Object]:
        """Those that match now, as the server knows them."""
        return self._list(self._core.list_namespaced_pod, self.namespace, label_selector=selector)[0]

    def nodes(self) -> list[Object]:
        """All of the cluster."""
        return self._list(self._core.list_node)[0]

    def all_pods(self) -> list[Object]:
        """Of the namespace."""
        return self._list(self._core.list_namespaced_pod, self.namespace)[0]

    def warnings(self, name: str) -> list[Object]:
        """What the cluster has complained about the object of this name."""
        selector = f"involvedObject.name={name},type=Warning"
        return self._list(self._core.list_namespaced_event, self.namespace, field_selector=selector)[0]

    def list_kind(self, kind: str, selector: str) -> tuple[list[Object], str]:
        """``kind`` is "jobs" or "pods"; with the version to watch from."""
        return self._list(self._lister(kind), self.namespace, label_selector=selector)

    def watch_kind(self, kind: str, selector: str, version: str) -> Iterator[tuple[str, Object]]:
        """What happens to them from a version on, until the server ends it. Raises Expired."""
        answer = self._raw(
            self._lister(kind), self.namespace, label_selector=selector, watch=True, resource_version=version,
            allow_watch_bookmarks=True, timeout_seconds=WATCH_S, _request_timeout=(_CONNECT_S, WATCH_S + 30.0),
        )  # fmt: skip
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
            answer.release_conn()

    def _lister(self, kind: str) -> Any:
        return {"jobs": self._batch.list_namespaced_job, "pods": self._core.list_namespaced_pod}[kind]

    def _list(self, call: Any, *arguments: Any, **options: Any) -> tuple[list[Object], str]:
        found: list[Object] = []
        following = ""
        while True:
            more = {"_continue": following} if following else {}
            try:
                page = self._ask(call, *arguments, limit=_PAGE, **more, **options)
            except ApiException as error:
                raise PlaceAway(_said(error)) from error
            found += page["items"]
            following = page["metadata"].get("continue", "")
            if not following:
                return found, page["metadata"]["resourceVersion"]

    def _found(self, call: Any, *arguments: Any, **options: Any) -> Object | None:
        try:
            return self._ask(call, *arguments, **options)
        except ApiException as error:
            if error.status == 404:
                return None
            raise PlaceAway(_said(error)) from error

    def _ask(self, call: Any, *arguments: Any, **options: Any) -> Object:
        answer = self._raw(call, *arguments, **options, _request_timeout=(_CONNECT_S, _ANSWER_S))
        found: Object = json.loads(answer.data)
        return found

    def _raw(self, call: Any, *arguments: Any, **options: Any) -> Any:
        """The answer as it comes: models of thousands of pods would cost more than all else here."""
        try:
            return call(*arguments, **options, _preload_content=False)
        except ApiException as error:
            if error.status == 410:
                raise Expired from error
            raise
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise PlaceAway(repr(error)) from error


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
