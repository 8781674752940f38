"""Files in a bucket of an object store with the API of S3. Only this module imports boto3.

Nobody but the product reads the bucket: no file is public, and no address of one is given away.
"""

import base64
import hashlib
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from core.storage.places import Unreachable

IN_MEMORY = 5 * 1024 * 1024  # bytes of a file that is open; a larger one is on the disk meanwhile
NOT_THERE = ("404", "NoSuchKey")
MB = 1024 * 1024
#: How a file of any size is stored and read; a store takes 10,000 parts.
IN_PARTS = TransferConfig(
    multipart_threshold=64 * MB, multipart_chunksize=64 * MB, use_threads=False
)
#: Patience in seconds, and checksums that every store with this API knows.
CLIENT = {
    "connect_timeout": 5,
    "read_timeout": 20,
    "retries": {"total_max_attempts": 3, "mode": "standard"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "signature_version": "s3v4",
}


@contextmanager
def _answering(name: str = "") -> Iterator[None]:
    """Turn what the store's client raises into FileNotFoundError or Unreachable."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_THERE:
            raise FileNotFoundError(2, "No such file in the object store", name) from error
        raise Unreachable from error
    except BotoCoreError as error:
        raise Unreachable from error


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages ships no types
    """The part of a bucket whose names begin with `part` (core.storage.places.Place).

    Without a name it is the bucket STORAGE_BUCKET; `part` may be empty for another one.
    """

    def __init__(self, *, part: str, bucket: str = "") -> None:
        own_endpoint = bool(settings.STORAGE_ENDPOINT)
        style = {"addressing_style": "path" if own_endpoint else "auto"}
        super().__init__(
            bucket_name=bucket or settings.STORAGE_BUCKET,
            endpoint_url=settings.STORAGE_ENDPOINT or None,
            access_key=settings.STORAGE_KEY or None,
            secret_key=settings.STORAGE_SECRET or None,
            region_name=settings.STORAGE_REGION or ("us-east-1" if own_endpoint else None),
            location=part,
            default_acl=None,
            file_overwrite=False,
            client_config=Config(s3=style, **CLIENT),
        )

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """The same as for a folder: an address that opens nothing, and never a signed one."""
        return str(filepath_to_uri(name))

    @contextmanager
    def fresh(self) -> Iterator[IO[bytes]]:
        with tempfile.TemporaryFile() as file:
            yield file

    def put(self, file: IO[bytes], name: str) -> None:
        """One request, which stores the file whole; the store compares what has arrived."""
        file.seek(0)
        md5 = hashlib.file_digest(file, _md5).digest()  # type: ignore[arg-type]
        file.seek(0)
        with _answering(name):
            self._client.put_object(
                **self._at(name), Body=file, ContentMD5=base64.b64encode(md5).decode()
            )

    def read(self, name: str) -> bytes:
        with _answering(name):
            body: bytes = self._client.get_object(**self._at(name))["Body"].read()
        return body

    def local_copy(self, name: str) -> Path:
        """In the folder of what was rendered, which may be emptied at any time."""
        target = Path(settings.KEPT_PAPERS) / name
        body = self.read(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = target.with_name(f".{uuid.uuid4().hex}")
        fresh.write_bytes(body)
        fresh.replace(target)
        return target

    def names(self) -> Iterator[str]:
        with _answering():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=self._start):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(self._start)

    def upload(self, path: Path, name: str) -> None:
        """Store a file of any size, in parts. Whoever calls it reads it again to compare."""
        with path.open("rb") as file, _answering(name):
            self._client.upload_fileobj(file, **self._at(name), Config=IN_PARTS)

    def download(self, name: str, file: IO[bytes]) -> None:
        """Write the bytes of a file of any size. Raises FileNotFoundError and Unreachable."""
        with _answering(name):
            self._client.download_fileobj(**self._at(name), Fileobj=file, Config=IN_PARTS)

    def give_up_uploads(self, *, before: datetime) -> None:
        """Delete the parts of what killed processes were storing."""
        with _answering():
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=self._start):
                for each in page.get("Uploads", ()):
                    if each["Initiated"] < before:
                        self._client.abort_multipart_upload(
                            Bucket=self.bucket_name, Key=each["Key"], UploadId=each["UploadId"]
                        )

    def clear_unfinished(self, *, before: datetime) -> None:
        """Nothing: an object that was not stored whole does not exist."""

    def trouble(self) -> None:
        try:
            with _answering():
                self._client.head_bucket(Bucket=self.bucket_name)
        except FileNotFoundError as error:  # there is no such bucket
            raise Unreachable from error

    def exists(self, name: str) -> bool:
        try:
            with _answering(name):
                self._client.head_object(**self._at(name))
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        with _answering(name):
            self._client.delete_object(**self._at(name))

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
        with _answering(name):
            for chunk in self._client.get_object(**self._at(name))["Body"].iter_chunks(1 << 16):
                file.write(chunk)
        file.seek(0)
        return File(file, name)

    def _save(self, name: str, content: Any) -> str:
        """Store an uploaded logo or picture as `put` does."""
        with self.fresh() as file:
            for chunk in content.chunks():
                file.write(chunk)
            self.put(file, name)
        return name

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    @property
    def _start(self) -> str:
        """How the names of all files in it begin."""
        return f"{self.location}/" if self.location else ""

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": f"{self._start}{name}"}


def _md5() -> Any:
    return hashlib.md5(usedforsecurity=False)
