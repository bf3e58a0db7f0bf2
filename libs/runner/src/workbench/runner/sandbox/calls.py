"""System calls that Python has no function for. Each raises OSError with the kernel's reason."""

from __future__ import annotations

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_NO_NEW_PRIVS = 38


def checked(result: int, what: str = "") -> int:
    """The result of a call, or its error."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def system_call(number: int, *arguments: int | bytes | ctypes.c_void_p) -> int:
    """By its number; integers are handed over whole, as libc's ``syscall`` takes them."""
    whole = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return checked(LIBC.syscall(ctypes.c_long(number), *whole))


def prctl(option: int, *arguments: int | ctypes.c_void_p) -> int:
    """What a process asks for itself."""
    padded = [*arguments, *[0] * (4 - len(arguments))]
    whole = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in padded]
    return checked(LIBC.prctl(option, *whole))


def give_up_new_rights() -> None:
    """No program that is started from here on gains anything by its owner or its file's capabilities."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
