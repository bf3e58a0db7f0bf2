"""Jobs on a machine over SSH while the connection is cut at random: none lost, none done twice, nothing left there.

A workbench of our own, a real sshd and `workbench targets connect`, whose every `ssh` is killed again and again, in
whatever it does. Every tenth job is a profile of five launches, the others let a model look at one image each. A core
that begins there is seen by its process, so one that began twice is counted though the record may say otherwise.

``cut_connection.py [--jobs N] [--minutes M] [--least S] [--most S] [--seed N]``: 100 jobs, eight asked for at a time, a
cut each 3 to 12 s; the seconds between two are drawn from the seed. After M (30) minutes no further job is asked for.
Target: 0 lost, 0 doubled, nothing left.

The last line is of the same kind of job by turns there and here, uncut: what going over SSH takes beside the transfer,
which on loopback is none. Target: 2 s.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.client import Client
from workbench.client.jobs import View
from workbench.client.resources import Resource
from workbench.runner.local import procfs

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the servers that the tests start
from servers.sshd import Sshd, available
from standalone.test_try import colors

COMMAND = Path(sys.executable).with_name("workbench")
TARGET, ROUNDS, AT_ONCE = "lab", 8, 8
LOOKS = "workbench.profiler.targets"  # the workbench's own look at a machine's devices, which nobody asked for
LOOK_S, PATIENCE_S = 0.2, 120.0


def main() -> None:
    """Run all of it, and print what came of it; exit code 1 where something was lost, doubled or left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100, metavar="N")
    parser.add_argument("--minutes", type=float, default=30.0, metavar="M")
    parser.add_argument("--least", type=float, default=3.0, metavar="S")
    parser.add_argument("--most", type=float, default=12.0, metavar="S")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    options = parser.parse_args()
    if reason := available():
        print(f"skipped: {reason}")
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, over_ssh(Path(name)) as there:
        asked = Asked(there.client, Path(name), options.jobs)
        cuts = Cuts(there.cut, random.Random(options.seed), options.least, options.most)
        wrong = disturbed(there, asked, cuts, 60 * options.minutes)
        overhead = asked.overhead()
        left = there.leave()
        print(f"left there after `targets rm`: {', '.join(left) or 'nothing'}")
        print(f"beside the transfer: {overhead}")
    raise SystemExit(bool(wrong or left))


def disturbed(there: There, asked: Asked, cuts: Cuts, most_s: float) -> bool:
    """Carry the jobs out while the connection is cut, and tell; whether one was lost or done twice."""
    began = time.monotonic()
    with there.watched() as begun, cuts:
        views = list(asked.carried_out(began + most_s))
    seconds = time.monotonic() - began
    lost = [view for view in views if view["state"] != "succeeded"]
    runs = Counter(run for run, _ in begun)
    print(f"{len(views)} jobs in {seconds:.0f} s, {cuts.made} cuts: {len(lost)} lost, {len(begun)} cores began in all")
    print(f"attempts {sum(view['attempt'] for view in views)}, cores begun again {len(begun) - len(runs)}", flush=True)
    for view in lost:
        print(f"  {view['id']}: {view['state']} {view.get('error')}")
    return bool(lost) or len(begun) != len(views)


class Cuts:
    """While it is entered, the connection is cut after random times."""

    def __init__(self, cut: Callable[[], None], drawn: random.Random, least: float, most: float) -> None:
        self.made = 0
        self._cut, self._drawn, self._bounds = cut, drawn, (least, most)
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._enough.wait(self._drawn.uniform(*self._bounds)):
            self._cut()
            self.made += 1


