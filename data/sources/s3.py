"""Files of a bucket whose readers pay. The only import of boto3.

Credentials are found where the AWS tools look for them: the environment, `~/.aws`, a role of the machine. None are
read, kept or shown here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as UnreachableError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from data.errors import DataError
from data.shown import shown

REGION = "us-east-1"
"""Where to ask first: the library follows the bucket to where it is."""
CONNECT_S, READ_S, ATTEMPTS = 10, 60, 6
LONGEST_WAIT_S = 30.0
CHUNK_BYTES = 1 << 20
CREDENTIALS = (
    "the bucket is requester-pays, so it wants an AWS account that pays for the traffic: run `aws configure`, or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; --dry-run says what it will cost"
)
_BROKEN_OFF = (HTTPClientError, IncompleteReadError)
_DENIED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a bucket."""

    n_bytes: int
    tag: str
    """Another one when its contents change."""


class _CutShortError(Exception):
    """A file broke off, or was not as long as was listed."""


class Bucket:
    """Reads one bucket.

    Parameters
    ----------
    name
        Of the bucket.
    url
        Of another service that speaks S3; None for Amazon's.
    pause_s
        Before a file that broke off is asked for a second time, about.
    """

    def __init__(self, name: str, url: str | None = None, *, pause_s: float = 1.0) -> None:
        self._name, self._url, self._pause_s = name, url, pause_s
        self._client: Any = None

    def files(self, folder: str) -> dict[str, Stored]:
        """Return the files below a folder by their keys.

        Raises
        ------
        DataError
            If there are no credentials, they are not accepted, or nobody answers.
        """
        found: dict[str, Stored] = {}
        with self._explained(f"list {folder}"):
            pages = self._open().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._name, Prefix=folder, RequestPayer="requester"):
                for item in page.get("Contents", ()):
                    found[item["Key"]] = Stored(int(item["Size"]), str(item["ETag"]).strip('"'))
        return found

    def copy(self, key: str, stored: Stored, target: IO[bytes]) -> bool:
        """Write a file to `target`, and return whether it is there.

        Raises
        ------
        DataError
            As `files`, or if it comes cut short again and again, or is another one than was listed.
        """
        # The library itself asks again where there is no answer, but not for the rest of one that breaks off.
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=self._pause_s, max=LONGEST_WAIT_S),
            retry=retry_if_exception_type(_CutShortError),
            reraise=True,
        )
        with self._explained(f"get {key}"):
            try:
                retrying(self._copy_once, key, stored, target)
            except ClientError as error:
                if _code(error) in {"NoSuchKey", "404"}:
                    return False
                raise
        return True

    def _copy_once(self, key: str, stored: Stored, target: IO[bytes]) -> None:
        target.seek(0)
        target.truncate()
        asked = {"Bucket": self._name, "Key": key, "RequestPayer": "requester", "IfMatch": f'"{stored.tag}"'}
        body = self._open().get_object(**asked)["Body"]
        try:
            with closing(body):
                for chunk in body.iter_chunks(CHUNK_BYTES):
                    target.write(chunk)
                    if target.tell() > stored.n_bytes:
                        break
        except _BROKEN_OFF as error:
            raise _CutShortError(f"cut short ({type(error).__name__})") from None
        if target.tell() != stored.n_bytes:
            raise _CutShortError(f"{'more' if target.tell() > stored.n_bytes else 'less'} than the bytes listed")

    @property
    def _place(self) -> str:
        return self._url or f"s3://{self._name}"

    def _open(self) -> Any:
        # Looking for credentials may ask the network, which a constructor never does.
        if self._client is None:
            retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
            config = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries=retries)
            session = boto3.session.Session()
            self._client = session.client("s3", region_name=REGION, endpoint_url=self._url, config=config)
        return self._client

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except (NoCredentialsError, PartialCredentialsError):
            raise DataError(f"{self._place}: no AWS credentials found to {what}; {CREDENTIALS}") from None
        except ClientError as error:
            code = _code(error)
            advice = CREDENTIALS if code in _DENIED else "what was fetched is kept, the same command goes on from there"
            raise DataError(f"{self._place} refused to {what}: {shown(code)}; {advice}") from None
        except (_CutShortError, *_BROKEN_OFF, UnreachableError) as error:
            reason = str(error) if isinstance(error, _CutShortError) else type(error).__name__
            raise DataError(
                f"{self._place} did not answer to {what} in {ATTEMPTS} attempts: {reason}; what was fetched is kept, "
                "the same command goes on from there"
            ) from None
        except (BotoCoreError, ValueError) as error:
            raise DataError(f"{self._place} cannot be asked to {what}: {shown(str(error))}") from None


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
