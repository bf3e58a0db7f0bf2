"""Words and figures as people read them. Whatever a model or an image is called, it stays one harmless text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

LONGEST = 300
# Controls, and marks that turn the direction of what follows them: each is shown as a box instead of obeyed.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def shown(value: Any) -> Any:
    """What every ``{{ … }}`` goes through: None is nothing, text is harmless and ends somewhere."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return clean(value if len(value) <= LONGEST else f"{value[:LONGEST]}… ({len(value)} characters)")


def clean(text: str) -> str:
    """Without what cannot be seen but changes what is seen."""
    return _UNSEEN.sub("\u25af", _SURROGATES.sub("\ufffd", text))


def whole(text: str | None) -> Markup:
    """A long text, such as a log, all of it; line ends are kept."""
    return Markup.escape(clean(text or ""))


def figure(value: float | None) -> str:
    """Three significant digits, or all before the point; what is not there is a dash."""
    if not isinstance(value, (int, float)):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def interval(measured: dict[str, Any] | None) -> str:
    """``398–427``, or nothing."""
    low, high = (measured or {}).get("low"), (measured or {}).get("high")
    return "" if low is None or high is None else f"{figure(low)}–{figure(high)}"


def percent(value: float | None) -> str:
    """A share as ``61.5 %``."""
    return "–" if value is None else f"{value * 100:.1f} %"


def signed(value: float | None) -> str:
    """A change, with its sign."""
    return f"{value:+.1f}" if isinstance(value, (int, float)) else "–"


def score(accuracy: dict[str, Any]) -> str:
    """In the metric's own unit; a share without one as ``61.5 %``."""
    return score_in(accuracy.get("unit"), accuracy.get("value"))


def most_of(unit: str | None) -> float:
    """What no value of that unit can be more than."""
    return 1.0 if not unit or unit == "share" else math.inf


def score_in(unit: str | None, value: float | None) -> str:
    """A value of a metric of that unit."""
    return percent(value) if not unit or unit == "share" else f"{figure(value)} {unit}"


def score_interval(accuracy: dict[str, Any]) -> str:
    """Both ends, in the same unit."""
    low, high = accuracy.get("low"), accuracy.get("high")
    if low is None or high is None:
        return ""
    unit = accuracy.get("unit")
    return f"{low * 100:.1f}–{high * 100:.1f} %" if not unit or unit == "share" else f"{interval(accuracy)} {unit}"


def size(value: float | None) -> str:
    """Bytes in the unit that fits, of 1000."""
    if not isinstance(value, (int, float)):
        return "–"
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 1000:
            return f"{figure(value)} {unit}"
        value /= 1000
    return f"{figure(value)} TB"


def duration(seconds: float | None) -> str:
    """``45 s``, ``3 min``, ``2 h 5 min``."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def moment(text: str | None) -> str:
    """``27 Nov 12:05 UTC``."""
    when = _when(text)
    return when.strftime("%-d %b %Y %H:%M UTC") if when else ""


def ago(text: str | None) -> str:
    """How long it is since then."""
    when = _when(text)
    if when is None:
        return ""
    seconds = (datetime.now(UTC) - when).total_seconds()
    if seconds < 5:
        return "just now"
    return f"{duration(seconds)} ago" if seconds < 86400 else moment(text)


def took(view: dict[str, Any]) -> str:
    """How long a job's work has lasted, or lasts."""
    begun, ended = _when(view.get("started_at")), _when(view.get("finished_at"))
    return duration(((ended or datetime.now(UTC)) - begun).total_seconds()) if begun else ""


def name_of(view: dict[str, Any]) -> str:
    """What a thing is called: its name, or the beginning of its id."""
    return str(view.get("name") or str(view.get("id") or "")[:8])


def words() -> dict[str, Callable[..., Any]]:
    """The filters of templates."""
    kept = (ago, duration, figure, interval, moment, name_of, percent, score, score_interval, signed, size, took, whole)
    return {each.__name__: each for each in kept}


def _when(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
