"""The commands of every resource: requests, tables, JSON, help, and the reference page."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import typer
from commanding import CliRunner, Result
from workbench.client import embedded
from workbench.client.cli import app, reference
from workbench.client.cli.descriptions import DESCRIPTIONS

MODEL, DATASET, RECIPE = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


def run(server: Any, *words: Any) -> Result:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    return CliRunner().invoke(app, [*map(str, words)], env=env)


CREATED = [
    (
        ["conversions", MODEL, "--precision", "fp32", "--name", "mine"],
        {"model_id": MODEL, "precision": "FP32", "name": "mine"},
    ),
    (
        ["profiles", MODEL, "--hint", "latency", "--batch", "4", "--duration-s", "1", "--launches", "7"],
        {"model_id": MODEL, "hint": "latency", "batch": 4, "duration_s": 1.0, "launches": 7},
    ),
    (
        ["profiles", MODEL, "--target", "local", "--device", "CPU"],
        {"model_id": MODEL, "target": "local", "device": "CPU"},
    ),
    (
        ["profiles", MODEL, "--streams", "2", "--requests", "4"],
        {"model_id": MODEL, "hint": None, "streams": 2, "requests": 4},
    ),
    (
        [
            "calibrations",
            MODEL,
            DATASET,
            "--recipe",
            RECIPE,
            "--ignore-type",
            "Add",
            "--ignore-type",
            "Mul",
            "--split",
            "all",
            "--exclude-dataset",
            MODEL,
            "--target",
            "local",
        ],
        {
            "model_id": MODEL,
            "dataset_id": DATASET,
            "recipe_id": RECIPE,
            "ignored_scope": {"types": ["Add", "Mul"]},
            "split": "all",
            "exclude_dataset_id": MODEL,
            "target": "local",
        },
    ),
    (
        ["evaluations", MODEL, DATASET, "--recipe", RECIPE, "--reference-model", MODEL, "--target", "local"],
        {"model_id": MODEL, "dataset_id": DATASET, "recipe_id": RECIPE, "reference_model_id": MODEL, "target": "local"},
    ),
    (
        ["evaluations", MODEL, DATASET, "--recipe", RECIPE, "--against", MODEL],
        {"model_id": MODEL, "dataset_id": DATASET, "recipe_id": RECIPE, "against_evaluation_id": MODEL},
    ),
    (
        [
            "recipes",
            MODEL,
            "--dataset",
            DATASET,
            "--resize",
            "crop:64",
            "--mean",
            "1,2,3",
            "--task",
            "sorting",
            "--head",
            "rows",
            "--option",
            "piles_at_most=7",
            "--option",
            "sureness=0.25",
            "--option",
            "by=AGE",
            "--option",
            "twice=no",
        ],
        {
            "model_id": MODEL,
            "dataset_id": DATASET,
            "overrides": {
                "resize": "crop",
                "short_side": 64,
                "mean": [1, 2, 3],
                "task": "sorting",
                "head": "rows",
                "options": {"piles_at_most": 7, "sureness": 0.25, "by": "age", "twice": False},
            },
        },
    ),
    (
        [
            "packages",
            "--variant",
            f"{MODEL},profile={DATASET},folder=int8",
            "--variant",
            MODEL,
            "--recipe",
            RECIPE,
            "--name",
            "mine",
        ],
        {
            "recommended": "int8",
            "recipe_id": RECIPE,
            "name": "mine",
            "variants": [
                {"model_id": MODEL, "folder": "int8", "profile_id": DATASET},
                {"model_id": MODEL, "folder": "variant2"},
            ],
        },
    ),
    (["projects", MODEL, "--name", "mine", "--device", "CPU"], {"model_id": MODEL, "name": "mine", "device": "CPU"}),
]


@pytest.mark.parametrize(("words", "request_body"), CREATED)
def test_create_asks_for_what_was_said(server: Any, words: list[str], request_body: dict[str, Any]) -> None:
    result = run(server, words[0], "create", *words[1:])

    assert result.exit_code == 0, result.output
    assert server.posted(f"/{words[0]}") == request_body
    assert result.stdout.strip() in {**server.jobs, **server.projects}


def test_options_about_inputs_take_the_model_s_only_input(server: Any) -> None:
    id = server.add("models", {}).view["id"]
    server.jobs[id].view["facts"] = {"inputs": [{"name": "data"}]}

    run(server, "conversions", "create", id, "--mean", "1,2,3", "--input-shape", "data=-1,3,8,8", "--reverse-channels")

    assert server.posted("/conversions")["inputs"] == {
        "data": {"shape": [-1, 3, 8, 8], "mean": [1, 2, 3], "reverse_channels": True}
    }


@pytest.mark.parametrize(
    ("stored", "precision"),
    [
        ({"f16": 1}, "FP16"),
        ({"f32": 1}, "FP32"),
        ({"i8": 1, "f32": 1}, "FP32"),
        ({"i8": 1, "f16": 1}, "FP16"),
    ],
)
def test_an_ir_is_reconfigured_in_the_precision_it_has(server: Any, stored: dict[str, Any], precision: str) -> None:
    id = server.add("models", {}).view["id"]
    server.jobs[id].view["facts"] = {
        "format": "ir",
        "inputs": [{"name": "data"}],
        "weights": {name: {"elements": 1, "size_bytes": 4} for name in stored},
    }

    result = run(server, "models", "reconfigure", id, "--input-shape", "1..8,3,64,64", "--batch", "4")

    assert result.exit_code == 0, result.output
    shape = {"data": {"shape": [[1, 8], 3, 64, 64]}}
    assert server.posted("/conversions") == {"model_id": id, "precision": precision, "batch": 4, "inputs": shape}


@pytest.mark.parametrize(
    ("facts", "words", "told"),
    [
        ({"format": "ir"}, [], "say what is to change: --input-shape, --layout, --batch, --precision"),
        ({"format": "onnx"}, ["--batch", "2"], "workbench conversions create"),
        (None, ["--batch", "2"], "once it has succeeded"),
        ({"format": "ir", "inputs": [{"name": "x"}]}, ["--layout", "y=NCHW"], "the model has no input 'y'"),
    ],
)
def test_what_cannot_be_reconfigured_says_what_can(server: Any, facts: Any, words: list[str], told: str) -> None:
    id = server.add("models", {}).view["id"]
    server.jobs[id].view["facts"] = facts

    result = run(server, "models", "reconfigure", id, *words)

    assert result.exit_code == 2
    assert told in result.output
    assert all(method == "GET" for method, _, _ in server.requests)


def test_models_are_uploaded_and_waited_for(server: Any, model: Path) -> None:
    result = run(server, "models", "create", model, "--wait", "--json")

    assert json.loads(result.stdout)["state"] == "succeeded"
    assert server.uploads == [{"squeeze.onnx": 1002}]
    assert "model: running" in result.stderr


def test_datasets_are_uploaded_with_their_split(server: Any, images: Path) -> None:
    run(server, "datasets", "create", images, "--calibration-percent", "0", "--format", "unannotated")

    view = next(iter(server.jobs.values())).view
    assert view["request"] == {"name": "images", "calibration_percent": "0", "format": "unannotated"}


def test_datasets_are_generated(server: Any) -> None:
    run(server, "datasets", "create", "--generate", "10", "--width", "64", "--height", "32", "--seed", "0")

    assert server.posted("/generations") == {"count": 10, "width": 64, "height": 32, "seed": 0}


WRONG = [
    (["datasets", "create"], "give a folder or archive, or --generate"),
    (["datasets", "create", "{images}", "--generate", "5"], "one of the two"),
    (["datasets", "create", "{images}", "--width", "5"], "'--width': belongs to --generate"),
    (["datasets", "create", "--generate", "5", "--format", "x"], "'--format': belongs to an upload"),
    (["models", "create", "nowhere"], "nowhere does not exist"),
    (["packages", "create", "--variant", "x", "--recipe", RECIPE, "--name", "a"], "does not start with a model's id"),
    (["packages", "create", "--variant", f"{MODEL},weird=1", "--recipe", RECIPE, "--name", "a"], "'weird=1'"),
    (["packages", "create", "--variant", MODEL, "--name", "a"], "Missing option '--recipe'"),
    (["calibrations", "create", MODEL, DATASET], "Missing option '--recipe'"),
    (["profiles", "create", MODEL, "--hint", "fast"], "not one of throughput, latency"),
    (["datasets", "create", "--generate", "5", "--channels", "2"], "'--channels': '2' is not one of 1, 3"),
    (["datasets", "create", "--generate", "5", "--width", "8193"], "'--width': '8193' is not a whole number from 1 to"),
    (["profiles", "list", "--state", "done"], "not one of queued, running, succeeded, failed, cancelled, active"),
    (["jobs", "--state", "done"], "not one of queued, running, succeeded, failed, cancelled, active, ended"),
    (["profiles", "list", "--limit", "0"], "from 1 to 100000"),
    (["profiles", "show", "../../etc"], "is not an id"),
    (["targets", "show", "moon"], "'ID': there is no target 'moon'; there are local"),
    (["tasks", "show", "moon"], "'NAME': there is no task 'moon'; there are sorting, nothing"),
    (["recipes", "create", MODEL, "--task", "moon"], "'--task': 'moon' is not one of sorting, nothing"),
    (["recipes", "create", MODEL, "--option", "moon=1"], "'moon' is no option of any task; there are piles_at_most"),
    (["profiles", "create", MODEL, "--target", "moon"], "'--target': 'moon' is not one of local"),
    (["profiles", "create", MODEL, "--device", "NPU"], "'--device': the target local has CPU, not 'NPU'"),
    (["evaluations", "create", MODEL, DATASET, "--recipe", RECIPE, "--target", "moon"], "'moon' is not one of local"),
    (["projects", "create", MODEL, "--name", "a", "--target", "moon"], "'--target': 'moon' is not one of local"),
    (["profiles", "frobnicate"], "No such command 'frobnicate'"),
    (["nonsense"], "No such command 'nonsense'"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_usage_is_exit_code_2(server: Any, images: Path, words: list[str], message: str) -> None:
    result = run(server, *(word.format(images=images) for word in words))

    assert result.exit_code == 2
    assert message in result.stderr
    assert not server.jobs


def test_a_list_is_a_table_for_people_and_views_for_programs(server: Any) -> None:
    ids = [server.add("profiles", {"model_id": MODEL, "device": "CPU"}).view["id"] for _ in range(2)]

    table = run(server, "profiles", "list").stdout.splitlines()
    views = json.loads(run(server, "profiles", "list", "--json").stdout)

    assert table[0].split()[:3] == ["ID", "STATE", "DEVICE"]  # nobody gave them names
    assert [line.split()[0] for line in table[1:]] == ids
    assert [view["id"] for view in views] == ids


def test_an_empty_list_says_so_beside_the_answer(server: Any) -> None:
    result = run(server, "profiles", "list")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing yet\n")


def test_targets_name_each_device_with_its_state_and_those_that_cannot_be_used_with_the_reason(server: Any) -> None:
    header, *rows = run(server, "targets", "list").stdout.splitlines()

    assert header.split() == ["ID", "DEVICE", "STATE", "INT8", "SAYS"]
    assert rows[0].split() == ["local", "CPU", "busy", "yes", *["A", "CPU;", "a", "measurement", "is", "running"]]
    assert rows[1].split() == ["local", "GPU", "unusable", "-", *["no", "device", "node."]]
    assert json.loads(run(server, "targets", "show", "local", "--json").stdout)["id"] == "local"


def test_targets_of_a_cluster_are_counted_and_say_why_they_are_short(server: Any) -> None:
    busy = {"name": "NPU", "state": "busy", "reason": "2 of 3 in use"}
    free = {"name": "CPU", "state": "free", "reason": None, "full_name": "A CPU", "int8": True}
    npu = {
        "id": "npu",
        "name": "npu",
        "device": "NPU",
        "total": 3,
        "free": 0,
        "busy": 2,
        "broken": 1,
        "usable": True,
        "reason": None,
        "devices": [busy],
    }
    server.targets = [
        npu,
        {**npu, "id": "cpu", "device": "CPU", "free": 1, "broken": 0, "devices": [free]},
        {**npu, "id": "old", "usable": False, "reason": "node c is not ready", "devices": []},
    ]

    _, *rows = run(server, "targets", "list").stdout.splitlines()

    assert [row.split() for row in rows] == [
        ["npu", "NPU", "0", "of", "3", "free", "-", "1", "broken;", "2", "of", "3", "in", "use"],
        ["cpu", "CPU", "1", "of", "3", "free", "yes", "A", "CPU"],
        ["old", "NPU", "-", "-", "1", "broken;", "node", "c", "is", "not", "ready"],
    ]
    assert json.loads(run(server, "targets", "list", "--json").stdout) == server.targets
    assert "reason: node c is not ready" in run(server, "targets", "show", "old").stdout


def test_the_use_of_targets_is_told_by_target_with_its_time_in_words(server: Any) -> None:
    server.use = [{"target": "npu", "measurements": 12, "used_s": 5400.0}]

    header, *rows = run(server, "targets", "use", "--days", "7").stdout.splitlines()

    assert header.split() == ["TARGET", "MEASUREMENTS", "USED"]
    assert [row.split(maxsplit=2) for row in rows] == [["npu", "12", "1 h 30 min"]]
    assert server.queries[-1] == {"days": "7"}
    assert json.loads(run(server, "targets", "use", "--json").stdout) == server.use
    refused = run(server, "targets", "use", "--days", "0")
    assert refused.exit_code == 2
    assert "1 to 366" in refused.stderr


def test_tasks_are_listed_and_shown_in_eighty_columns(server: Any) -> None:
    listed = run(server, "tasks", "list").stdout
    shown = run(server, "tasks", "show", "sorting").stdout

    assert listed.split()[:4] == ["NAME", "SAYS", "OPTIONS", "sorting"]
    assert max(map(len, [*listed.splitlines(), *shown.splitlines()])) <= 80
    for told in (
        "sorting: where each thing",
        "piles_at_most",
        "A whole number from 1 to 100; default 5.",
        "A number from 0 to 1; default 0.5.",
        "One of size, age; default size.",
        "Yes or no; default yes.",
        "higher is better",
        "piles-of-folders",
        "--head",
        "rows",
    ):
        assert told in shown
    assert json.loads(run(server, "tasks", "list", "--json").stdout) == server.tasks
    assert json.loads(run(server, "tasks", "show", "nothing", "--json").stdout) == server.tasks[1]


@pytest.mark.parametrize("name", [row.name for row in DESCRIPTIONS])
def test_every_list_fits_eighty_columns_with_its_ids_whole(server: Any, name: str) -> None:
    reason = "no device node, no driver and a reason that goes on and on, as reasons do when drivers are old. " * 2
    server.targets = [
        {
            "id": "local",
            "devices": [{"name": "CPU", "full_name": "A processor with a very long name"}],
            "absent": [{"device": "GPU", "reason": reason}],
        }
    ]
    many = {"model_id": MODEL, "dataset_id": DATASET, "target": "a-device-type-with-a-name", "device": "CPU"}
    job = server.add(name, many, [])
    facts = {"precision": "FP16", "format": "onnx", "origin": "conversion", "op_count": 12345}
    job.view |= {
        "name": "a name somebody found good once upon a time",
        "state": "succeeded",
        "result": {"id": RECIPE},
        "facts": facts,
    }
    server.projects["p"] = {"id": RECIPE, "name": "mine " * 20, "created_at": "2026-01-01T00:00:00.000Z", **many}

    lines = run(server, name, "list").stdout.splitlines()

    assert max(map(len, lines)) <= 80, lines
    first = {"targets": "local", "tasks": "sorting", "projects": RECIPE}.get(name, job.view["id"])
    assert lines[1].split()[0] == first


def test_show_prints_everything_that_is_known(server: Any) -> None:
    job = server.add("profiles", {"model_id": MODEL})
    job.view["facts"] = {
        "launches": [{"fps": number} for number in range(30)],
        "trust": {"verdict": "trusted"},
        "long": {"a": "x" * 60, "b": "y" * 60},
    }

    shown = run(server, "profiles", "show", job.view["id"]).stdout

    assert f"id: {job.view['id']}" in shown
    assert "… and 22 more (--json shows all)" in shown
    assert 'trust: {"verdict": "trusted"}' in shown
    assert f"    a: {'x' * 60}\n" in shown


def test_wait_ends_with_3_when_the_job_failed(server: Any) -> None:
    server.script["profiles"] = [{"state": "failed", "error": {"title": "Too slow", "detail": "ran 30 min"}}]
    id = server.add("profiles", {}).view["id"]

    result = run(server, "profiles", "wait", id)

    assert result.exit_code == 3
    assert f"Error: Too slow\nran 30 min\nLog: workbench profiles log {id}\n" in result.stderr


def test_wait_for_one_that_succeeds(server: Any) -> None:
    id = server.add("profiles", {}).view["id"]

    assert json.loads(run(server, "profiles", "wait", id, "--json").stdout)["state"] == "succeeded"


@pytest.mark.parametrize("words", [[], ["--follow"]])
def test_log_prints_the_log_alone(server: Any, words: list[str]) -> None:
    id = server.add("profiles", {}).view["id"]

    assert run(server, "profiles", "log", id, *words).stdout == f"the log of {id}\n"


def test_cancel_and_cancel_of_a_finished_job(server: Any) -> None:
    stopped, done = (server.add("profiles", {}).view["id"] for _ in range(2))
    assert run(server, "profiles", "cancel", stopped).exit_code == 0
    run(server, "profiles", "wait", stopped)
    run(server, "profiles", "wait", done)

    again, late = run(server, "profiles", "cancel", stopped), run(server, "profiles", "cancel", done)

    assert (again.exit_code, late.exit_code) == (0, 3)
    assert f"{stopped} cancelled" in again.stderr
    assert "The job has already ended" in late.stderr


def test_rm_deletes_several_and_names_who_holds_one(server: Any) -> None:
    free, other, held = (server.add("models", {}).view["id"] for _ in range(3))
    server.holding[held] = ["package x"]

    result = run(server, "models", "rm", free, other, held)

    assert result.exit_code == 3
    assert list(server.jobs) == [held]
    assert "used by ['package x']" in result.stderr


def test_rm_asks_once_for_all(server: Any) -> None:
    ids = [server.add("models", {}).view["id"] for _ in range(3)]

    result = run(server, "models", "rm", *ids, "--json")

    assert json.loads(result.stdout) == {"deleted": ids}
    assert [(method, path) for method, path, _ in server.requests] == [("POST", "/v1/models/deletions")]


def test_rename_and_tag_change_what_people_find_it_by(server: Any) -> None:
    id = server.add("models", {}).view["id"]

    assert f"{id} is called mine now" in run(server, "models", "rename", id, "mine").stderr
    assert f"{id} has the tags prod, v2" in run(server, "models", "tag", id, "prod", "v2").stderr
    assert json.loads(run(server, "models", "tag", id, "--json").stdout)["tags"] == []

    bodies = [body for method, _, body in server.requests if method == "PATCH"]
    assert bodies == [{"name": "mine"}, {"tags": ["prod", "v2"]}, {"tags": []}]


def test_a_list_asks_for_what_was_said(server: Any) -> None:
    run(
        server,
        "profiles",
        "list",
        "--search",
        "res",
        "--tag",
        "prod",
        "--of",
        MODEL,
        "--sort",
        "name",
        "--state",
        "active",
    )

    assert server.queries[-1] == {
        "search": "res",
        "tag": "prod",
        "of": MODEL,
        "sort": "name",
        "state": "active",
        "limit": "50",
    }


def test_jobs_of_every_kind_are_one_list_with_their_news(server: Any) -> None:
    waiting, broken = server.add("profiles", {}).view, server.add("conversions", {}).view
    waiting |= {"waiting_for": "the device CPU", "name": "mine"}
    broken |= {"state": "failed", "error": {"title": "Too hot"}}

    shown = run(server, "jobs", "--state", "active")

    assert shown.exit_code == 0, shown.output
    assert {"state": "active", "limit": "20"} in server.queries
    for words in ("profiles", "mine", "waits for", "conversions", "failed", "Too hot"):
        assert words in shown.stdout
    listed = json.loads(run(server, "jobs", "--json").stdout)
    assert {each["collection"] for each in listed} == {"profiles", "conversions"}


def test_download_puts_all_files_into_a_folder(server: Any, tmp_path: Path) -> None:
    server.files = {"model.xml": b"<net/>", "model.bin": b"w"}
    id = server.add("models", {}).view["id"]

    result = run(server, "models", "download", id, "--to", tmp_path / "new")

    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"model.xml", "model.bin"}


def test_download_of_one_file_to_a_path(server: Any, tmp_path: Path) -> None:
    id = server.add("packages", {}).view["id"]

    run(server, "packages", "download", id, "package.tar.zst", "--to", tmp_path / "mine.tar.zst")

    assert (tmp_path / "mine.tar.zst").stat().st_size == len(server.files["package.tar.zst"])


def test_a_project_s_commands_speak_of_its_newest_optimization(server: Any) -> None:
    run(server, "projects", "create", MODEL, "--name", "mine")
    project = next(iter(server.projects))
    assert run(server, "projects", "wait", project).exit_code == 2
    id = server.add("optimization", {}).view["id"]

    assert run(server, "projects", "log", project).stdout == f"the log of {id}\n"
    assert run(server, "projects", "wait", project, id).exit_code == 0
    assert "mine" in run(server, "projects", "list").stdout


def test_without_a_server_or_an_installation_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "GROUP", "workbench.not-installed-here")
    monkeypatch.delenv("WORKBENCH_SERVER", raising=False)

    result = CliRunner().invoke(app, ["models", "list"])

    assert result.exit_code == 3
    assert "pip install dl-workbench" in result.stderr
    assert "--server URL" in result.stderr


def test_home_comes_from_the_environment_or_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("WORKBENCH_HOME", raising=False)
    assert embedded.home_folder() == tmp_path / ".local/share/workbench"
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert embedded.home_folder() == Path("/data/workbench")
    monkeypatch.setenv("WORKBENCH_HOME", "~/here")
    assert embedded.home_folder() == tmp_path / "here"


def commands() -> Iterator[tuple[str, Any]]:
    def below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        yield name, command
        for each in getattr(command, "commands", {}).values():
            yield from below(each, f"{name} {each.name}")

    return below(typer.main.get_command(app), "workbench")


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_and_every_option_has_help(name: str, command: Any) -> None:
    assert command.help, name
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_every_resource_of_the_issue_has_its_commands() -> None:
    expected = {"list", "show", "create", "rename", "tag", "wait", "log", "cancel", "rm", "download"}
    names = {row.name: set(row.commands) for row in DESCRIPTIONS}

    assert names.pop("targets") == names.pop("tasks") == {"list", "show"}
    assert names.pop("models") == expected | {"reconfigure"}
    assert set(names) >= {"datasets", "conversions", "profiles", "calibrations", "evaluations", "packages", "projects"}
    assert names.pop("datasets") == names.pop("tensors") == expected
    assert names.pop("projects") == expected | {"optimize again"}
    assert all(commands == expected | {"again"} for commands in names.values())


def test_the_reference_page_has_every_command_and_is_the_same_each_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference.main()
    first = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("WORKBENCH_HOME", "/somewhere")
    reference.main()

    assert capsys.readouterr().out == first
    for name, _ in commands():
        assert f"# {name}\n" in first


def test_the_console_script_is_installed() -> None:
    (script,) = metadata.entry_points(group="console_scripts", name="workbench")

    assert script.value == "workbench.client.cli:main"
