"""The baseline (bench/celery_baseline.py) as processes, with the broker of the bench and its own database."""

import os
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import sqlalchemy as sa

from bench.environment import Environment
from harness.gatehouse_process import Process, free_port
from harness.servers import wait_until
from moderation.store.sql.engine import Store


class BaselineProcesses:
    """A context manager: its processes end with the block."""

    def __init__(self, environment: Environment) -> None:
        self.port = free_port()
        self._folder: Path = environment.folder
        self._url = environment.database("baseline")
        self._store = Store(self._url, b"")
        self._environment = {
            **os.environ,
            "BENCH_DATABASE": self._url,
            "BENCH_BROKER": environment.broker.url,
        }
        self._started: list[Process] = []

    def __enter__(self) -> "BaselineProcesses":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            process.kill()
        self._store.close()

    def start_api(self) -> Process:
        """Served as Gatehouse is: uvicorn with uvloop and httptools, one process."""
        options = ["bench.celery_baseline:app", "--port", str(self.port), "--loop", "uvloop"]
        options += ["--http", "httptools", "--no-access-log", "--log-level", "warning"]
        api = self._start("baseline-api", ["uvicorn", *options])
        wait_until(self._answers, "the baseline's API answers", 30)
        return api

    def start_worker(self) -> Process:
        """One child process, as Gatehouse's worker has."""
        options = ["-c", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        return self._start(
            "baseline-worker",
            [
                "celery",
                "-A",
                "bench.celery_baseline:celery",
                "worker",
                *options,
                "--without-heartbeat",
            ],
        )

    def waits(self) -> list[float]:
        """Seconds from accepted to decided, of every comment that is decided."""
        with self._store.read() as connection:
            return [
                row[0]
                for row in connection.execute(
                    sa.text(
                        "SELECT decided_at - created_at FROM baseline_comments "
                        "WHERE decided_at IS NOT NULL"
                    )
                )
            ]

    def _start(self, name: str, arguments: list[str]) -> Process:
        command = [sys.executable, "-m", *arguments]
        process = Process(command, self._environment, self._folder / f"{name}.log")
        self._started.append(process)
        return process

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/openapi.json", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False
