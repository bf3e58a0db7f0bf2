"""`helm install` in the test cluster, over PostgreSQL, RabbitMQ and S3 servers that the pods reach."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from servers.nginx import Nginx
from servers.postgres import Postgres
from servers.rabbitmq import RabbitMQ
from servers.seaweedfs import SeaweedFS
from servers.services import OWNERS

from cluster.lab import network
from cluster.lab.cluster import Cluster

CHART = Path(__file__).parents[2] / "charts" / "workbench"
# Two cores carry the whole installation: one pod of each, and as little asked for as is needed.
SMALL = {
    "image.tag": "lab",
    "image.pullPolicy": "Never",
    "api.replicas": "1",
    "api.resources.requests.cpu": "10m",
    "api.resources.requests.memory": "64Mi",
    "worker.resources.requests.cpu": "10m",
    "worker.resources.requests.memory": "64Mi",
    "worker.scratch": "2Gi",
    "runners.scratch": "2Gi",
    "runners.host.cpu": "50m",
    "runners.host.memory": "2Gi",
    "runners.host.requestedMemory": "64Mi",
    "runners.deviceTypes.cpu.cpu": "1",
    "runners.deviceTypes.cpu.memory": "2Gi",
    "runners.deviceTypes.cpu.resource": "workbench.dev/measuring",
    "runners.deviceTypes.gpu.cpu": "1",
    "runners.deviceTypes.gpu.memory": "2Gi",
    "runners.deviceTypes.npu.cpu": "1",
    "runners.deviceTypes.npu.memory": "2Gi",
    "networkPolicy.dns[0].ipBlock.cidr": f"{network.HOST}/32",
    "networkPolicy.store[0].ipBlock.cidr": f"{network.HOST}/32",
}


class OnBridge:
    """Listens where pods reach it."""

    host = network.HOST


class _Postgres(OnBridge, Postgres):
    pass


class _RabbitMQ(OnBridge, RabbitMQ):
    pass


class SeaweedFSOnBridge(OnBridge, SeaweedFS):
    pass


class Release:
    """An installed chart."""

    def __init__(self, installation: Installation, name: str) -> None:
        self.installation, self.cluster, self.name = installation, installation.cluster, name

    @property
    def url(self) -> str:
        """The one URL space."""
        return self.installation.front.url

    def helm(self, *arguments: str, check: bool = True) -> str:
        """What helm prints, both streams."""
        return self.installation.helm(*arguments, check=check)

    def upgrade(self, **values: str) -> str:
        """With more values than it was installed with."""
        return self.helm("upgrade", self.name, str(CHART), "--wait", "--timeout", "5m", "--reuse-values", *_set(values))

    def token(self, team: str, name: str = "test") -> str:
        """A new token of a team, made as the NOTES say."""
        self.admin("teams", "create", team)
        return self.admin("tokens", "create", team, name, "--role", "member").strip()

    def admin(self, *arguments: str) -> str:
        """``workbench admin …`` in a worker's pod."""
        pod = f"deploy/{self.name}-project-worker"
        return self.cluster.kubectl("exec", pod, "--", "workbench", "admin", *arguments)

    def pods(self, component: str = "") -> list[dict[str, Any]]:
        """Of this release: all, or the ones of a component."""
        selector = f"app.kubernetes.io/instance={self.name}"
        more = f",app.kubernetes.io/component={component}" if component else ""
        return list(self.cluster.get("pods", "-l", selector + more)["items"])


class Installation:
    """The servers, and the front that an Ingress controller would be."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self._folder, self._stack = folder, ExitStack()
        self.database = _Postgres(folder / "postgres")
        self.broker = _RabbitMQ(folder / "rabbitmq")
        self.store = SeaweedFSOnBridge(folder / "seaweedfs")
        self.front = Nginx(folder / "nginx", {})

    def __enter__(self) -> Self:
        for server in (self.database, self.broker, self.store):
            self._stack.callback(server.stop)
            server.launch()
        for server in (self.database, self.broker, self.store):
            server.wait_ready()
        self._secrets()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def install(self, name: str) -> Release:
        """``helm install``; returns when everything is ready."""
        values = {**SMALL, "store.endpoint": self.store.endpoint, "store.bucket": self.store.bucket}
        self.helm("install", name, str(CHART), "--wait", "--timeout", "8m", *_set(values))
        self.front = Nginx(self._folder / "nginx", self._routes(name))
        self._stack.callback(self.front.stop)
        self.front.start()
        return Release(self, name)

    def helm(self, *arguments: str, check: bool = True) -> str:
        """What helm prints, both streams. Raises RuntimeError with it."""
        try:
            return self.cluster.helm(*arguments, check=check)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self._why()}") from None

    def _routes(self, name: str) -> dict[str, list[str]]:
        """Twice the same, as in the gateway: behind it is another replica perhaps."""
        routes: dict[str, list[str]] = {}
        for module, prefixes in OWNERS.items():
            service = self.cluster.get("service", f"{name}-{module.replace('_', '-')}")
            routes |= dict.fromkeys(prefixes, [f"{service['spec']['clusterIP']}:80"] * 2)
        return routes

    def _secrets(self) -> None:
        """As the chart's README makes them."""
        self._secret("workbench-database", url=self.database.url)
        self._secret("workbench-broker", url=self.broker.url)
        self._secret("workbench-store", **{"access-key": self.store.access_key, "secret-key": self.store.secret_key})

    def _secret(self, name: str, **content: str) -> None:
        self.cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": content})

    def _why(self) -> str:
        """For people: what does not come up, and what it says."""
        said = [self.cluster.kubectl("get", "pods", "-o", "wide", check=False)]
        for pod in self.cluster.get("pods")["items"]:
            if not all(each.get("ready") for each in pod["status"].get("containerStatuses", [{}])):
                name = pod["metadata"]["name"]
                said.append(self.cluster.kubectl("logs", name, "--all-containers", "--tail=5", check=False))
                said.append(self.cluster.kubectl("describe", "pod", name, check=False)[-800:])
                if len(said) > 7:
                    break
        return "\n".join(said)


def _set(values: dict[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
