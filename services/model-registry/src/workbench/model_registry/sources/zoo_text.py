"""A file of Open Model Zoo's: YAML of a stranger's, read as texts, lists and mappings and then by a schema.

Every scalar stays text until the schema reads it (a checksum of digits is no number), and there are no aliases, with
which a page of YAML can become more than a machine holds.
"""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import yaml
from workbench.fields import Text

_LONGEST = 200


class NotAnEntry(Exception):
    """It is no such file; the text says where."""


class Some(ma.Schema):
    """An object of which only these members are looked at."""

    class Meta:
        """Of marshmallow."""

        unknown = ma.EXCLUDE


class Word(Text):
    """A short text; None for anything else, of which nothing is said then."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        short = isinstance(value, str) and len(value) <= _LONGEST
        return super()._deserialize(value, *args, **kwargs) if short else None


class Words(Word):
    """The same, or a list of them: always a list."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        words = value if isinstance(value, list) and len(value) <= _LONGEST else [value]
        read = [super(Words, self)._deserialize(word, *args, **kwargs) for word in words]
        return None if None in read else read


def read(content: bytes | str, schema: ma.Schema) -> Any:
    """Raises NotAnEntry."""
    try:
        document = yaml.load(content, _Texts)  # noqa: S506 - a loader that makes texts, lists and mappings, nothing else
        return schema.load(document)
    except ma.ValidationError as wrong:
        raise NotAnEntry(str(next(iter(wrong.messages_dict), "it"))) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise NotAnEntry("it is no YAML that can be read, without aliases") from None


class _Texts(yaml.BaseLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError
        return super().compose_node(parent, index)
