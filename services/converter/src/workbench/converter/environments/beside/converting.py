"""A model becomes an IR for who started this program: ``python convert.py MODEL OUT.xml``.

The last line on stderr says why a model was refused, with the kind of error where it is none of ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def convert(main: Callable[[Path, Path], None]) -> None:
    """Exits with 3 where it is refused."""
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Exception as error:
        kind = "" if type(error).__module__ in _ours() else f"{type(error).__name__}: "
        sys.stderr.write(f"\n{kind}{' '.join(str(error).split())}\n")
        sys.exit(3)


def _ours() -> set[str]:
    return {"__main__", *(path.stem for path in Path(__file__).parent.glob("*.py"))}
