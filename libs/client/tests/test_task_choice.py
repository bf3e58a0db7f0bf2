"""What a model is for: told when the workbench is sure, asked of a person when it is not, refused to a program."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from commanding import CliRunner, Result
from flask import Response, request
from workbench.client.cli import app

GUESSES = [
    {"task": "classification", "head": "scores", "options": {}, "sure": "possible", "why": "a list of 136 numbers"},
    {"task": "generic", "head": None, "options": {}, "sure": "possible", "why": "nothing more is known"},
]


def answered(status: int, kind: str, detail: str, **members: Any) -> Response:
    body = {"type": f"urn:workbench:problem:{kind}", "title": "Title", "status": status, "detail": detail, **members}
    return Response(json.dumps(body), status, content_type="application/problem+json")


@pytest.fixture
def unsure(server: Any) -> Any:
    """A workbench that does not know what the model is for until it is told."""

    def before() -> Response | None:
        asked = request.method == "POST" and request.path.endswith("/optimizations")
        if asked and not (request.get_json() or {}).get("task"):
            return answered(
                422,
                "task-not-sure",
                "task: say what the model is for.",
                guesses=GUESSES,
                field="task",
                dataset_tasks=["classification"],
            )
        return None

    server.before = before
    return server


def run(server: Any, *words: Any) -> Result:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    return CliRunner().invoke(app, ["optimize", *map(str, words)], env=env)


class Person:
    """At a terminal: sees what is written there, types lines."""

    def __init__(self, server: Any, *words: Any) -> None:
        self._screen, terminal = pty.openpty()
        env = {**os.environ, "WORKBENCH_TOKEN": server.token, "TERM": "xterm", "COLUMNS": "200"}
        command = [sys.executable, "-c", "from workbench.client.cli import main; main()", "optimize", *map(str, words)]
        self.process = subprocess.Popen(
            [*command, "--server", server.url], env=env, stdin=terminal, stderr=terminal, stdout=subprocess.DEVNULL
        )
        os.close(terminal)
        self.seen = ""

    def sees(self, text: str) -> None:
        deadline = time.monotonic() + 60
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._screen], [], [], 0.1)[0]:
                self.seen += os.read(self._screen, 65536).decode()

    def types(self, line: str) -> None:
        os.write(self._screen, f"{line}\n".encode())

    def ends(self) -> int:
        while True:
            try:
                if not os.read(self._screen, 65536):
                    break
            except OSError:  # the other end is closed
                break
        os.close(self._screen)
        return self.process.wait(20)


@pytest.mark.parametrize(("typed", "task"), [("", "classification"), ("2", "generic"), ("generic", "generic")])
def test_a_person_chooses_by_number_or_name_and_enter_takes_the_first(
    unsure: Any, model: Path, typed: str, task: str
) -> None:
    person = Person(unsure, model)
    person.sees("1  classification (possible: a list of 136 numbers)")
    person.sees("Enter for classification")

    person.types(typed)

    assert person.ends() == 0
    assert unsure.posted("/optimizations")["task"] == task
    assert len(unsure.projects) == 1


def test_what_is_no_choice_is_asked_again(unsure: Any, model: Path) -> None:
    person = Person(unsure, model)
    person.sees("Enter for classification")

    person.types("7")
    person.sees("'7' is none of them.")
    person.types("1")

    assert person.ends() == 0


def test_ctrl_c_leaves_and_nothing_is_left_behind(unsure: Any, model: Path) -> None:
    person = Person(unsure, model)
    person.sees("Enter for classification")

    person.process.send_signal(signal.SIGINT)

    assert person.ends() == 130
    assert unsure.projects == {}


def test_a_program_is_refused_with_the_option_and_every_choice(unsure: Any, model: Path) -> None:
    result = run(unsure, model)

    assert result.exit_code == 2
    assert "--task" in result.stderr
    said = " ".join(result.stderr.replace("│", " ").split())
    assert "classification (possible: a list of 136 numbers); generic (possible: nothing more is known)" in said
    assert "The dataset is annotated for classification." in said
    assert unsure.projects == {}


def test_a_task_that_is_said_is_asked_of_nobody(unsure: Any, model: Path) -> None:
    assert run(unsure, model, "--task", "sorting").exit_code == 0


def test_a_sure_guess_is_told(server: Any, model: Path) -> None:
    def before() -> None:
        if request.method == "POST" and request.path.endswith("/optimizations"):
            request.get_json()["guess"] = {**GUESSES[0], "sure": "likely"}

    server.before = before

    result = run(server, model)

    assert result.exit_code == 0
    assert "taken for classification (likely: a list of 136 numbers); --task says another" in result.stderr


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("inputs.data.shape: it is dynamic", "--input-shape data=…: it is dynamic"),
        ("inputs.a.b.layout: unknown", "--layout a.b=…: unknown"),
        ("recipe.short_side: too small", "--resize: too small"),
        ("recipe.mean: three numbers", "--mean: three numbers"),
        ("dataset_id: has 8 classes", "--dataset: has 8 classes"),
        ("model_id: has 2 inputs", "MODEL: has 2 inputs"),
    ],
)
def test_what_is_refused_before_work_is_named_as_it_is_typed(server: Any, model: Path, detail: str, said: str) -> None:
    refusal = answered(422, "model-needs-help", detail)
    server.before = lambda: refusal if request.path.endswith("/optimizations") else None

    result = run(server, model)

    assert result.exit_code == 3
    assert said in result.stderr
    assert server.projects == {}


def test_a_step_that_fails_leaves_the_report_of_what_was_measured(server: Any, model: Path, tmp_path: Path) -> None:
    report = {"variants": [{"name": "fp32"}], "recommended": {"model": None}}
    error = {"title": "A step failed", "detail": "package: no", "report": report}
    server.script["optimization"] = [{"state": "failed", "error": error}]

    result = run(server, model, "--report", tmp_path / "report.json")

    assert result.exit_code == 3
    assert json.loads((tmp_path / "report.json").read_text()) == report
    assert f"What was measured before the failure is in {tmp_path}/report.json" in result.stderr


def test_a_failure_before_any_measurement_leaves_no_file(server: Any, model: Path, tmp_path: Path) -> None:
    server.script["optimization"] = [{"state": "failed", "error": {"title": "A step failed", "report": None}}]

    assert run(server, model, "--report", tmp_path / "report.json").exit_code == 3
    assert not (tmp_path / "report.json").exists()
