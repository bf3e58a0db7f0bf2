"""``python -m cluster.lab``: bring a cluster up, say how to talk to it, and take it down at Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from cluster.lab import binaries, images
from cluster.lab.cluster import Cluster


def main() -> int:
    """Exit code 2 when it cannot run here."""
    parser = argparse.ArgumentParser(prog="cluster.lab", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/cluster"), help="where everything is kept")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--build", action="store_true", help="only build what it is made of")
    arguments = parser.parse_args()
    if reason := binaries.available():
        print(reason, file=sys.stderr)
        return 2
    if arguments.build:
        print(f"Building Kubernetes and the images in {binaries.cache()} …", flush=True)
        binaries.build()
        binaries.device_plugin()
        images.build()
        images.server_images()
        return 0
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    cluster = Cluster(arguments.folder.resolve(), arguments.nodes)
    try:
        cluster.up(images.build())
        print(f"export KUBECONFIG={cluster.kubeconfig}\nCtrl-C takes it down.", flush=True)
        asked.wait()
    finally:
        cluster.down()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
