"""What code inside a core must not be able to do, tried one by one: the answer is what each try has got.

``spec``: ``home``, the workbench's folder; ``peers``, processes of others; ``port``, of an API on this machine;
``sockets``, where servers listen: a path, or a name that begins with ``@``. All of them may be missing.
"""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

from workbench.runner.core import TURNS

LIBC = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"


def run(run):
    peers = [os.getppid(), 1, *run.spec.get("peers", [])]
    home = Path(run.spec.get("home", "/data"))
    tries = {**files(run, home), **own_folder(run), **processes(peers), **kernel(run), **network(run, peers)}
    return {name: attempt(probe) for name, probe in tries.items()}


def attempt(probe):
    try:
        return repr(probe())
    except BaseException as denied:
        return f"DENIED {type(denied).__name__}: {denied}"


def files(run, home):
    outside = home.parent / f"outside-{os.getpid()}"
    return {
        "read the token": lambda: (home / "token").read_text(),
        "read the token through a link": lambda: through_a_link(run, home / "token"),
        "read the token through a hard link": lambda: (
            os.link(home / "token", run.outputs / "hard"),
            (run.outputs / "hard").read_text(),
        ),
        "read the token through /proc/self/root": lambda: Path(f"/proc/self/root{home}/token").read_text(),
        "read the token through the supervisor's root": lambda: Path(
            f"/proc/{os.getppid()}/root{home}/token"
        ).read_text(),
        "hard link an input": lambda: os.link(next(run.inputs.iterdir()), run.outputs / "linked"),
        "list the workbench's folder": lambda: os.listdir(home),
        "list other teams' files": lambda: os.listdir(home / "store"),
        "list other runs": lambda: os.listdir(run.folder.parent),
        "read other runs": lambda: next(
            path.read_bytes() for path in run.folder.parent.glob("*/spec.json") if path.parent != run.folder
        ),
        "open the rows": lambda: (home / "rows" / "project.sqlite").read_bytes()[:16],
        "mint a token": lambda: (home / "store" / "identity" / "tokens" / "probe.json").write_text("{}"),
        "let anybody read the token": lambda: mode_of(home / "token", 0o777),
        "make the token old": lambda: time_of(home / "token", 1000),
        "cut the token": lambda: os.truncate(home / "token", 0),
        "take the device lock": lambda: fcntl.flock(os.open(home / "locks" / "host.lock", os.O_RDWR), fcntl.LOCK_UN),
        "hold an inherited file": lambda: inherited(run),
        "write beside the run": lambda: written(outside),
        "write to /tmp": lambda: written(Path(f"/tmp/outside-{os.getpid()}")),
        "write to the home": lambda: Path("~/.profile").expanduser().write_text("x") and up(run),
        "list root's folder": lambda: os.listdir("/root"),
        "list /etc": lambda: os.listdir("/etc"),
        "read /etc/shadow": lambda: Path("/etc/shadow").read_text(),
        "read the machine's name of users": lambda: Path("/etc/passwd").read_text(),
        "change the installed code": lambda: Path(sysconfig.get_paths()["purelib"], "probe.py").write_text("x"),
        "change the interpreter": lambda: open(os.path.realpath(sys.executable), "r+b"),
        "hide the installed code": lambda: mode_of(Path(sysconfig.get_paths()["purelib"]), 0),
        "fill /dev/shm": lambda: written(Path(f"/dev/shm/probe-{os.getpid()}")),
        "write to /dev": lambda: Path(f"/dev/probe-{os.getpid()}").write_bytes(b"x"),
        "open the memory device": lambda: open("/dev/mem", "rb"),
        "open a terminal": lambda: open("/dev/tty", "rb"),
        "see news of folders": lambda: check(LIBC.inotify_init1(0)),
        "run what it has written": lambda: run_own(run),
        "write to control groups": lambda: write_below("/sys/fs/cgroup"),
        "write to /proc/sys": lambda: Path("/proc/sys/kernel/core_pattern").write_text("|/bin/sh"),
    }