class Asked:
    """Short jobs, each of which computes something of its own: what was computed already would not be run again."""

    def __init__(self, client: Client, folder: Path, count: int) -> None:
        self._client, self._count = client, count
        model = client.models.upload(colors(folder / "net.onnx"))
        dataset = client.datasets.generate(count=count + 2 * ROUNDS, width=40, height=30)
        self._model, self._dataset = client.models.wait(model["id"])["id"], client.datasets.wait(dataset["id"])["id"]
        recipe = client.recipes.create({"model_id": self._model, "overrides": {"task": "classification"}})
        self._recipe = client.recipes.wait(recipe["id"])["id"]
        self._images = [image["name"] for image in client.datasets.images(self._dataset)]

    def carried_out(self, until: float) -> Iterator[View]:
        """All of them on the machine, as they end; ``until``: when no more are asked for."""
        going_on: deque[tuple[Resource, str]] = deque()
        for number in range(self._count):
            if time.monotonic() > until:
                break
            going_on.append(self._profile() if number % 10 == 0 else self._trial(number, TARGET))
            if len(going_on) == AT_ONCE:
                resource, id = going_on.popleft()
                yield resource.wait(id)
        for resource, id in going_on:
            yield resource.wait(id)

    def overhead(self) -> str:
        """How much longer the same kind of job takes over SSH than here, from its POST to its end."""
        beyond = range(self._count, self._count + 2 * ROUNDS, 2)  # images that no other job looks at
        more = [self._seconds(image, TARGET) - self._seconds(image + 1, "local") for image in beyond]
        return (
            f"{statistics.median(more):+.2f} s by the median ({min(more):+.2f} to {max(more):+.2f}) of {ROUNDS} pairs"
        )

    def _seconds(self, image: int, target: str) -> float:
        began = time.monotonic()
        resource, id = self._trial(image, target)
        view = resource.wait(id)
        assert view["state"] == "succeeded", view
        return time.monotonic() - began

    def _trial(self, image: int, target: str) -> tuple[Resource, str]:
        named = {"model_id": self._model, "dataset_id": self._dataset, "recipe_id": self._recipe, "target": target}
        trials = self._client.trials
        return trials, trials.create({**named, "images": [self._images[image]]})["id"]

    def _profile(self) -> tuple[Resource, str]:
        profiles = self._client.profiles
        return profiles, profiles.create({"model_id": self._model, "target": TARGET, "duration_s": 0.1})["id"]


class There:
    """The machine, and the workbench that it works for."""

    def __init__(self, client: Client, sshd: Sshd, held: subprocess.Popen[str]) -> None:
        self.client = client
        self._sshd, self._held = sshd, held

    def cut(self) -> None:
        """Kill every ssh that there is, in whatever it does."""
        for pid, line in processes():
            if f"-F\0{self._sshd.folder}/ssh_config" in line:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def watched(self) -> Iterator[set[tuple[str, str]]]:
        """The cores that begin there meanwhile: the folder of the run, and which process it is."""
        found: set[tuple[str, str]] = set()
        enough = threading.Event()

        def look() -> None:
            while not enough.wait(LOOK_S):
                for pid, line in processes():
                    words = line.rstrip("\0").split("\0")
                    here = words[-1].startswith(str(self._sshd.home))
                    if here and "workbench.runner" in words and LOOKS not in words:
                        found.add((words[-1], f"{pid} {procfs.start_time(pid)}"))

        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield found
        finally:
            enough.set()
            looking.join()

    def leave(self) -> list[str]:
        """Remove the target; what is left of it there: processes, and files but for the agent's log and the locks."""
        self.client.targets.delete(TARGET)
        self._held.communicate(timeout=PATIENCE_S)
        alive = [f"process {pid}" for pid in procfs.tagged(f"WORKBENCH_HOME={self._sshd.home}")]
        folder = self._sshd.home
        files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return alive + [str(path) for path in files if path.parts[0] not in ("agent.log", "locks")]


@contextlib.contextmanager
def over_ssh(folder: Path) -> Iterator[There]:
    """A workbench and a machine that is connected to it."""
    sshd = Sshd(folder / "sshd")
    sshd.start()
    settings = {**os.environ, "WORKBENCH_HOME": str(folder / "home"), **sshd.settings}
    connect = [COMMAND, "targets", "connect", TARGET, sshd.address, "--key", sshd.key, "--program", COMMAND]
    with Client.embedded(folder / "home") as client:
        said = (folder / "connect.log").open("w")
        held = subprocess.Popen(connect, env=settings, stdin=subprocess.DEVNULL, stdout=said, stderr=said, text=True)
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not any(each["id"] == TARGET and each["usable"] for each in client.targets.list()):
                if held.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit((folder / "connect.log").read_text())
                time.sleep(1.0)
            yield There(client, sshd, held)
        finally:
            held.kill()
            held.wait()
            subprocess.run([COMMAND, "down"], env=settings, check=False, capture_output=True)
            for pid in procfs.tagged(f"WORKBENCH_HOME={sshd.home}"):
                os.kill(pid, signal.SIGKILL)
            sshd.stop()


def processes() -> Iterator[tuple[int, str]]:
    """Of all that live, the id and the command line, a NUL after each word."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield int(path.parent.name), path.read_bytes().decode(errors="replace")


if __name__ == "__main__":
    main()
