"""``make chaos JOBS=… SEED=…``: prints one line at the end; exit code 1 where a figure that must be 0 is not."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from chaos.account import explain
from chaos.run import chaos


def main() -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        account = chaos(Path(folder), arguments.jobs, arguments.seed)
    if account.problems:
        print(explain(account))
    print(account.line)
    return 0 if account.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
