"""Before the first migration over a release's own servers: wait until they answer, and make the bucket."""

import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def secret(name: str) -> str:
    """The setting of this name, from the file that it is mounted as."""
    return Path(os.environ[f"WORKBENCH_{name}_FILE"]).read_text().strip()


def prepare() -> None:
    """All that is needed, or an exception; safe to repeat."""
    database = urlsplit(secret("DATABASE_URL"))
    socket.create_connection((database.hostname, database.port), timeout=5).close()
    s3 = boto3.client(
        "s3",
        endpoint_url=os.environ["WORKBENCH_S3_ENDPOINT"],
        region_name=os.environ["WORKBENCH_S3_REGION"],
        aws_access_key_id=secret("S3_ACCESS_KEY"),
        aws_secret_access_key=secret("S3_SECRET_KEY"),
        config=Config(s3={"addressing_style": "path"}),
    )
    bucket = os.environ["WORKBENCH_S3_BUCKET"]
    if bucket not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=bucket)


while True:  # the Job's deadline ends it
    try:
        prepare()
        break
    except (OSError, BotoCoreError, ClientError) as error:
        print(f"not yet: {error}", flush=True)  # noqa: T201
        time.sleep(2)
