"""What a machine says is read past whatever its login prints, and only so far."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from workbench.client.heard import MOST, TooMuch, has_said, heard
from workbench.client.staging import _answer


def test_what_a_command_says_and_how_it_ends_is_heard() -> None:
    done = heard(["sh", "-c", "echo yes; echo no >&2; exit 3"], 60)

    assert (done.stdout, done.stderr, done.returncode) == ("yes\n", "no\n", 3)


@pytest.mark.parametrize("where", ["stdout", "stderr"])
def test_who_does_not_stop_talking_is_ended(where: str) -> None:
    with pytest.raises(TooMuch):
        heard([sys.executable, "-c", f"import sys\nwhile True: sys.{where}.write('y' * 65536)"], 60)


def test_who_says_nothing_is_given_up() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        heard([sys.executable, "-c", "import time; time.sleep(600)"], 0.5)


def test_a_word_is_found_after_what_a_login_prints() -> None:
    assert has_said("started", io.StringIO("Welcome.\n\nstarted\nmore"))
    assert not has_said("started", io.StringIO("Welcome.\nnot started\n"))
    with pytest.raises(TooMuch):
        has_said("started", io.StringIO("y" * (MOST + 1)))


def test_an_answer_is_found_after_what_a_login_prints() -> None:
    assert _answer(io.BytesIO(b'Welcome.\n[1]\n{"have": {}}\n{"program": "p"}\n')) == {"have": {}}
    assert _answer(io.BytesIO(b"Welcome.\n")) == {}
    assert _answer(io.BytesIO(b"y\n" * 1000 + b'{"have": {}}\n')) == {}
