"""A dataset's digest: the same bytes are the same dataset, whatever it is called, whoever brings them again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workbench.dataset import ingest
from workbench.dataset.kinds import DATASET
from workbench.runner.core import Run
from workbench.store import File


@dataclass
class Named:
    """As much of a job as the making of a dataset looks at."""

    name: str
    request: dict[str, Any] = field(default_factory=dict)


def digest(run: Run, name: str) -> str:
    facts = ingest.run(run)
    paths = [path for path in sorted(run.outputs.rglob("*")) if path.is_file()]
    files = tuple(
        File(str(path.relative_to(run.outputs)), hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for path in paths
    )
    return DATASET.publish(Named(name), facts, files, None).facts["digest"]


def test_the_same_bytes_have_one_digest_and_others_another(
    new_run: Callable[..., Run], image: Callable[..., bytes]
) -> None:
    files = {f"pets/{kind}/{seed}.jpg": image(seed) for kind, seeds in (("a", (1, 2)), ("b", (3, 4))) for seed in seeds}

    first, again = digest(new_run(files), "pets"), digest(new_run(dict(reversed(files.items()))), "the same pets")
    turned = digest(new_run({**files, "pets/a/1.jpg": image(5)}), "pets")
    moved = digest(new_run({name.replace("/b/", "/c/"): data for name, data in files.items()}), "pets")

    assert first == again
    assert len({first, turned, moved}) == 3
