"""The core's side of the contract, and the process around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
from workbench.runner import Exit, Launch, Limits, Status
from workbench.runner.core import Refusal, Run
from workbench.runner.documents import has_result
from workbench.runner.outcome import Outcome

CORES = Path(__file__).parent / "cores"


class Plain(Refusal):
    """A case without more to say."""


class Advised(Refusal):
    """A case.

    Remedy: do
        this instead.
    """


class Heir(Advised):
    """A narrower case, for which the remedy is not known to hold."""


class Undocumented(Refusal):
    __doc__ = None


def test_a_refusal_is_its_class_name_its_words_and_its_facts() -> None:
    assert Plain("no", file="a", line=3).document() == {"kind": "Plain", "detail": "no", "file": "a", "line": 3}


def test_a_remedy_comes_from_the_docstring_on_one_line() -> None:
    assert Advised("no").document() == {"kind": "Advised", "detail": "no", "remedy": "do this instead."}


@pytest.mark.parametrize("kind", [Refusal, Plain, Heir, Undocumented])
def test_a_remedy_is_never_made_up(kind: type[Refusal]) -> None:
    assert kind.remedy() == ""
    assert "remedy" not in kind("no").document()


def test_no_fact_replaces_what_the_class_says() -> None:
    document = Advised("no", kind="a fact", remedy="a fact").document()

    assert document == {"kind": "Advised", "detail": "no", "remedy": "do this instead."}


def test_a_class_without_a_remedy_may_have_one_for_the_case() -> None:
    assert Plain("no", remedy="restart").document()["remedy"] == "restart"


def test_a_run_reads_its_spec_afresh(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text('{"a": 1}')
    run = Run(tmp_path)

    run.spec["a"] = 2

    assert run.spec == {"a": 1}
    assert (run.inputs, run.outputs) == (tmp_path / "inputs", tmp_path / "outputs")


def test_a_log_has_one_line_end_after_each_text(tmp_path: Path) -> None:
    run = Run(tmp_path)

    run.log("one")
    run.log("two\n\n")

    assert (tmp_path / "log.txt").read_text() == "one\ntwo\n"


def test_a_result_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with pytest.raises(TypeError):
        run.finish({"result": {1}})
    assert not (tmp_path / "result.json").exists()

    run.finish({"result": {"n": 1}})

    assert json.loads((tmp_path / "result.json").read_text()) == {"result": {"n": 1}}
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_until_a_result_is_whole_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    (tmp_path / "result.json").touch()
    monkeypatch.setattr(os, "fsync", die)

    with pytest.raises(Died):
        Run(tmp_path).finish({"result": {"n": 1}})

    assert (tmp_path / "result.json").read_bytes() == b'\0"result": {"n": 1}}'
    assert not has_result(tmp_path)


def test_what_the_core_needs_is_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import workbench.runner.core, workbench.runner.local.ends; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} "
        "- set(sys.stdlib_module_names)))"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert ended.stdout == "['workbench']\n"


def perform(folder: Path, do: str, **more: object) -> subprocess.CompletedProcess[str]:
    (folder / "spec.json").write_text(json.dumps({"do": do, **more}))
    return subprocess.run(
        [sys.executable, "-m", "workbench.runner", "runner_test_cores.acting", str(folder)],
        env={"PYTHONPATH": str(CORES)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_core_can_be_run_by_hand(tmp_path: Path) -> None:
    ended = perform(tmp_path, "say", word="hello")

    assert ended.returncode == 0
    assert json.loads((tmp_path / "result.json").read_text()) == {"result": {"said": "hello"}}


def test_a_refusal_by_hand_is_exit_code_1_and_no_traceback_on_the_terminal(tmp_path: Path) -> None:
    ended = perform(tmp_path, "refuse")

    assert (ended.returncode, ended.stderr) == (1, "")
    refusal = json.loads((tmp_path / "result.json").read_text())["refusal"]
    assert refusal == {
        "kind": "NotToday",
        "detail": "not on a Tuesday",
        "day": "Tuesday",
        "remedy": "come back tomorrow.",
    }
    assert "NotToday: not on a Tuesday" in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize(("do", "code"), [("fail", 70), ("ask_for_too_much", 71), ("return_what_json_cannot", 70)])
def test_each_kind_of_failure_has_its_exit_code(tmp_path: Path, do: str, code: int) -> None:
    assert perform(tmp_path, do).returncode == code


@pytest.mark.parametrize("kind", [Exit, Launch, Limits, Status, Outcome])
def test_values_cannot_be_changed(kind: type) -> None:
    value = kind.__new__(kind)

    with pytest.raises(AttributeError):
        setattr(value, next(iter(get_type_hints(kind))), None)


def test_a_launch_is_plain_work_unless_it_says_otherwise() -> None:
    launch = Launch("a.core", {}, {}, Limits(1, 1, 1, 1.0))

    assert (launch.device, launch.exclusive) == (None, False)