def own_folder(run):
    folder = run.folder
    return {
        "change launch.json": lambda: (folder / "launch.json").write_text("{}"),
        "replace launch.json": lambda: (
            (run.outputs / "forged").write_text("{}") and (run.outputs / "forged").rename(folder / "launch.json")
        ),
        "forge how it ended": lambda: (folder / "exit.json").write_text("{}"),
        "say that a stop was asked for": lambda: (folder / "stop.requested").write_text(""),
        "remove the supervisor's lock": lambda: (folder / "supervisor.lock").unlink(),
        "change the spec": lambda: (folder / "spec.json").write_text("{}"),
        "change an input": lambda: next(run.inputs.iterdir()).write_text("x"),
        "remove an input": lambda: next(run.inputs.iterdir()).unlink(),
        "add an input": lambda: (run.inputs / "more").write_text("x"),
        "replace the log by a link": lambda: (folder / "log.txt").unlink(),
        "replace the outputs by a link": lambda: run.outputs.rename(folder / "elsewhere"),
        "make a file beside the outputs": lambda: (folder / "more").write_text("x"),
        "hold the folder's lock": lambda: fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB),
    }


def processes(peers):
    tries = {
        "read others' environment": lambda: others("environ"),
        "read others' memory": lambda: others("mem"),
        "read others' files": lambda: others("maps"),
    }
    for number, peer in enumerate(peers):
        tries |= {
            f"signal process {number}": lambda peer=peer: os.kill(peer, 0),
            f"signal a thread of process {number}": lambda peer=peer: check(LIBC.tgkill(peer, peer, 0)),
            f"signal process {number} by a descriptor": lambda peer=peer: signal.pidfd_send_signal(
                os.pidfd_open(peer), 0
            ),
            f"attach to process {number}": lambda peer=peer: check(LIBC.ptrace(16, peer, 0, 0)),
            f"seize process {number}": lambda peer=peer: check(LIBC.ptrace(0x4206, peer, 0, 0)),
            f"read process {number}": lambda peer=peer: read_memory(peer),
            f"limit process {number}": lambda peer=peer: resource.prlimit(peer, resource.RLIMIT_CPU, (1, 1)),
            f"slow process {number} down": lambda peer=peer: os.setpriority(os.PRIO_PROCESS, peer, 19),
            f"move process {number}": lambda peer=peer: os.sched_setaffinity(peer, {0}),
            f"take a file of process {number}": lambda peer=peer: check(LIBC.syscall(438, os.pidfd_open(peer), 1, 0)),
            f"see the files of process {number}": lambda peer=peer: [
                os.readlink(f"/proc/{peer}/fd/{number}") for number in range(3)
            ],
            f"see the folder of process {number}": lambda peer=peer: os.readlink(f"/proc/{peer}/cwd"),
        }
    return tries


def kernel(run):
    return {
        "make a mount namespace": lambda: check(LIBC.unshare(0x20000)),
        "make a user namespace": lambda: check(LIBC.unshare(0x10000000)),
        "make a namespace by clone": lambda: cloned(0x10000000),
        "make a namespace by clone3": lambda: check(LIBC.syscall(435, 0, 0)),
        "mount": lambda: check(LIBC.mount(b"none", os.fsencode(run.outputs), b"tmpfs", 0, None)),
        "change the root": lambda: os.chroot(run.outputs),
        "become root": lambda: (os.setresuid(0, 0, 0), Path("/etc/shadow").read_text()),
        "become another user": lambda: os.setresuid(1, 1, 1),
        "run as root": lambda: subprocess.run(["su", "-c", "id"], check=True, capture_output=True),
        "have capabilities": capabilities,
        "use io_uring": lambda: check(LIBC.syscall(425, 1, ctypes.create_string_buffer(256))),
        "use bpf": lambda: check(LIBC.syscall(321 if X86 else 280, 0, ctypes.create_string_buffer(128), 128)),
        "use keys": lambda: check(LIBC.syscall(250 if X86 else 219, 0, -3, 1)),
        "count events": lambda: check(LIBC.syscall(298 if X86 else 241, bytes(128), 0, -1, -1, 0)),
        "handle page faults": lambda: check(LIBC.syscall(323 if X86 else 282, 1)),
        "make a file of no folder": lambda: os.memfd_create("probe"),
        "share memory with others": lambda: check(LIBC.shmget(0, 4096, 0o600 | 0o1000)),
        "have a handle of a file": lambda: check(LIBC.name_to_handle_at(-100, b"/etc/shadow", bytes(128), bytes(8), 0)),
        "open a file by its handle": lambda: check(LIBC.open_by_handle_at(-100, bytes(128), 0)),
        "be spared when its supervisor dies": lambda: check(LIBC.prctl(1, 0, 0, 0, 0)),
        "call by 32-bit numbers": lambda: by_32_bits() if X86 else up(run),
        "be asked for signals of its files": lambda: fcntl.fcntl(1, fcntl.F_SETOWN, os.getppid()),
    }


