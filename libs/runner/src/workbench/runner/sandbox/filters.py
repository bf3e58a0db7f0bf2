"""Which system calls a core is refused: what reaches another process, another namespace, or the kernel's far corners.

OpenVINO, NNCF, TBB and Python need none of them. Numbers are those of x86-64 and of arm64; from 424 on they are the
same on both. On other machines there is no filter, and the run says so.
"""

from __future__ import annotations

import os
import signal

from workbench.runner.sandbox.bpf import AS_DONE, UNKNOWN, Is, Rule, install

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_NEW_NAMESPACES = 0x7E020000
_PR_SET_PDEATHSIG = 1
_O_ACCMODE_AND_TRUNC, _O_TRUNC = 0x203, 0x200
_AF_UNIX, _STREAM, _SEQPACKET, _TYPE_MASK = 1, 1, 5, 0xF
_OWNER_OF_SIGNALS = (8, 15)  # F_SETOWN, F_SETOWN_EX
_OWNER_OF_SIGNALS_TOO = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
_PUSH_INTO_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

# By purpose: name → number on x86-64 and on arm64, None where there is no such call.
_OTHER_PROCESSES = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "ioprio_set": (251, 30),
}
_NAMESPACES = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "open_tree_attr": (467, 467),
}
_FAR_CORNERS = {
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "nfsservctl": (180, 42),
}
# What goes around folders: a file by its handle, news of folders, marks on files that may only be read.
_AROUND_FOLDERS = {
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "truncate": (76, 45),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
# Memory that is no process's own: no limit would count it, and other runs could see it.
_MEMORY_OF_NOBODY = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
_SOCKETS = {"socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201)}
# No folder rule covers owner, mode and times. Where the core has no user of its own, it is told that they were set:
# copying and unpacking do that in passing, and nobody looks at those of a core's files.
_OWNER_MODE_TIMES = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
}
_UTIMENSAT = (280, 88)
_CLONE, _CLONE3, _OPENAT2 = (56, 220), (435, 435), (437, 437)
_OPEN, _OPENAT, _SOCKETPAIR = (2, None), (257, 56), (53, 199)
_FCNTL, _IOCTL, _PRCTL, _PRLIMIT64, _SETPRIORITY = (72, 25), (16, 29), (157, 167), (302, 261), (141, 140)
_SCHEDULING = {
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
}
_KILL, _TGKILL = (62, 129), (234, 131)
_OTHER_SIGNALS = {
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
}
_REFUSED = (_OTHER_PROCESSES, _NAMESPACES, _FAR_CORNERS, _AROUND_FOLDERS, _MEMORY_OF_NOBODY, _SOCKETS)

Numbers = tuple[int | None, ...]


def enter(landlock: int, own_user: bool) -> None:
    """Install the filter. Raises OSError where none is written for this machine, or the kernel takes none.

    landlock: the version in force, 0 for none; own_user: whether the user is the core's own.
    """
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        raise OSError(f"no filter is written for {machine}")
    which, architecture = _ARCHITECTURES[machine]
    install(architecture, rules(which, landlock, own_user, os.getpid()))


def rules(which: int, landlock: int, own_user: bool, own_pid: int) -> list[Rule]:
    """For the ``which``-th column of numbers; ``own_pid`` is the core's."""

    def of(*calls: Numbers) -> tuple[int, ...]:
        return tuple(number for call in calls if (number := call[which]) is not None)

    made = [Rule(of(*group.values())) for group in _REFUSED]
    made += [
        Rule(of(_CLONE), unless=(Is(0, (0,), _NEW_NAMESPACES),)),
        Rule(of(_CLONE3, _OPENAT2), UNKNOWN),  # what they ask lies in memory; libc then takes the older ones
        Rule(of(_SOCKETPAIR), unless=(Is(0, (_AF_UNIX,)), Is(1, (_STREAM, _SEQPACKET), _TYPE_MASK))),
        Rule(of(_PRCTL), only=(Is(0, (_PR_SET_PDEATHSIG,)),), unless=(Is(1, (signal.SIGKILL,)),)),
        Rule(of(_PRLIMIT64), unless=(Is(0, (0,)),)),
        Rule(of(_SETPRIORITY), unless=(Is(0, (0,)), Is(1, (0,)))),
        Rule(of(*_SCHEDULING.values()), unless=(Is(0, (0,)),)),
        Rule(of(_FCNTL), only=(Is(1, _OWNER_OF_SIGNALS),)),
        Rule(of(_IOCTL), only=(Is(1, _OWNER_OF_SIGNALS_TOO + _PUSH_INTO_TERMINAL),)),
    ]
    if not own_user:
        made.append(Rule(of(_UTIMENSAT), only=(Is(2, (0,)),)))  # to now: who is refused that makes the file instead
        made.append(Rule(of(_UTIMENSAT, *_OWNER_MODE_TIMES.values()), AS_DONE))
    if landlock < 3:  # which does not know truncation: to open for reading may truncate
        truncates = _O_TRUNC, _O_ACCMODE_AND_TRUNC
        made.append(Rule(of(_OPEN), only=(Is(1, (truncates[0],), truncates[1]),)))
        made.append(Rule(of(_OPENAT), only=(Is(2, (truncates[0],), truncates[1]),)))
    if landlock < 6:  # which does not know signals: to itself and its group only, so not to a single child
        made.append(Rule(of(_KILL), unless=(Is(0, (0, own_pid, -own_pid)),)))
        made.append(Rule(of(_TGKILL), unless=(Is(0, (own_pid,)),)))
        made.append(Rule(of(*_OTHER_SIGNALS.values())))
    return made
