"""nginx in front of the services: one URL space, as an Ingress makes it in a cluster."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from servers.process import Server

_CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # Uploads and event streams pass through as they come.
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_read_timeout 75s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    server {{
        listen 127.0.0.1:{port};
{locations}
        location / {{ default_type application/problem+json; return 404 '{{"status":404,"title":"Not found",\
"type":"urn:workbench:problem:http-problem","detail":"No service has this path."}}'; }}
        location = /healthz {{ default_type application/json; return 200 '{{"status":"ok"}}'; }}
    }}
}}
"""


def available() -> str | None:
    """None, or why nginx cannot be run here."""
    return None if shutil.which("nginx") else "nginx is not installed (Debian: apt-get install nginx-light)"


class Nginx(Server):
    """routes: path prefix (`/v1/models`) → `host:port` of the service that owns it."""

    def __init__(self, folder: Path, routes: Mapping[str, str]) -> None:
        super().__init__(folder)
        self._routes = routes

    @property
    def url(self) -> str:
        """Where clients reach every service."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write the configuration."""
        locations = "\n".join(
            f"        location {prefix} {{ proxy_pass http://{upstream}; }}"
            for prefix, upstream in self._routes.items()
        )
        text = _CONFIGURATION.format(folder=self.folder, port=self.port, locations=locations)
        (self.folder / "nginx.conf").write_text(text)

    def command(self) -> list[str]:
        """In the foreground."""
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]

    def ready(self) -> bool:
        """Whether it answers for itself."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
