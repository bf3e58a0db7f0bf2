"""Three teams that submit: over HTTP with an idempotency key, or by a command that may be doubled or dropped."""

from __future__ import annotations

import contextlib
import random
import time
import uuid
from dataclasses import dataclass, field

import httpx
from workbench.messages import Message
from workbench.messages.rabbit import RabbitMessages

from chaos.installation import Installation

GIVE_UP_S = 300.0


@dataclass
class Team:
    """What one team asked for: number → id of the job that was accepted for it."""

    name: str
    accepted: dict[int, str] = field(default_factory=dict)


def submit_all(it: Installation, team: Team, numbers: range, seed: int) -> None:
    """Submit each number once, in the sense that the service must make of it; returns when all are accepted."""
    chance = random.Random(seed)
    messages = RabbitMessages(it.rabbitmq.url, f"chaos-{team.name}")
    messages.start()
    headers = {"Authorization": f"Bearer {it.tokens[team.name]}"}
    with httpx.Client(headers=headers, timeout=10) as client:
        for number in numbers:
            body = _request(it, chance, number)
            if chance.random() < 0.3:
                team.accepted[number] = _by_command(it, client, messages, team.name, body, chance)
            else:
                team.accepted[number] = _by_http(it, client, body, f"{team.name}-{number}", chance)
    messages.close()


def _request(it: Installation, chance: random.Random, number: int) -> dict[str, object]:
    how = chance.choices(("nothing", "core", "exclusive"), (80, 15, 5))[0]
    return {"number": number, "how": how, "seconds": round(chance.uniform(0.02, 0.3), 3), "journal": str(it.journal)}


def _by_http(it: Installation, client: httpx.Client, body: dict[str, object], key: str, chance: random.Random) -> str:
    """As a careful client does: the same key until there is an answer."""
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        api = chance.choice(it.apis)
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answer = client.post(f"http://127.0.0.1:{api.port}/v1/ticks", json=body, headers={"Idempotency-Key": key})
            if answer.status_code == 202:
                return str(answer.json()["id"])
            assert answer.status_code in (500, 502, 503), answer.text
        time.sleep(0.2)
    raise TimeoutError(f"{key} was never accepted")


def _by_command(
    it: Installation,
    client: httpx.Client,
    messages: RabbitMessages,
    team: str,
    body: dict[str, object],
    chance: random.Random,
) -> str:
    """As the project service does: sent again until it is known to have arrived; some doubled, some dropped."""
    job_id = str(uuid.UUID(int=chance.getrandbits(128)))
    command = Message("tick.requested", "/chaos", job_id, team, body)
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        for _ in range(chance.choice((0, 1, 1, 2))):
            with contextlib.suppress(Exception):
                messages.publish(command)
        if _known(it, client, job_id, chance, wait_s=1.0):
            return job_id
    raise TimeoutError(f"the command {job_id} never arrived")


def _known(it: Installation, client: httpx.Client, job_id: str, chance: random.Random, wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        api = chance.choice(it.apis)
        with contextlib.suppress(httpx.HTTPError):
            if client.get(f"http://127.0.0.1:{api.port}/v1/ticks/{job_id}").status_code == 200:
                return True
        time.sleep(0.1)
    return False
