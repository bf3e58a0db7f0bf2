"""Does one of the deeds below: ``{"do": name, …}``. Each returns the result, or None for an empty one."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from workbench.runner.core import Refusal
from workbench.runner.pieces import Pieces


class NotToday(Refusal):
    """It is the wrong day.

    Remedy: come back
    tomorrow.
    """


class NoRemedy(Refusal):
    """Nothing can be done about it."""


def run(run):
    return DEEDS[run.spec["do"]](run) or {}


def say(run):
    run.progress("saying", 0.5, "half")
    run.log("a line of the log")
    (run.outputs / "folder").mkdir()
    (run.outputs / "folder" / "said.txt").write_text(run.spec["word"])
    return {"said": run.spec["word"]}


def read(run):
    return {"read": {path.name: path.read_text() for path in sorted(run.inputs.iterdir())}}


def refuse(run):
    raise NotToday("not on a Tuesday", day="Tuesday", kind="a fact of that name", remedy="a fact of that name")


def refuse_without_remedy(run):
    raise NoRemedy("no")


def fail(run):
    raise ValueError("a defect of the core")


def crash(run):
    os.kill(os.getpid(), getattr(signal, run.spec.get("signal", "SIGSEGV")))


def leave(run):
    os._exit(run.spec["code"])


def leave_after_result(run):
    run.finish({"result": {"said": "before leaving"}})
    os._exit(run.spec["code"])


def crash_after_result(run):
    run.finish({"result": {"said": "before crashing"}})
    os.kill(os.getpid(), signal.SIGSEGV)


def hang_after_result(run):
    run.finish({"result": {"said": "before hanging"}})
    run.progress("hanging", 0.9)
    time.sleep(600)


def hoard(run):
    """Takes its memory step by step, so that no single request fails."""
    kept = []
    for _ in range(run.spec["mib"]):
        kept.append(b"x" * 2**20)
    time.sleep(600)


def hoard_in_children(run):
    for _ in range(4):
        subprocess.Popen([sys.executable, "-c", f"x = b'x' * {run.spec['mib'] << 18}; import time; time.sleep(600)"])
    time.sleep(600)


def ask_for_too_much(run):
    return {"length": len(bytearray(1 << 60))}  # beyond any address space, however the kernel overcommits


def abort_like_native_code(run):
    run.log("terminate called after throwing an instance of 'std::bad_alloc'")
    os.abort()


def burn(run):
    while True:
        pass


def burn_in_children(run):
    for _ in range(2):
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
    time.sleep(600)


def write_large(run):
    with (run.outputs / "large.bin").open("wb") as file:
        for _ in range(run.spec["mib"]):
            file.write(bytes(2**20))


def write_many_files(run):
    for number in range(run.spec["files"]):
        (run.outputs / f"{number}.bin").write_bytes(bytes(2**20))
    time.sleep(run.spec.get("seconds", 600))


def write_without_a_name(run):
    with contextlib.ExitStack() as kept:
        for _ in range(run.spec["files"]):
            file = kept.enter_context(tempfile.TemporaryFile())
            file.write(bytes(2**20))
            file.flush()
        time.sleep(run.spec.get("seconds", 600))


def sleep(run):
    run.progress("sleeping", 0.1)
    (run.scratch / "pid").write_text(str(os.getpid()))
    time.sleep(run.spec.get("seconds", 600))


def ignore_signals(run):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sleep(run)


def breed(run):
    """Children of three kinds: a plain one, one in a session of its own, and an orphan in one of its own."""
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    pids = [subprocess.Popen(sleeper).pid, subprocess.Popen(sleeper, start_new_session=True).pid]
    popen = f"subprocess.Popen({sleeper!r}, start_new_session=True, stdout=subprocess.DEVNULL)"
    parent = [sys.executable, "-c", f"import os, subprocess; print({popen}.pid, flush=True); os._exit(0)"]
    pids.append(int(subprocess.run(parent, stdout=subprocess.PIPE, check=True).stdout))
    draft = run.scratch / "pids.part"
    draft.write_text(json.dumps(pids))
    draft.rename(run.scratch / "pids")
    if not run.spec.get("finish"):
        time.sleep(600)


def journal(run):
    """Notes when it began and ended, on the clock that all processes of a machine share."""
    _note(run, "begin")
    time.sleep(run.spec["seconds"])
    _note(run, "end")


def count_aloud(run):
    """A line of the log for each number."""
    for number in range(run.spec["to"]):
        run.log(str(number))
        time.sleep(run.spec["pause_s"])


def take_turns(run):
    """A measurement of several launches, each noted: as many as it is told, or until told that these are enough."""
    name = run.spec["name"]
    for number in range(run.spec["turns"]):
        if number:
            run.next_turn()
        if _enough(run):
            break
        _note(run, "begin", f"{name}.{number}")
        time.sleep(run.spec["seconds"] if number or "first_s" not in run.spec else run.spec["first_s"])
        _note(run, "end", f"{name}.{number}")


def work_in_pieces(run):
    """Long work that shares the device, in small pieces; time runs a hundred times as fast for its turns."""
    _note(run, "begin")
    pieces = Pieces(run, "working", 0.0, 1.0, clock=lambda: 100 * time.monotonic())
    for number in range(run.spec["pieces"]):
        if _enough(run):
            break
        time.sleep(0.02)
        pieces.done((number + 1) / run.spec["pieces"], f"{number + 1} pieces")
    _note(run, "end")


def work_in_others_turns(run):
    """Asks for its next turn from a thread, and works on meanwhile: itself, in a child, and in an orphan."""
    beat = (
        "import sys, time\nwhile True:\n with open(sys.argv[1], 'a') as file: file.write(repr(time.monotonic())"
        " + '\\n')\n time.sleep(0.005)"
    )
    for _ in range(2):
        subprocess.Popen([sys.executable, "-c", beat, run.spec["beats"]], start_new_session=True)
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {beat!r}, "
            f"{run.spec['beats']!r}], start_new_session=True)",
        ],
        check=True,
    )
    threading.Thread(target=_keep_asking, args=(run,), daemon=True).start()
    run.progress("working", 0.1)
    ends = time.monotonic() + run.spec["seconds"]
    while time.monotonic() < ends:
        with Path(run.spec["beats"]).open("a") as file:
            file.write(f"{time.monotonic()!r}\n")
        time.sleep(0.005)


def _keep_asking(run):
    while True:
        time.sleep(0.3)
        run.next_turn()


def _enough(run):
    return Path(f"{run.spec['journal']}.enough").exists()


def _note(run, word, name=None):
    line = json.dumps([name or run.spec["name"], word, time.monotonic()]) + "\n"
    with Path(f"{run.spec['journal']}-{os.getpid()}").open("a") as file:
        file.write(line)


def flood(run):
    """Much more log and progress than anyone keeps, in one go and without a pause."""
    line = "x" * 1000 + "\n"
    with (run.folder / "log.txt").open("a") as log, (run.folder / "progress.jsonl").open("a") as progress:
        log.write("the first line\n")
        for _ in range(run.spec["mib"]):
            log.write(line * 1000)
            progress.write((json.dumps({"stage": "s", "fraction": 0.5, "message": "m" * 900}) + "\n") * 1000)
        log.write("the last line\n")


def look_around(run):
    """What a core sees of the machine it runs on."""
    try:
        socket.create_connection(("127.0.0.1", run.spec["port"]), timeout=1).close()
        network = "reached"
    except OSError as fault:
        network = type(fault).__name__
    return {
        "environment": dict(os.environ),
        "given": run.env,
        "network": network,
        "cwd": str(Path.cwd()),
        "path": sys.path,
        "descriptors": sorted(str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()),
        "stdin": sys.stdin.read(),
        "oom_score_adj": Path("/proc/self/oom_score_adj").read_text().strip(),
        "group_of_its_own": os.getpgrp() == os.getpid(),
    }


def return_what_json_cannot(run):
    return {"a set": {1, 2}}


def half_a_result(run):
    (run.folder / "result.json").write_text('{"result": {"said": "hal')
    os._exit(0)


def only_a_draft(run):
    (run.folder / "result.json").write_bytes(b'\0"result": {}}')
    os.kill(os.getpid(), signal.SIGKILL)


def forge_exit(run):
    """Writes its own verdict if it can, and is then killed."""
    with contextlib.suppress(OSError):
        (run.folder / "exit.json").write_text(json.dumps({"reason": "finished", "code": 0, "detail": ""}))
    os.kill(os.getpid(), signal.SIGKILL)


def link_out(run):
    (run.outputs / "stolen").symlink_to("/etc/passwd")


def pipe_out(run):
    os.mkfifo(run.outputs / "pipe")


DEEDS = {
    name: deed
    for name, deed in list(globals().items())
    if callable(deed) and getattr(deed, "__module__", None) == __name__ and name[0].islower() and name != "run"
}
