"""The bundled servers start as the official images do: unprivileged, on a read-only file system, on one volume."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from kombu import Connection

from cluster.lab import images
from cluster.lab.cluster import Cluster

# The first of them waits for the cluster, too, into which gigabytes of images are read.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Serve = Callable[..., str]


@pytest.fixture(scope="module")
def archives() -> dict[str, Path]:
    return images.server_images()


@pytest.fixture
def serve(cluster: Cluster, archives: dict[str, Path]) -> Iterator[Serve]:
    """Run the image of this name with a volume at ``data``; the pod's address. It is gone after the test."""
    pods: list[str] = []

    def make(name: str, data: str, *arguments: str, writes: tuple[str, ...] = (), **variables: str) -> str:
        (image,) = (each for each in archives if f"/{name}:" in each)
        cluster.nodes[0].import_image(archives[image])
        folders = {f"folder-{number}": path for number, path in enumerate([data, "/tmp", *writes])}
        container = {
            "name": "server",
            "image": image,
            "imagePullPolicy": "Never",
            "args": arguments,
            "env": [{"name": key, "value": value} for key, value in variables.items()],
            "volumeMounts": [{"name": folder, "mountPath": path} for folder, path in folders.items()],
            "securityContext": {
                "readOnlyRootFilesystem": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            },
        }
        pods.append(name)
        cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name},
                "spec": {
                    "nodeName": cluster.nodes[0].name,
                    "containers": [container],
                    "volumes": [{"name": folder, "emptyDir": {}} for folder in folders],
                    "securityContext": {"runAsNonRoot": True, "runAsUser": 999, "runAsGroup": 999, "fsGroup": 999},
                },
            }
        )
        cluster.until(lambda: _status(cluster, name).get("phase") == "Running")
        return str(_status(cluster, name)["podIP"])

    yield make
    cluster.kubectl("delete", "pod", "--grace-period=1", *pods)


def _status(cluster: Cluster, name: str) -> dict[str, Any]:
    return dict(cluster.get("pod", name)["status"])


def _answers(ask: Callable[[], Any], *errors: type[Exception]) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            ask()
        except errors:
            return False
        return True

    return asked


def test_postgres_has_the_user_and_the_database_and_keeps_them_over_a_restart(cluster: Cluster, serve: Serve) -> None:
    host = serve(
        "postgres",
        "/data",
        "-c",
        "max_connections=300",
        writes=("/var/run/postgresql",),
        PGDATA="/data/pg",
        POSTGRES_USER="somebody",
        POSTGRES_PASSWORD="it's secret",
        POSTGRES_DB="workbench",
    )

    def ask(query: str = "show max_connections", password: str = "it's secret") -> Any:
        with psycopg.connect(
            host=host, user="somebody", password=password, dbname="workbench", connect_timeout=3
        ) as connection:
            return connection.execute(query).fetchone() if query.startswith("s") else connection.execute(query)

    cluster.until(_answers(ask, psycopg.OperationalError))
    assert ask() == ("300",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(password="wrong")

    ask("create table kept ()")
    cluster.kubectl("exec", "postgres", "--", "sh", "-c", "kill -INT 1")
    cluster.until(lambda: _status(cluster, "postgres")["containerStatuses"][0]["restartCount"] == 1)
    cluster.until(_answers(lambda: ask("select from kept"), psycopg.OperationalError))


def test_rabbitmq_lets_its_user_in_and_nobody_else(cluster: Cluster, serve: Serve) -> None:
    host = serve("rabbitmq", "/var/lib/rabbitmq", RABBITMQ_DEFAULT_USER="somebody", RABBITMQ_DEFAULT_PASS="secret")

    def ask(password: str = "secret") -> None:
        with Connection(f"amqp://somebody:{password}@{host}//", connect_timeout=3) as connection:
            connection.connect()

    cluster.until(_answers(ask, OSError), 90)
    with pytest.raises(Exception, match="ACCESS_REFUSED"):
        ask("wrong")
    assert "Ping succeeded" in cluster.kubectl("exec", "rabbitmq", "--", "rabbitmq-diagnostics", "ping")


def test_seaweedfs_speaks_s3(cluster: Cluster, serve: Serve) -> None:
    host = serve(
        "seaweedfs",
        "/data",
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        "-s3.ip.bind=0.0.0.0",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=20",
        "-volume.minFreeSpace=0",
        AWS_ACCESS_KEY_ID="somebody",
        AWS_SECRET_ACCESS_KEY="secret",
    )
    patience = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})

    def client(secret: str = "secret") -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"http://{host}:8333",
            region_name="us-east-1",
            config=patience,
            aws_access_key_id="somebody",
            aws_secret_access_key=secret,
        )

    def write() -> None:
        client().create_bucket(Bucket="workbench")
        client().put_object(Bucket="workbench", Key="kept", Body=b"bytes")

    cluster.until(_answers(write, BotoCoreError, ClientError))
    assert client().get_object(Bucket="workbench", Key="kept")["Body"].read() == b"bytes"
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client("wrong").list_buckets()
