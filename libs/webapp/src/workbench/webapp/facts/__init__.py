"""What is known of a result, described: a schema for the facts of each kind, and the fields they are written with.

A schema here describes and changes nothing: an answer has the facts as they were kept, those of earlier releases too,
which may lack some and have others null.
"""

from workbench.webapp.facts.fields import (
    FactsOf,
    Kept,
    anything,
    by_name,
    flag,
    listed,
    number,
    of,
    said,
    texts,
    values,
    whole,
)

__all__ = [
    "FactsOf",
    "Kept",
    "anything",
    "by_name",
    "flag",
    "listed",
    "number",
    "of",
    "said",
    "texts",
    "values",
    "whole",
]
