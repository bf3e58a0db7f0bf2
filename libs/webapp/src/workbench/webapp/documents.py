"""The one reading of JSON for every API: what RFC 8259 calls JSON, with numbers that others can read, too."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import flask_smorest
from flask import Request
from flask.json.provider import DefaultJSONProvider
from webargs import missing
from webargs.flaskparser import FlaskParser, is_json_request
from workbench.problems.common import InvalidRequest

_DIGITS = 100  # more than any field takes, which says itself what it would; and few enough to be read at once


class _Number(ValueError):
    """One that not every reader of JSON can keep."""


def read(data: bytes | str) -> Any:
    """The value that the text stands for. Raises InvalidRequest."""
    try:
        return _DECODER.decode(data if isinstance(data, str) else data.decode())
    except RecursionError:
        reason = "it is nested too deeply; no request needs more than ten levels"
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except _Number as error:
        reason = str(error)
    raise InvalidRequest({"body": reason})


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise _Number(f"the number {text[:20]}… has more than {_DIGITS} digits")
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Number(f"the number {text[:20]} is too large")
    return value


def _constant(text: str) -> NoReturn:
    raise _Number(f"{text} is not JSON; a number is needed, or null")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=_constant)


class Documents(DefaultJSONProvider):
    """Flask's own JSON, read like that."""

    sort_keys = False

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """Raises InvalidRequest."""
        return read(s)


class _Parser(FlaskParser):
    def _raw_load_json(self, req: Request) -> Any:
        data = req.get_data(cache=True) if is_json_request(req) else b""
        return read(data) if data else missing


class Blueprint(flask_smorest.Blueprint):
    """Routes whose documents are read like that."""

    ARGUMENTS_PARSER = _Parser()

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *options: Any, **more: Any
    ) -> None:
        """Each operation has an id that stays: the resource and what is done, for generated clients."""
        if view_func is not None:
            doing = (endpoint or view_func.__name__).removesuffix("_them")
            view_func = self.doc(operationId=f"{self.name.replace('-', '_')}_{doing}".replace("-", "_"))(view_func)
        super().add_url_rule(rule, endpoint, view_func, *options, **more)
