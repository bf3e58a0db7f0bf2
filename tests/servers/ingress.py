"""nginx that ends TLS, as an Ingress does before an installation: it collects answers, and says how it was asked."""

from __future__ import annotations

import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from servers.process import Server

# What people meet of ingress-nginx: buffers for answers, a limit for requests (raised as the chart's README says).
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
    client_max_body_size {largest};
    proxy_request_buffering off;
    proxy_buffering on;
    proxy_read_timeout 75s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        location / {{ proxy_pass {upstream}; }}
        location = /ingress-is-up {{ return 204; }}
    }}
}}
"""


class Ingress(Server):
    """In front of ``upstream``, such as ``http://127.0.0.1:8080``. ``largest``: what a request may be; 0: anything."""

    def __init__(self, folder: Path, upstream: str, largest: str = "0") -> None:
        super().__init__(folder)
        self._upstream, self._largest = upstream, largest

    @property
    def url(self) -> str:
        """What a browser is given; its certificate is known to nobody."""
        return f"https://localhost:{self.port}"

    def prepare(self) -> None:
        """Write the configuration and a certificate."""
        certificate = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.folder / "certificate.pem")]
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        named = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run([*made, *certificate, *named], check=True, capture_output=True, timeout=30)
        text = _CONFIGURATION.format(folder=self.folder, port=self.port, upstream=self._upstream, largest=self._largest)
        (self.folder / "nginx.conf").write_text(text)

    def command(self) -> list[str]:
        """In the foreground."""
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]

    def ready(self) -> bool:
        """Whether it answers by itself."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
        try:
            with urllib.request.urlopen(f"{self.url}/ingress-is-up", timeout=2, context=trusting) as answer:
                return answer.status == 204
        except (urllib.error.URLError, OSError):
            return False
