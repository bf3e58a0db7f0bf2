"""Where things lie in the store: every key of the design's layout is made here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Keys:
    """The keys of one team."""

    team: str

    def upload(self, job_id: str, place: str = "") -> str:
        """Staging of a client's bytes until the job that reads them ends; without a place, the prefix of all.

        ``place`` is a number or digest of ours, never a name that a client chose: those are in the job's request.
        """
        return f"teams/{self.team}/uploads/{job_id}/{place}"

    def declared(self, kind: str, upload_id: str) -> str:
        """What was declared of an upload in parts; apart from its bytes, which anybody's names could lie among."""
        return f"teams/{self.team}/declared/{kind}/{upload_id}.json"

    def uploads(self) -> str:
        """The prefix of every upload."""
        return f"teams/{self.team}/uploads/"

    def declarations(self) -> str:
        """The prefix of what was declared of every upload."""
        return f"teams/{self.team}/declared/"

    def run(self, job_id: str, fence: int, name: str) -> str:
        """Staging of a run's outputs; the fence keeps a stale worker out of a newer run's folder."""
        return f"teams/{self.team}/runs/{job_id}/{fence}/{name}"

    def runs(self, job_id: str) -> str:
        """The prefix of what every run of a job has staged."""
        return f"teams/{self.team}/runs/{job_id}/"

    def blob(self, sha256: str) -> str:
        """Bytes by their digest; only a worker that has hashed them writes here."""
        return f"teams/{self.team}/blobs/sha256/{sha256}"

    def manifest(self, kind: str, manifest_id: str) -> str:
        """One immutable manifest."""
        return f"teams/{self.team}/manifests/{kind}/{manifest_id}.json"

    def reference(self, thing_id: str, holder: str = "") -> str:
        """Who still needs a thing; without a holder, the prefix of all of them."""
        return f"teams/{self.team}/references/{thing_id}/{holder}"

    def usage(self, service: str) -> str:
        """How much of the team's storage one service has counted, for the others to know."""
        return f"teams/{self.team}/usage/{service}.json"

    def machines(self) -> str:
        """The prefix of what is known of every machine that the team has registered."""
        return f"teams/{self.team}/machines/"

    def machine(self, name: str, what: str) -> str:
        """What is known of one: that it is registered, when it was seen, its devices."""
        return f"{self.machines()}{name}/{what}.json"

    def tombstone(self, thing_id: str, deleter: str = "") -> str:
        """Written first when a thing is deleted; without a deleter, the prefix of all of them."""
        return f"teams/{self.team}/tombstones/{thing_id}/{deleter}"


def token(sha256: str) -> str:
    """The identity behind a token, by the token's digest."""
    return f"identity/tokens/{sha256}.json"


def machine_token(sha256: str) -> str:
    """The machine behind a token of its own, by the token's digest."""
    return f"identity/machines/{sha256}.json"


def checked(key: str) -> str:
    """The key itself. Raises ValueError for one that leaves the store or reaches into its workings."""
    parts = key.split("/")
    if key.startswith(".") or any(part in ("", ".", "..") for part in parts) or "\0" in key or len(key.encode()) > 1024:
        raise ValueError(f"not a key: {key!r}")
    return key
