"""A program for the kernel that judges every system call by its number and its arguments: classic BPF, by hand.

libseccomp would write it, too, but is no part of a plain Python.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.runner.sandbox.calls import prctl

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x05, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _ANSWER = 0x7FFF0000, 0x00050000
_X32 = 0x40000000  # x86-64's second set of numbers for the same calls

REFUSED, UNKNOWN, AS_DONE = errno.EPERM, errno.ENOSYS, 0
Instruction = tuple[int, int, int, int]


@dataclass(frozen=True)
class Is:
    """The lower half of an argument, masked, is one of these values. Arguments count from 0."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


@dataclass(frozen=True)
class Rule:
    """Answer ``error`` to these calls, where all of ``only`` holds, and not all of ``unless``."""

    numbers: tuple[int, ...]
    error: int = REFUSED
    only: tuple[Is, ...] = ()
    unless: tuple[Is, ...] = ()


class _Program:
    """Rules one after the other, so that a jump never leaves its rule: it may be at most 255 instructions long."""

    def __init__(self, architecture: int, rules: Iterable[Rule]) -> None:
        self._made: list[Instruction] = [
            (_LOAD, 0, 0, _ARCHITECTURE_AT),
            (_JUMP_EQUAL, 1, 0, architecture),
            self._answer(REFUSED),  # another architecture's numbers mean other calls
            (_LOAD, 0, 0, _NUMBER_AT),
            (_JUMP_AT_LEAST, 0, 1, _X32),
            self._answer(UNKNOWN),
        ]
        for rule in rules:
            for number in rule.numbers:
                self._add(rule, number)
        self._made.append((_RETURN, 0, 0, _ALLOW))

    def whole(self) -> bytes:
        return b"".join(struct.pack("=HBBI", *each) for each in self._made)

    def _add(self, rule: Rule, number: int) -> None:
        allowed, refused = (_RETURN, 0, 0, _ALLOW), self._answer(rule.error)
        body = [instruction for each in rule.unless for instruction in self._require(each, refused)]
        body.append(allowed if rule.unless else refused)
        for each in reversed(rule.only):  # if it does not hold, the next rule may
            body = [*self._require(each, (_JUMP, 0, 0, len(body))), *body]
        self._made += [(_LOAD, 0, 0, _NUMBER_AT), (_JUMP_EQUAL, 0, len(body), number), *body]

    @staticmethod
    def _require(condition: Is, otherwise: Instruction) -> list[Instruction]:
        """Goes on behind itself where the condition holds."""
        made: list[Instruction] = [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * condition.argument), (_AND, 0, 0, condition.mask)]
        left = len(condition.values)
        made += [(_JUMP_EQUAL, left - at, 0, value & 0xFFFFFFFF) for at, value in enumerate(condition.values)]
        return [*made, otherwise]

    @staticmethod
    def _answer(error: int) -> Instruction:
        return (_RETURN, 0, 0, _ANSWER | error)


def install(architecture: int, rules: Iterable[Rule]) -> None:
    """For this process and all it starts, for good. Needs no_new_privs or rights. Raises OSError."""
    code = _Program(architecture, rules).whole()
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    kept = ctypes.create_string_buffer(program, len(program))
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_void_p(ctypes.addressof(kept)))
