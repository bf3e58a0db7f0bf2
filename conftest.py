"""What a test starts decides where it runs: read from its fixtures, so that no list of files is kept by hand.

Each mark of `MARKS` is given to the tests that ask for one of its fixtures. A test that has none of them is a unit:
`pytest --units`, where starting a server is an error.
"""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import hypothesis
import pytest

# Everywhere as in CI: the same examples each time, and none is a failure for coming slowly from a busy machine.
hypothesis.settings.load_profile("ci")
SHARED = Path(__file__).resolve().parents[1] / "shared" / "data"
# Where units have their folders, if it may be: they would wait for a disk longer than they compute.
MEMORY = Path("/dev/shm")  # noqa: S108  # named by pytest inside, and nobody else's
# What a mark says of a test, and its fixtures: asked for, or the parameter of one that then asks for it by name.
MARKS = {
    "server": (
        "starts PostgreSQL, RabbitMQ, S3, SSH or nginx",
        {"postgres", "rabbitmq", "seaweedfs", "s3", "sshd", "every_server"},
    ),
    "workbench": (
        "starts processes of ours that serve",
        {"serving", "workbench", "over_real_servers", "as_separate_processes"},
    ),
    "environment": ("needs an environment apart: see `workbench environments`", {"keras", "legacy", "torch_apart"}),
    "shared": ("needs the shared models and images beside the checkout", {"shared"}),
    "core": ("runs cores in processes of their own", {"in_processes"}),
    "whole": ("runs something whole, as its users do", {"whole"}),
    "alone": ("measures, so nothing may run beside it", {"quiet"}),
}


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
def in_processes() -> None:
    """Asked for by every fixture that starts runs (a supervisor, a warden, a core: three interpreters each), or cores
    that load OpenVINO and NNCF.
    """


@pytest.fixture(scope="session")
def serving() -> None:
    """Asked for by every fixture that starts an API, a worker or all of them as processes."""


@pytest.fixture(scope="session")
def quiet() -> None:
    """Asked for by every fixture that measures."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which tests units are, is said here and nowhere else."""
    parser.addoption("--units", action="store_true", help="only tests that conftest.py gives no mark")


def pytest_configure(config: pytest.Config) -> None:
    """Servers look at the variable before they start; Ctrl-C reaches what tests start, in a shell's background, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it, and every child would have it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for mark, (words, _) in MARKS.items():
        config.addinivalue_line("markers", f"{mark}: {words}; set by conftest.py from the fixtures")
    if config.option.units:
        os.environ["WORKBENCH_TEST_UNITS"] = "1"
        if _roomy(MEMORY):
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before pytest itself deselects by mark."""
    for item in items:
        asked = _asked(item)
        for mark, (_, fixtures) in MARKS.items():
            if asked & fixtures:
                item.add_marker(mark)
    if config.option.units:
        marked = [item for item in items if any(item.get_closest_marker(mark) for mark in MARKS)]
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if not any(item.get_closest_marker(mark) for mark in MARKS)]


def pytest_collection() -> None:
    """What is imported and collected stays to the end: the garbage collector need not look at it, again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on, what tests leave is collected as ever."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What tests have left to the garbage collector is told above the closing line, not below it."""
    gc.collect()


def _roomy(folder: Path) -> bool:
    """Whether units may have their folders there, and programs in them."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > 4 << 30 and not found.f_flag & os.ST_NOEXEC


def _asked(item: pytest.Item) -> set[str]:
    """Fixtures by name, and the words that choose one of a fixture's makes; not the test's own parameters."""
    own = {name.strip() for mark in item.iter_markers("parametrize") for name in str(mark.args[0]).split(",")}
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    chosen = {value for name, value in parameters.items() if name not in own and isinstance(value, str)}
    return {*getattr(item, "fixturenames", ()), *chosen}
