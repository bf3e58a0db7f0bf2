"""What a core may reach, on kernels and in containers that permit more and less: made here by a filter that refuses.

The launcher runs in a process of its own, to which the kernel really answers that it has no Landlock, or permits no
namespace; as root, and as somebody who is not.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest
from workbench.runner import Exit, read_outcome
from workbench.runner.sandbox import filters, rights, view
from workbench.runner.sandbox.bpf import Rule

CORES = Path(__file__).parent / "cores"
LANDLOCK, UNSHARE, SECCOMP = (444, 444), (272, 97), (317, 277)
ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can become another user")

# Refuses what it is told to, becomes whom it is told to, and then is a launcher as any other.
LAUNCHER = textwrap.dedent("""
    import ctypes, json, os, sys
    from pathlib import Path
    from workbench.runner import Launch, Limits, ProcessLauncher
    from workbench.runner.sandbox import bpf, calls, filters, rights, view
    told = json.loads(sys.argv[1])
    folder, home, cores = Path(told["folder"]), Path(told["home"]), Path(told["cores"])
    which, architecture = filters._ARCHITECTURES[os.uname().machine]
    if told["user"]:
        calls.LIBC.unshare(view.NEW_MOUNTS)
        view.make([Path(sys.prefix), Path(sys.base_prefix), *map(Path, sys.path), cores, home.parent])
        rights.bound()
        rights.become(told["user"], [])
        rights.drop()
        calls.prctl(4, 1)  # its own /proc is its own again
    refused = [bpf.Rule((numbers[which],), error) for numbers, error in told["refused"]]
    if refused:
        calls.give_up_new_rights()
        bpf.install(architecture, refused)
    launcher = ProcessLauncher(home, (cores,), told["mode"])
    launcher.start(folder, Launch(told["core"], told["spec"], {}, Limits(1 << 30, 60, 1 << 26, 60), told["device"]))
    print(launcher.wait(folder, 60).exit.reason)
    os._exit(0)
""")


class Place:
    """A workbench's folder with something to take in it, and a run beside others."""

    def __init__(self, top: Path) -> None:
        self.home = top / "home"
        self.folder = self.home / "work" / "run"
        for name in ("store/identity/tokens", "rows", "work/run/inputs", "work/other"):
            (self.home / name).mkdir(parents=True)
        for name in ("token", "rows/project.sqlite", "work/run/inputs/a", "work/other/spec.json"):
            (self.home / name).write_text("a secret")

    def belongs_to(self, user: int) -> None:
        for path in (self.home.parent, *self.home.parent.rglob("*")):
            os.chown(path, user, user)

    def run(
        self,
        core: str,
        *,
        user: int = 0,
        refused: tuple[tuple[tuple[int, int], int], ...] = (),
        mode: str = "try",
        device: str | None = None,
        **spec: Any,
    ) -> str:
        if user:
            self.belongs_to(user)
        told = {
            "folder": str(self.folder),
            "home": str(self.home),
            "cores": str(CORES),
            "user": user,
            "refused": refused,
            "mode": mode,
            "core": f"runner_test_cores.{core}",
            "device": device,
            "spec": {"home": str(self.home), "peers": [os.getpid()], **spec},
        }
        ended = subprocess.run(
            [sys.executable, "-c", LAUNCHER, json.dumps(told)], capture_output=True, text=True, timeout=120
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def probes(self) -> dict[str, str]:
        found = read_outcome(self.folder).result
        assert found, (self.folder / "log.txt").read_text()
        return found

    def sandbox(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "launch.json").read_text())["sandbox"])


@pytest.fixture
def place(in_processes: None, tmp_path: Path) -> Place:
    return Place(tmp_path)


def got(probes: dict[str, str]) -> dict[str, str]:
    return {name: answer for name, answer in probes.items() if not answer.startswith("DENIED ")}


KINDS: dict[str, dict[str, Any]] = {
    "root": {},
    "root in a container": {"refused": ((UNSHARE, errno.EPERM),)},
    "somebody": {"user": 12345},
    "somebody in a container": {"user": 12345, "refused": ((UNSHARE, errno.EPERM),)},
}


@as_root
@pytest.mark.parametrize("kind", KINDS)
def test_a_core_reaches_nothing_whoever_the_workbench_is(place: Place, kind: str) -> None:
    assert place.run("probing", **KINDS[kind]) == "finished"

    assert got(place.probes()) == {}
    assert (place.home / "token").read_text() == "a secret"


@as_root
def test_root_without_landlock_is_kept_apart_by_the_user(place: Place) -> None:
    place.run("probing", refused=((LANDLOCK, errno.ENOSYS),))

    found = got(place.probes())
    assert found.pop("list the workbench's folder") == "['work']", "its own path, in an empty folder"
    assert found.pop("list other runs") == "['run']"
    # What ordinary rights permit to everybody on this machine.
    assert set(found) <= {
        "write to /tmp",
        "list /etc",
        "read the machine's name of users",
        "run what it has written",
        "fill /dev/shm",
        "list root's folder",
    }
    assert place.sandbox()["user"] >= rights.FIRST


