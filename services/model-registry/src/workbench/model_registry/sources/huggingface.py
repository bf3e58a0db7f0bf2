"""Hugging Face, or a mirror that speaks as it does: which files a repository has at a commit, and what they must be.

Files kept by LFS have a SHA-256, the others git's own name of their content: every file has a checksum. The revision is
resolved to its commit once, and every file is asked for at that commit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import marshmallow as ma
from workbench.fields import Text, Whole
from workbench.model_registry.sources.asking import Asking
from workbench.model_registry.sources.choosing import chosen
from workbench.model_registry.sources.documents import read_document
from workbench.model_registry.sources.problems import NotTheFile
from workbench.model_registry.sources.values import Checksum, Listing, Remote
from workbench.runner.values import is_plain_path

PREFIX = "hf:"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_SOURCE = re.compile(rf"hf:(?P<repository>(?:{_NAME}/)?{_NAME})(?:@(?P<revision>[A-Za-z0-9][A-Za-z0-9._/-]{{0,199}}))?")
_HEX = {40: "git", 64: "sha256"}


@dataclass(frozen=True)
class Repository:
    """``revision``: a branch, a tag or a commit."""

    name: str
    revision: str

    @classmethod
    def of(cls, source: str) -> Repository | None:
        """``hf:OWNER/NAME[@REVISION]``; None for anything else."""
        found = _SOURCE.fullmatch(source)
        if found is None or ".." in source:
            return None
        return cls(found["repository"], found["revision"] or "main")


class _Lfs(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    sha256 = Text(required=True)


class _File(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    rfilename = Text(required=True)
    size = Whole(0, 1 << 53, required=True)
    blob_id = Text(required=True, data_key="blobId")
    lfs = ma.fields.Nested(_Lfs, load_default=None, allow_none=True)


class _Answer(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    sha = Text(required=True)
    siblings = ma.fields.List(ma.fields.Nested(_File), required=True)
    tags = ma.fields.List(Text(), load_default=list)


@dataclass(frozen=True)
class HuggingFace:
    """``url`` of the hub; ``tokens`` by team, `*` for those without one of their own."""

    url: str
    asking: Asking
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    def listing(self, repository: Repository, include: Sequence[str], team: str) -> Listing:
        """The files of one model. Raises Problems, and TryLater when the hub is busy."""
        headers = self._headers(team)
        revision = quote(repository.revision, safe="")
        url = f"{self.url}/api/models/{repository.name}/revision/{revision}?blobs=true"
        answer = read_document(self.asking, url, headers, _Answer())
        commit = str(answer["sha"])
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise NotTheFile(url, "it names no commit")
        known = {file["rfilename"]: file for file in answer["siblings"]}
        base = f"{self.url}/{repository.name}/resolve/{commit}"
        names = chosen(list(known), include, f"{PREFIX}{repository.name}@{commit[:12]}")
        files = [_remote(base, known[name], headers) for name in names]
        told = {
            "hub": self.url,
            "repository": repository.name,
            "revision": repository.revision,
            "commit": commit,
            "license": _license(answer["tags"]),
        }
        return Listing(files, told)

    def _headers(self, team: str) -> dict[str, str]:
        token = self.tokens.get(team) or self.tokens.get("*")
        return {"Authorization": f"Bearer {token}"} if token else {}


def _remote(base: str, file: dict[str, Any], headers: Mapping[str, str]) -> Remote:
    name, digest = file["rfilename"], (file["lfs"] or {}).get("sha256") or file["blob_id"]
    if not is_plain_path(name) or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", digest):
        raise NotTheFile(base, f"what it says of {name[:100]!r} is not of a file")
    checksum = Checksum(_HEX[len(digest)], digest)
    return Remote(name, f"{base}/{quote(name)}", checksum, file["size"], headers)


def _license(tags: Sequence[str]) -> str | None:
    return next((tag.removeprefix("license:")[:100] for tag in tags if tag.startswith("license:")), None)
