"""Every setting, declared once: default, unit, meaning and how its text is read. The reference page is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.webapp.setting_values import (
    address,
    folder,
    hosts,
    needed,
    one_of,
    perhaps,
    plain,
    pools,
    source_hosts,
    tokens,
    urls,
    whole,
)

TEAM_STORAGE_GIB = 500  # where many teams share a store, one of them must not fill it unasked


@dataclass(frozen=True)
class Setting:
    """One environment variable: ``parse`` raises ValueError with what would be accepted."""

    name: str
    default: str
    unit: str
    meaning: str
    parse: Callable[[str], Any]
    secret: bool = False


SETTINGS = (
    Setting("HOME", "~/.local/share/workbench", "path", "Where the embedded workbench keeps everything.", folder),
    Setting("HOST", "127.0.0.1", "address", "Address the API listens on; 0.0.0.0 is every one of the machine.", plain),
    Setting("PORT", "0", "port", "Port of the API; 0 takes a free one.", whole(0, 65535)),
    Setting(
        "SLOTS", "2", "jobs", "How many jobs of one service and target a worker carries out at a time.", whole(1, 256)
    ),
    Setting(
        "LEASE_S",
        "15",
        "seconds",
        "After how long without a sign of life a job is given to another worker.",
        whole(2, 3600),
    ),
    Setting(
        "UPLOAD_LIMIT_MIB",
        "20480",
        "MiB",
        "Largest request body that is accepted, and largest model that is downloaded.",
        whole(1, 1 << 30),
    ),
    Setting(
        "IDLE_EXIT_S",
        "0",
        "seconds",
        "Stop the embedded workbench after this long with nothing to do; 0: never.",
        whole(0, 86400),
    ),
    Setting(
        "ALLOWED_HOSTS",
        "",
        "names",
        "Host names that requests may come for, with commas; `*` is any, none means loopback only.",
        hosts,
    ),
    Setting(
        "SOURCE_HOSTS",
        "",
        "names",
        "Hosts that models may be downloaded from though their addresses are not "
        "public, each `name` or `name:port`, with commas.",
        source_hosts,
    ),
    Setting(
        "HUGGINGFACE_URL",
        "https://huggingface.co",
        "URL",
        "The hub that `hf:OWNER/NAME` is brought from, or a mirror that speaks as it does; its host may be private.",
        needed(address("http", "https")),
    ),
    Setting(
        "HUGGINGFACE_TOKENS",
        "",
        "tokens",
        "Of the hub, for repositories that are not public: `team=token`, with "
        "commas; `*` is every team without one of its own.",
        tokens,
        secret=True,
    ),
    Setting(
        "ZOO_URL",
        "",
        "URL",
        "Open Model Zoo that `zoo:NAME` is brought from: where the folder `models` of its "
        "tree is; its host may be private. None: it is not offered.",
        address("http", "https"),
    ),
    Setting(
        "ZOO_FILES_URL",
        "",
        "URL",
        "A mirror with the zoo's files as `intel/NAME/FILE` and `public/NAME/FILE`; "
        "none: they are brought from where the zoo says.",
        address("http", "https"),
    ),
    Setting(
        "DATABASE_URL",
        "",
        "URL",
        "`postgresql+psycopg://user:password@host/database`; none: SQLite below HOME.",
        address("postgresql+psycopg", "postgresql"),
        secret=True,
    ),
    Setting(
        "BROKER_URL",
        "",
        "URL",
        "`amqp://user:password@host:port/vhost` of RabbitMQ; none: inside the process.",
        address("amqp", "amqps"),
        secret=True,
    ),
    Setting("S3_ENDPOINT", "", "URL", "The S3 server; none: a directory below HOME.", address("http", "https")),
    Setting(
        "S3_PUBLIC_ENDPOINT",
        "",
        "URL",
        "How clients reach the S3 server, when that differs from S3_ENDPOINT.",
        address("http", "https"),
    ),
    Setting("S3_REGION", "us-east-1", "name", "Region that requests to the S3 server are signed for.", plain),
    Setting("S3_BUCKET", "workbench", "name", "The bucket; it must exist.", plain),
    Setting("S3_ACCESS_KEY", "", "key", "Access key of the S3 server.", plain, secret=True),
    Setting("S3_SECRET_KEY", "", "key", "Secret key of the S3 server.", plain, secret=True),
    Setting(
        "LAUNCHER",
        "process",
        "word",
        "Where heavy work runs: `process`, here; `kubernetes`, a pod for each run.",
        one_of("process", "kubernetes"),
    ),
    Setting(
        "SANDBOX",
        "try",
        "word",
        "With `process`: `try` confines runs as far as this machine permits, `require` "
        "starts none that is not confined completely.",
        one_of("try", "require"),
    ),
    Setting(
        "POOLS_FILE",
        "",
        "path",
        "With `kubernetes`: the JSON file that names namespace, image and device types; "
        "the chart makes it of its value `runners`.",
        pools,
    ),
    Setting("RUNS_URL", "", "URL", "With `kubernetes`: where pods reach this service's API.", address("http", "https")),
    Setting(
        "API_URLS",
        "",
        "URLs",
        "Of the console: where the API answers, as `/v1=http://host`, or so for each part of it, with commas.",
        urls,
    ),
    Setting(
        "SESSION_KEY",
        "",
        "key",
        "Of the console: seals its sessions, the same for all replicas; none: they end with the process.",
        plain,
        secret=True,
    ),
    Setting(
        "RUNS_PORT",
        "0",
        "port",
        "With `kubernetes`: port of an API that answers runs and nobody else, so that a "
        "network can let them reach that alone; 0: none.",
        whole(0, 65535),
    ),
    Setting(
        "HEALTH_PORT",
        "0",
        "port",
        "Port at HOST for probes alone, of an API or a worker: `/healthz`, `/readyz` "
        "and `/metrics`, answered whatever the requests do; 0: none.",
        whole(0, 65535),
    ),
    Setting(
        "LEAST_KIB_S",
        "6",
        "KiB/s",
        "How fast a body must arrive and an answer be read, over 10 s of waiting for "
        "the client; slower ones are ended.",
        whole(0, 1 << 20),
    ),
    Setting(
        "DRAIN_S",
        "0",
        "seconds",
        "After SIGTERM: how long an API that is not ready any more goes on accepting, while word of that gets round.",
        whole(0, 600),
    ),
    Setting(
        "GRACE_S",
        "30",
        "seconds",
        "After that: how long requests under way may take. Waits are answered at once.",
        whole(0, 86400),
    ),
    Setting(
        "DEVICE_MINUTES",
        "60",
        "minutes",
        "How long one request may have its device: launches × what each takes "
        "at most, five times `duration_s` and a second to warm up.",
        whole(1, 100_000),
    ),
    Setting(
        "CONDUCTORS",
        "200",
        "jobs",
        "How many optimizations one worker drives at a time; more wait in the queue.",
        whole(1, 10_000),
    ),
    Setting(
        "TEAM_STORAGE_GIB",
        "",
        "GiB",
        f"What a team without a limit of its own may store; 0: no limit. Not given: "
        f"{TEAM_STORAGE_GIB} with an S3 server; no limit on a disk of one's own.",
        perhaps(whole(0, 1 << 20)),
    ),
)