@as_root
def test_every_part_that_holds_is_told_with_the_run(place: Place) -> None:
    place.run("acting", do="say", word="x")

    told = place.sandbox()
    assert told["complete"], told
    assert told["files"] >= 1
    assert told["network"] == ["namespace", "no sockets"]
    assert rights.FIRST <= told["user"] < rights.FIRST + rights.COUNT


@pytest.mark.parametrize("answer", [errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM])
def test_a_kernel_without_landlock_is_told_with_what_it_takes(place: Place, answer: int) -> None:
    assert place.run("acting", do="say", word="x", refused=((LANDLOCK, answer),)) == "finished"

    told = place.sandbox()
    assert (told["complete"], told["files"]) == (False, None)
    assert [line for line in told["missing"] if "Landlock" in line and "Linux 5.13" in line], told


def test_where_confinement_is_required_a_core_does_not_run_without(place: Place) -> None:
    assert place.run("acting", do="say", word="x", mode="require", refused=((LANDLOCK, errno.ENOSYS),)) == "unconfined"

    outcome = read_outcome(place.folder)
    assert outcome.reason == "unconfined"
    assert "this kernel offers no Landlock" in outcome.detail
    assert "WORKBENCH_SANDBOX" in outcome.detail
    assert (place.folder / "log.txt").read_text() == "", "its code was never reached"


@as_root
def test_where_confinement_is_required_and_possible_a_core_runs(place: Place) -> None:
    assert place.run("acting", do="say", word="x", mode="require") == "finished"


@as_root
def test_where_no_other_user_can_be_become_that_is_told(place: Place) -> None:
    (place.home.parent).chmod(0o700)

    place.run("acting", do="say", word="x", refused=((UNSHARE, errno.EPERM),))

    told = place.sandbox()
    assert told["user"] is None
    assert [line for line in told["missing"] if line.startswith("user: the workbench is root")], told


