"""nginx in front of the services: one URL space, as an Ingress makes it in a cluster."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from servers.process import Server

# As in the chart's gateway (charts/workbench/templates/gateway/_nginx.tpl).
_CONFIGURATION = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
worker_shutdown_timeout 60s;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # A client that neither sends nor reads keeps nothing for long.
    client_header_timeout 10s;
    client_body_timeout 10s;
    send_timeout 10s;
    reset_timedout_connection on;
    # Uploads and event streams pass through as they come.
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_connect_timeout 3s;
    proxy_read_timeout 75s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    # Another replica gets what the first never took; what may have been done is for the client to send again.
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
{upstreams}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
{locations}
        location / {{ default_type application/problem+json; return 404 '{{"status":404,"title":"Not found",\
"type":"urn:workbench:problem:http-problem","detail":"No service has this path.",\
"remedy":"Compare the path with the API reference."}}'; }}
        location = /healthz {{ default_type application/json; return 200 '{{"status":"ok"}}'; }}
        error_page 400 408 413 414 494 @refused;
        location @refused {{ default_type application/problem+json; return 400 '{{"status":400,\
"title":"The request could not be read","type":"urn:workbench:problem:not-http",\
"detail":"It is no HTTP/1.1 request, or its head is too large or too slow.","remedy":"Use a client library."}}'; }}
        error_page 502 504 @away;
        location @away {{ default_type application/problem+json; add_header Retry-After 2 always; return 502 '{{\
"status":502,\
"title":"The service does not answer","type":"urn:workbench:problem:http-problem","retry_after_s":2,\
"detail":"The service behind this path does not answer at the moment.","remedy":"Send the request again."}}'; }}
    }}
}}
"""


def available() -> str | None:
    """None, or why nginx cannot be run here."""
    return None if shutil.which("nginx") else "nginx is not installed (Debian: apt-get install nginx-light)"


class Nginx(Server):
    """routes: path prefix (`/v1/models`) → `host:port` of every replica of the service that owns it."""

    def __init__(self, folder: Path, routes: Mapping[str, Sequence[str]]) -> None:
        super().__init__(folder)
        self._routes = routes

    @property
    def url(self) -> str:
        """Where clients reach every service."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write the configuration."""
        upstreams, locations = [], []
        for number, (prefix, replicas) in enumerate(self._routes.items()):
            servers = " ".join(f"server {replica} max_fails=0;" for replica in replicas)
            upstreams.append(f"    upstream service-{number} {{ {servers} }}")
            locations.append(f"        location {prefix} {{ proxy_pass http://service-{number}; }}")
        text = _CONFIGURATION.format(
            folder=self.folder, port=self.port, upstreams="\n".join(upstreams), locations="\n".join(locations)
        )
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
