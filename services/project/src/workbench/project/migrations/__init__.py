"""This service's own tables, step by step."""

from pathlib import Path

HERE = Path(__file__).parent