@as_root
def test_two_runs_have_different_users() -> None:
    assert len({rights.user_of(f"run {number}") for number in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("uid_map", "lowest", "highest"),
    [
        ("0 0 4294967295", rights.FIRST, rights.FIRST + rights.COUNT - 1),
        ("0 100000 65536", 32768, 65533),
        ("0 1000 1\n1 100000 65536", 32769, 65534),
    ],
)
def test_a_user_is_one_that_the_container_has(uid_map: str, lowest: int, highest: int) -> None:
    found = {rights.user_of(f"run {number}", uid_map) for number in range(500)}

    assert lowest <= min(found) <= max(found) <= highest
    assert len(found) > 450


@pytest.mark.parametrize("uid_map", ["0 1000 1", "", "0 1000 8"])
def test_a_container_with_hardly_any_users_has_none_for_a_run(uid_map: str) -> None:
    assert rights.user_of("run", uid_map) is None


@as_root
def test_what_a_core_leaves_is_read_and_removed_by_us(place: Place) -> None:
    place.run("acting", do="say", word="x")

    owner = (place.folder / "outputs").stat().st_uid
    assert owner >= rights.FIRST
    assert {path.read_text() for path in read_outcome(place.folder).files.values()} == {"x"}


@pytest.mark.parametrize("version", range(1, 8))
def test_every_version_of_landlock_keeps_files_apart(tmp_path: Path, version: int) -> None:
    """The kernel here is newer; it does what an older one would be asked for."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "theirs").write_text("a secret")
    code = textwrap.dedent("""
        import os, sys
        from workbench.runner.sandbox import calls, landlock
        ruleset = landlock.Ruleset(int(sys.argv[1]))
        ruleset.allow(landlock.KEEP, [sys.argv[2] + "/mine"])
        calls.give_up_new_rights()
        ruleset.enter()
        open(sys.argv[2] + "/mine/a", "w").write("x")
        os.rename(sys.argv[2] + "/mine/a", sys.argv[2] + "/mine/b")
        for use in (lambda: open(sys.argv[2] + "/theirs"), lambda: open(sys.argv[2] + "/new", "w"),
                    lambda: os.rename(sys.argv[2] + "/mine/b", sys.argv[2] + "/c"),
                    lambda: os.link(sys.argv[2] + "/theirs", sys.argv[2] + "/mine/c")):
            try:
                use()
            except OSError:
                continue
            raise SystemExit("it was permitted")
    """)

    ended = subprocess.run([sys.executable, "-c", code, str(version), str(tmp_path)], capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr


def test_on_kernels_that_do_not_scope_signals_the_filter_does() -> None:
    code = textwrap.dedent("""
        import os, signal
        from workbench.runner.sandbox import calls, filters
        calls.give_up_new_rights()
        filters.enter(5, False)
        os.kill(os.getpid(), 0)
        os.kill(0, 0)
        try:
            os.kill(os.getppid(), 0)
        except PermissionError:
            signal.raise_signal(signal.SIGTERM)
    """)

    assert subprocess.run([sys.executable, "-c", code]).returncode == -15


def test_on_kernels_that_do_not_know_truncation_the_filter_does(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    code = textwrap.dedent("""
        import os, sys
        from workbench.runner.sandbox import calls, filters
        calls.give_up_new_rights()
        filters.enter(2, False)
        open(sys.argv[1] + "/new", "w").write("x")
        try:
            os.open(sys.argv[1] + "/file", os.O_RDONLY | os.O_TRUNC)
        except PermissionError:
            sys.exit(7)
    """)

    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)]).returncode == 7
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("own_user", [True, False])
def test_files_are_made_copied_and_touched_as_always(tmp_path: Path, own_user: bool) -> None:
    code = textwrap.dedent("""
        import shutil, sys
        from pathlib import Path
        from workbench.runner.sandbox import calls, filters
        calls.give_up_new_rights()
        filters.enter(7, sys.argv[2] == "True")
        folder = Path(sys.argv[1])
        (folder / "a").mkdir()
        (folder / "a" / "touched").touch()
        (folder / "a" / "touched").touch()
        shutil.copytree(folder / "a", folder / "b")
        shutil.copy2(folder / "a" / "touched", folder / "c")
        shutil.make_archive(str(folder / "d"), "tar", folder / "a")
        shutil.unpack_archive(folder / "d.tar", folder / "e", filter="data")
    """)

    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path), str(own_user)], capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    made = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert made == ["a/touched", "b/touched", "c", "d.tar", "e/touched"]


def test_both_architectures_have_a_number_for_every_call_that_is_on_both() -> None:
    for which in (0, 1):
        numbers = [number for rule in filters.rules(which, 0, True, 2) for number in rule.numbers]
        assert len(numbers) == len(set(numbers))
        assert min(numbers) >= 0


def test_a_rule_without_calls_of_this_architecture_is_empty() -> None:
    assert Rule((), 0) in [Rule(rule.numbers, 0) for rule in filters.rules(1, 0, True, 2) if not rule.numbers]


def test_a_machine_that_no_filter_is_written_for_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_ARCHITECTURES", {})

    with pytest.raises(OSError, match="no filter is written for"):
        filters.enter(0, False)


def test_the_first_folder_that_others_may_not_enter_is_found() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        top = Path(name)
        (top / "a" / "b").mkdir(parents=True)
        top.chmod(0o755)
        (top / "a").chmod(0o700)

        assert view.closed(top / "a" / "b") == top / "a"
        assert view.closed(top / "a") is None


def test_a_home_below_the_libraries_is_left_out(tmp_path: Path) -> None:
    from workbench.runner.sandbox.paths import _without

    for name in ("lib/x", "home/store"):
        (tmp_path / name).mkdir(parents=True)

    assert list(_without(tmp_path, tmp_path / "home")) == [tmp_path / "lib"]
    assert list(_without(tmp_path / "lib", tmp_path / "home")) == [tmp_path / "lib"]


def test_environments_of_the_home_are_code_and_nothing_else_of_it(tmp_path: Path) -> None:
    from workbench.runner.sandbox.paths import of_a_core

    (tmp_path / "home" / "environments" / "keras").mkdir(parents=True)
    record = {"home": str(tmp_path / "home"), "python_path": [], "writable": [], "device": None}

    paths = of_a_core(tmp_path / "home" / "work" / "run", record)

    environments = tmp_path / "home" / "environments"
    assert [path for path in paths.code if path.is_relative_to(tmp_path)] == [environments]
    assert not [path for path in paths.written if path.is_relative_to(environments)]


def test_only_a_run_for_a_device_is_given_its_nodes() -> None:
    from workbench.runner.sandbox.paths import _nodes

    asked = (None, "CPU", "GPU.1", "NPU", "AUTO", "AUTO:GPU,CPU", "HETERO:NPU,CPU", "AUTO:-GPU", "MULTI")
    found = {device: [str(path) for path in _nodes(device)] for device in asked}

    assert found == {
        None: [],
        "CPU": [],
        "GPU.1": ["/dev/dri"],
        "NPU": ["/dev/accel"],
        "AUTO": ["/dev/dri", "/dev/accel"],
        "AUTO:GPU,CPU": ["/dev/dri"],
        "HETERO:NPU,CPU": ["/dev/accel"],
        "AUTO:-GPU": ["/dev/accel"],
        "MULTI": [],
    }


def test_how_it_ended_is_a_reason_with_a_remedy() -> None:
    from workbench.runner.remedies import REMEDIES

    assert Exit("unconfined", None, "").reason in REMEDIES
