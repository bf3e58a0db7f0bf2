"""`workbench targets use`: how long the team's measurements had each target."""

from __future__ import annotations

from workbench.client.cli.accepted import asked
from workbench.client.cli.listing import Column, show_list
from workbench.client.cli.options import Values, body
from workbench.client.cli.session import Session
from workbench.plots.text import duration

HELP = """Say how long the team's measurements had each target.

Of what has ended in the last days, the most used first. USED is from the beginnings of the measurements to their ends,
what they waited for each other included.
"""
PARAMETERS = [asked("--days", "Of what has ended since so many days", "profiles_use", "days", "DAYS")]
COLUMNS = [Column("TARGET", "target"), Column("MEASUREMENTS", "measurements"), Column("USED", "used")]


def use(session: Session, values: Values) -> None:
    """The command."""
    found = session.client.profiles.use(**body(PARAMETERS, values))
    shown = [{**each, "used": duration(each["used_s"])} for each in found]
    show_list(found if session.as_json else shown, COLUMNS, as_json=session.as_json)
