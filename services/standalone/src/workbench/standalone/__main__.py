"""Serve a home in the background: ``python -m workbench.standalone HOME IDLE_EXIT_S``."""

import sys
from pathlib import Path

from workbench.standalone.server import serve

if __name__ == "__main__":
    raise SystemExit(serve(Path(sys.argv[1]), idle_exit_s=int(sys.argv[2])))