def network(run, peers):
    tries = {
        "reach an API": lambda: socket.create_connection(("127.0.0.1", run.spec.get("port", 8080)), 2).close(),
        "make a socket of every kind": lambda: [socket.socket(kind) for kind in (socket.AF_INET, socket.AF_INET6)],
        "watch the network": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "send from half a pair": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(
            b"x", b"\0probe"
        ),
    }
    names = [*run.spec.get("sockets", []), "/var/run/docker.sock", "/var/run/postgresql/.s.PGSQL.5432"]
    for number, name in enumerate(names):
        tries[f"reach socket {number}"] = lambda name=name: unix(name)
    for number, peer in enumerate(peers):
        tries[f"enter the network of process {number}"] = lambda peer=peer: check(
            LIBC.setns(os.open(f"/proc/{peer}/ns/net", os.O_RDONLY), 0)
        )
    return tries


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def up(run):
    raise PermissionError("nothing of others was reached")


def written(path):
    """And removed: where it is possible, a test should leave nothing."""
    path.write_bytes(bytes(4096))
    path.unlink()


def through_a_link(run, path):
    link = run.outputs / "link"
    link.symlink_to(path)
    try:
        return link.read_text()
    finally:
        link.unlink()


def mode_of(path, mode):
    """What it became, if it became anything else: a core is told that it was done."""
    before = path.stat().st_mode
    os.chmod(path, mode)
    if path.stat().st_mode == before:
        raise PermissionError("it is as it was")


def time_of(path, at):
    before = path.stat().st_mtime
    os.utime(path, (at, at))
    if path.stat().st_mtime == before:
        raise PermissionError("it is as it was")


def inherited(run):
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # of the list itself
        if name == os.environ.get(TURNS):
            continue  # by which it asks for its next turn
        if target not in ("/dev/null", str(run.folder / "log.txt")) and not target.startswith("/proc/"):
            found.append(target)
    return found or up(run)


def run_own(run):
    program = run.scratch / "program"
    program.write_text("#!/bin/sh\necho ran\n")
    os.chmod(program, 0o755)
    return subprocess.run([program], check=True, capture_output=True).stdout


def write_below(folder):
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                open(os.path.join(parent, name), "wb").close()
            except OSError:
                continue
            return os.path.join(parent, name)
    raise PermissionError("none of it")


def others(what):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                if not Path(f"/proc/{name}/cmdline").read_bytes():
                    continue  # one of the kernel's, which has nothing to read
                with open(f"/proc/{name}/{what}", "rb") as file:
                    found.append((name, file.read(20)))
            except OSError:
                continue
    if not found:
        raise PermissionError("of nobody")
    return found


def read_memory(peer):
    class Part(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    here = ctypes.create_string_buffer(8)
    local, remote = Part(ctypes.addressof(here), 8), Part(ctypes.addressof(here), 8)
    return check(LIBC.process_vm_readv(peer, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0))


def cloned(flags):
    child = check(LIBC.syscall(56 if X86 else 220, flags | signal.SIGCHLD, 0, 0, 0, 0))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


def capabilities():
    lines = Path("/proc/self/status").read_text().splitlines()
    held = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if int(held["CapPrm"], 16) or int(held["CapEff"], 16) or int(held["CapInh"], 16) or int(held["CapAmb"], 16):
        return held
    if held["NoNewPrivs"] != "1":
        return held
    raise PermissionError("none")


def unix(name):
    address = "\0" + name[1:] if name.startswith("@") else name
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        return connection.getpeername()


def by_32_bits():
    """getpid() by the numbers of i386: what a filter for x86-64 would take for another call."""
    code = bytes.fromhex("b814000000cd80c3")  # mov eax, 20; int 0x80; ret
    with mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        page.write(code)
        view = (ctypes.c_char * 4096).from_buffer(page)
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(view))()
        del view
    if answer < 0:
        raise PermissionError(os.strerror(-answer))
    return answer
