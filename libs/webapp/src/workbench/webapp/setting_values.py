"""What the text of a setting becomes; each raises ValueError with what would be accepted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.runner.pools import Pools, WrongPools, read_pools


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from ``low`` to ``high``."""

    def parse(text: str) -> int:
        if not text.lstrip("-").isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def perhaps(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Nothing is None."""
    return lambda text: parse(text) if text else None


def folder(text: str) -> Path:
    """A path, the home folder as `~`."""
    if not text:
        raise ValueError("the path of a folder")
    return Path(text).expanduser()


def plain(text: str) -> str:
    """Anything."""
    return text


def hosts(text: str) -> tuple[str, ...]:
    """Names, with commas."""
    return tuple(host.strip() for host in text.split(",") if host.strip())


def source_hosts(text: str) -> frozenset[str]:
    """Names, with commas, written in any case."""
    return frozenset(host.lower() for host in hosts(text))


def needed(parse: Callable[[str], str]) -> Callable[[str], str]:
    """Not nothing."""

    def given(text: str) -> str:
        if not text:
            raise ValueError("an address such as the default")
        return parse(text)

    return given


def tokens(text: str) -> dict[str, str]:
    """``team=token``, with commas."""
    pairs = [pair.strip().partition("=") for pair in text.split(",") if pair.strip()]
    if not all(team and token and token.isascii() and token.isprintable() for team, _, token in pairs):
        raise ValueError("team=token, with commas; `*` is every team without one of its own")
    return {team.strip(): token.strip() for team, _, token in pairs}


def address(*schemes: str) -> Callable[[str], str]:
    """Empty, or a URL of one of these schemes with a host."""

    def parse(text: str) -> str:
        accepted = ValueError("nothing, or " + " or ".join(f"{scheme}://host:port…" for scheme in schemes))
        try:
            url = urlsplit(text)
            usable = not text or (url.scheme in schemes and bool(url.hostname) and url.port != 0)
        except ValueError:
            raise accepted from None
        if not usable:
            raise accepted
        return text

    return parse


def urls(text: str) -> dict[str, str]:
    """``/v1/models=http://one:80,/v1/targets=https://two``: where each part of the URL space is."""
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    try:
        if all(prefix.startswith("/v1") and url for prefix, _, url in parts):
            return {prefix.rstrip("/"): address("http", "https")(url) for prefix, _, url in parts}
    except ValueError:
        pass
    raise ValueError("`/v1=http://host:port`, or several such with commas, each for a part of the API")


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(" or ".join(words))
        return text

    return parse


def pools(text: str) -> Pools | None:
    """What the file of that name says of a cluster's pools; None without a name."""
    try:
        return read_pools(Path(text)) if text else None
    except (OSError, WrongPools) as error:
        raise ValueError(f"a file of pools ({error})") from None
