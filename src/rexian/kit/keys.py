"""Keys that wrap keys: one data key a file, wrapped by its tenant's key, which the installation's master key wraps.

The master key comes from the environment, from a file of its own, or stays in a key management service that is asked
by a command (`master_key_command`): then it is never seen here.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rexian.kit import processes
from rexian.kit.settings import Settings, SettingsError

KEY_BYTES = 32
_NONCE = 12
_COMMAND_S = 10.0
_MOST = 65_536


class KeyTrouble(Exception):
    """A key can't be had: the master key is another one, or the key service doesn't answer."""


def new_key() -> bytes:
    """32 random bytes for AES-256."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, owner: str, value: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front; opens for this `owner` only."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, owner.encode())


def unseal(key: bytes, owner: str, sealed: bytes) -> bytes:
    """Raises `KeyTrouble` when it was sealed with another key, for another owner, or altered."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
    except (InvalidTag, ValueError) as error:
        raise KeyTrouble("the sealed value can't be opened with this key") from error


class Wrapper(Protocol):
    """Whoever holds the master key. `id` names it beside what it wrapped, and changes when it does."""

    id: str

    async def wrap(self, owner: str, key: bytes) -> bytes: ...

    async def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        """Raises `KeyTrouble`."""
        ...


class LocalMaster:
    """The master key in this process. The first of `keys` wraps; the others, older ones, may still unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = list(keys)
        self.id = "local:" + hashlib.sha256(self._keys[0]).hexdigest()[:12]

    async def wrap(self, owner: str, key: bytes) -> bytes:
        return seal(self._keys[0], owner, key)

    async def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        for master in self._keys:
            try:
                return unseal(master, owner, wrapped)
            except KeyTrouble:
                continue
        raise KeyTrouble("the tenant's key was wrapped by another master key")


class CommandMaster:
    """A key management service behind a command: `COMMAND wrap|unwrap OWNER`, base64 in on stdin, base64 out."""

    def __init__(self, command: str) -> None:
        self._words = shlex.split(command)
        self.id = "command:" + hashlib.sha256(command.encode()).hexdigest()[:12]

    async def wrap(self, owner: str, key: bytes) -> bytes:
        return await self._ask("wrap", owner, key)

    async def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        return await self._ask("unwrap", owner, wrapped)

    async def _ask(self, act: str, owner: str, value: bytes) -> bytes:
        pipe = asyncio.subprocess.PIPE
        try:
            asked = await asyncio.create_subprocess_exec(
                *self._words, act, owner, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise KeyTrouble(f"the key command can't be started: {error.strerror}") from error
        try:
            async with asyncio.timeout(_COMMAND_S):
                out, _ = await asked.communicate(base64.b64encode(value) + b"\n")
        except TimeoutError as error:
            raise KeyTrouble(f"the key command gave no answer in {_COMMAND_S:.0f} s") from error
        finally:
            await processes.end(asked, 1.0)
        if asked.returncode != 0:
            raise KeyTrouble(f"the key command ended with {asked.returncode}")
        return _decoded(out[:_MOST].strip(), "the key command's answer")


class Moved:
    """A key service that took over from a local master key: that one still unwraps, and is asked first since it knows
    its own (a service may answer anything to what it never wrapped).
    """

    def __init__(self, service: CommandMaster, local: LocalMaster) -> None:
        self._service, self._local = service, local
        self.id = service.id

    async def wrap(self, owner: str, key: bytes) -> bytes:
        return await self._service.wrap(owner, key)

    async def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        try:
            return await self._local.unwrap(owner, wrapped)
        except KeyTrouble:
            return await self._service.unwrap(owner, wrapped)


def master_of(settings: Settings) -> Wrapper:
    """Whoever holds the master key by the settings; without any, a file made once. Raises `SettingsError`.

    Beside a command only `master_keys_old` is looked at: the keys from before.
    """
    if settings.master_key_command:
        service, old = CommandMaster(settings.master_key_command), settings.master_keys_old
        return Moved(service, LocalMaster([_checked(text) for text in old])) if old else service
    given = [settings.master_key] if settings.master_key else [_from_file(settings.home / "master.key")]
    return LocalMaster([_checked(text) for text in (*given, *settings.master_keys_old)])


def _from_file(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.b64encode(new_key()).decode() + "\n")
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"{path}: the master key can't be written ({error.strerror})") from error
    try:
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"{path}: the master key can't be read ({error.strerror})") from error


def _checked(text: str) -> bytes:
    try:
        key = _decoded(text.encode(), "the master key")
    except KeyTrouble as error:
        raise SettingsError(str(error)) from error
    if len(key) != KEY_BYTES:
        raise SettingsError(f"the master key must be {KEY_BYTES} bytes in base64, not {len(key)}")
    return key


def _decoded(text: bytes, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyTrouble(f"{what} is not base64") from error
