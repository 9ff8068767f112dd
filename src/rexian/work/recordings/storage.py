"""Where sealed recordings lie: a folder, or an S3-compatible store. What is stored is sealed already."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, Literal, Protocol

from rexian.kit.settings import Settings, SettingsError

Place = Literal["disk", "s3"]


class StorageTrouble(Exception):
    """The store can't be reached, or hasn't got it. Its text is for the log; nothing is lost by trying later."""


class Store(Protocol):
    """Puts finished files away and gets them back. Names are `<tenant>/<recording>.rxs`."""

    place: Place

    async def keep(self, name: str, path: Path) -> None:
        """Take over a finished file. It may be gone from `path` afterwards. Raises `StorageTrouble`."""
        ...

    async def fetch(self, name: str, into: Path) -> Path:
        """Return a local path of it; `into` is where it is put if it has to be brought. Raises `StorageTrouble`."""
        ...

    async def erase(self, name: str) -> None:
        """Remove it; what is gone already is no trouble. Raises `StorageTrouble`."""
        ...


class Folder:
    """Recordings stay where they were written."""

    place: Place = "disk"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def keep(self, name: str, path: Path) -> None:
        target = self.folder / name
        if path != target:
            await asyncio.to_thread(_move, path, target)

    async def fetch(self, name: str, into: Path) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise StorageTrouble(f"{name} is not there")
        return path

    async def erase(self, name: str) -> None:
        try:
            await asyncio.to_thread((self.folder / name).unlink, missing_ok=True)
        except OSError as error:
            raise StorageTrouble(str(error)) from error


class Bucket:
    """An S3-compatible store, by boto3 (`pip install 'rexian[s3]'`). Credentials as boto3 finds them."""

    place: Place = "s3"

    def __init__(self, bucket: str, prefix: str, endpoint: str) -> None:
        try:
            import boto3
        except ImportError as error:
            raise SettingsError("recordings_s3: needs boto3: pip install 'rexian[s3]'") from error
        self._client: Any = boto3.client("s3", endpoint_url=endpoint or None)
        self._bucket, self._prefix = bucket, prefix

    async def keep(self, name: str, path: Path) -> None:
        if not await asyncio.to_thread(path.is_file):  # carried over before; whoever did it could not note it
            await self._do(self._client.head_object, Bucket=self._bucket, Key=self._prefix + name)
            return
        await self._do(self._client.upload_file, str(path), self._bucket, self._prefix + name)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def fetch(self, name: str, into: Path) -> Path:
        if not await asyncio.to_thread(into.is_file):
            part = into.with_suffix(f".{os.getpid()}.part")
            await asyncio.to_thread(into.parent.mkdir, parents=True, exist_ok=True)
            await self._do(self._client.download_file, self._bucket, self._prefix + name, str(part))
            await asyncio.to_thread(part.replace, into)
        return into

    async def erase(self, name: str) -> None:
        await self._do(self._client.delete_object, Bucket=self._bucket, Key=self._prefix + name)

    @staticmethod
    async def _do(call: Any, *args: Any, **given: Any) -> None:
        try:
            await asyncio.to_thread(call, *args, **given)
        except Exception as error:  # botocore makes its exceptions at run time
            raise StorageTrouble(f"{type(error).__name__}: {error}"[:300]) from error


def store_of(settings: Settings) -> Store:
    """The store by the settings: `recordings_s3` is `bucket` or `bucket/prefix`. Raises `SettingsError`."""
    if not settings.recordings_s3:
        return Folder(settings.recordings)
    bucket, _, prefix = settings.recordings_s3.partition("/")
    return Bucket(bucket, f"{prefix.rstrip('/')}/" if prefix else "", settings.recordings_s3_endpoint)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
