"""The recipe (bench/celery_baseline.py) as processes: beside a house, with its broker and a database of its own."""

import os
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import sqlalchemy as sa

from bench.environment import Place
from harness.gatehouse_process import Process, free_port
from harness.servers import wait_until
from moderation.store.sql.engine import Store


class BaselineProcesses:
    """Use as a context manager: its processes end with the block."""

    def __init__(self, place: Place) -> None:
        self.port = free_port()
        self._folder: Path = place.folder
        self._url = place.database("recipe")
        self._store = Store(self._url, b"")
        self._environment = {
            **os.environ,
            "BENCH_DATABASE": self._url,
            "BENCH_BROKER": place.broker.url,
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
        served = ["bench.celery_baseline:app", "--port", str(self.port), "--loop", "uvloop"]
        served += ["--http", "httptools", "--no-access-log", "--log-level", "warning"]
        api = self._start("recipe-api", ["uvicorn", *served])
        wait_until(self._answers, "the recipe's API answers", 30)
        return api

    def start_worker(self) -> Process:
        """One child, as Gatehouse's worker has."""
        options = ["-c", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        return self._start(
            "recipe-worker",
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
        """Seconds from accepted to decided of every comment that is decided."""
        with self._store.read() as connection:
            return [
                row[0]
                for row in connection.execute(
                    sa.text(
                        "SELECT decided_at - created_at FROM recipe_comments "
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
