"""The first half of a catalogue's job: what the zoo says of each of its models, into staging, as one file of lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from workbench.jobs import Conduct
from workbench.model_registry.sources.asking import patiently
from workbench.model_registry.sources.problems import NotTheFile, ZooNotSet
from workbench.model_registry.sources.telling import Telling
from workbench.model_registry.sources.values import PATIENT, Pace, shown
from workbench.model_registry.sources.zoo import Said, Zoo
from workbench.model_registry.values import SAID
from workbench.store import Keys, Store

AT_ONCE = 8
MOST_MODELS = 2000
LARGEST = 64 << 20  # the zoo's are 1 MB


@dataclass(frozen=True)
class Indexing:
    """What every reading of the zoo by this process shares."""

    store: Store
    zoo: Zoo
    pace: Pace = PATIENT

    def __call__(self, conduct: Conduct) -> dict[str, Any]:
        """The staged file, as an upload's request lists it, where it is from, and when it was read.

        Raises Problems, Cancelled, LeaseLost.
        """
        if not self.zoo.url:
            raise ZooNotSet("the catalogue")
        lines = [json.dumps(asdict(each)).encode() + b"\n" for each in self._all_that_is_said(conduct)]
        content, key = b"".join(lines), Keys(conduct.job.team).upload(conduct.job.id, "said")
        self.store.put(key, content)
        conduct.log(f"{len(lines)} models, from {shown(self.zoo.url)}")
        file = {"name": SAID, "key": key, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        read_at = datetime.now(UTC).isoformat("T", "seconds").replace("+00:00", "Z")
        return {"files": [file], "told": {"zoo": self.zoo.url, "files_url": self.zoo.files_url, "read_at": read_at}}

    def _all_that_is_said(self, conduct: Conduct) -> Iterator[Said]:
        telling, where, size = Telling(conduct, stage="read the zoo", message="its lists"), shown(self.zoo.url), 0
        names = patiently(self.zoo.names, where, self.pace, telling.wait)
        if len(names) > MOST_MODELS:
            raise NotTheFile(where, f"its lists link to {len(names)} models, of which at most {MOST_MODELS} are read")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for start in range(0, len(names), AT_ONCE):
                telling.report(start / len(names), f"{start} of {len(names)} models")
                ask = partial(self._of, pool, names[start : start + AT_ONCE])
                found = patiently(ask, where, self.pace, telling.wait)
                size += sum(len(each.text) + len(each.accuracy) for each in found)
                if size > LARGEST:
                    raise NotTheFile(where, f"what it says of its models is longer than {LARGEST >> 20} MiB")
                yield from found

    def _of(self, pool: ThreadPoolExecutor, names: list[tuple[str, str]]) -> list[Said]:
        return [said for model in pool.map(lambda name: self.zoo.said(*name), names) for said in model]
