"""moto's server: an object store with the API of S3, in a process and on a port of its own."""

import os
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import boto3

from tests.person import soon

KEY, SECRET = "AKIAEXAMPLE", "a-secret-of-the-tests"


class Peer:
    """The server at an address; each `bucket` is new."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = boto3.client(
            "s3",
            endpoint_url=address,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    def settings(self) -> dict[str, str]:
        """Make a bucket; return the settings by which the product keeps its files there."""
        bucket = f"hub-{uuid.uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=bucket)
        return {
            "STORAGE_BUCKET": bucket,
            "STORAGE_ENDPOINT": self.address,
            "STORAGE_KEY": KEY,
            "STORAGE_SECRET": SECRET,
        }

    def names(self, bucket: str) -> list[str]:
        found = self.client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return [each["Key"] for each in found]


@contextmanager
def serving() -> Iterator[Peer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONWARNINGS": "ignore"}, **quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        soon("the object store", lambda: _answers(address))
        yield Peer(address)
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{address}/moto-api/", timeout=5).status == 200)
    except OSError:
        return False
