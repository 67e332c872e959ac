"""The bucket of Hyperliquid's archive on a socket of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import boto3
import requests
from moto.server import ThreadedMotoServer

from data.sources.archive_days import BUCKET

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}


@dataclass(frozen=True)
class ArchiveBucket:
    """What is served, and how to change it."""

    url: str
    client: Any

    def put(self, day: date, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"asset_ctxs/{day:%Y%m%d}.csv.lz4", Body=content)

    def remove(self, day: date) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=f"asset_ctxs/{day:%Y%m%d}.csv.lz4")


@contextmanager
def served_bucket(server: str | None = None) -> Iterator[ArchiveBucket]:
    """Serve an empty bucket, by a server that runs or by one of its own."""
    if server is None:
        with moto_server() as url, served_bucket(url) as bucket:
            yield bucket
        return
    # All servers of a process share what they hold.
    requests.post(f"{server}/moto-api/reset", timeout=10)
    session = boto3.session.Session(*CREDENTIALS.values())
    client = session.client("s3", endpoint_url=server, region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    try:
        yield ArchiveBucket(server, client)
    finally:
        client.close()
        requests.post(f"{server}/moto-api/reset", timeout=10)


@contextmanager
def moto_server() -> Iterator[str]:
    """Run a server that speaks S3, and yield where it is."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
