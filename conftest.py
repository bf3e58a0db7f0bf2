"""What a test starts decides where it runs: read from its fixtures, so that no list of files is kept by hand.

`server`: a PostgreSQL, RabbitMQ, S3 or nginx of ours. `workbench`: processes of ours that serve. `shared`: real models
and images beside the checkout. `whole`: something is run whole, in about a second. `alone`: measures, so nothing may
run beside it. `environment`: needs an environment apart, so `make test-environments` runs it. All others are units:
`make unit`, where starting a server is an error.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1] / "shared" / "data"
UNITS = "not server and not workbench and not shared and not whole and not alone"
# A fixture, or the parameter of one that then asks for it by name.
SERVERS = {"postgres", "rabbitmq", "seaweedfs", "s3", "every_server"}
ENVIRONMENTS = {"keras", "legacy", "torch_apart"}  # those apart: see `workbench environments`
WORKBENCHES = {"serving", "workbench", "over_real_servers", "as_separate_processes"}


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real models and images beside the checkout; without them the test is skipped, in CI it fails."""
    if not SHARED.is_dir():
        reason = f"the sample data is not at {SHARED}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def published(shared: Path) -> Path:
    """The shared models: for what only they have, their figures and the ways of their exporters."""
    return shared / "models"


@pytest.fixture(scope="session")
def at_hand() -> Path | None:
    """The shared data for tests that can do without; units do, so that they cost and say the same everywhere."""
    return SHARED if SHARED.is_dir() and "WORKBENCH_TEST_UNITS" not in os.environ else None


@pytest.fixture(scope="session")
def models(at_hand: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared models, else some made here by their names: no test is skipped for want of them."""
    if at_hand:
        return at_hand / "models"
    import made_models  # what only some tests need

    return made_models.write(tmp_path_factory.mktemp("made") / "models")


@pytest.fixture(scope="session")
def whole() -> None:
    """Asked for by every fixture with which something is run whole, as its users do: what a network makes of
    photographs, an unpacked package, an installation that is saved and restored, every service at every place. Each
    takes about a second, or its fixture does.
    """


@pytest.fixture(scope="session")
def serving() -> None:
    """Asked for by every fixture that starts an API, a worker or all of them as processes."""


@pytest.fixture(scope="session")
def quiet() -> None:
    """Asked for by every fixture that measures."""


def pytest_configure(config: pytest.Config) -> None:
    """Servers look at the variable before they start; Ctrl-C reaches what tests start, in a shell's background, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it, and every child would have it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if UNITS in config.option.markexpr:
        os.environ["WORKBENCH_TEST_UNITS"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before pytest itself deselects by mark."""
    for item in items:
        asked = _asked(item)
        if asked & SERVERS:
            item.add_marker("server")
        if asked & WORKBENCHES:
            item.add_marker("workbench")
        for mark in asked & {"shared", "whole"}:
            item.add_marker(mark)
        if "quiet" in asked:
            item.add_marker("alone")
        if asked & ENVIRONMENTS:
            item.add_marker("environment")


def _asked(item: pytest.Item) -> set[str]:
    """Fixtures by name, and the words that choose one of a fixture's makes; not the test's own parameters."""
    own = {name.strip() for mark in item.iter_markers("parametrize") for name in str(mark.args[0]).split(",")}
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    chosen = {value for name, value in parameters.items() if name not in own and isinstance(value, str)}
    return {*getattr(item, "fixturenames", ()), *chosen}
