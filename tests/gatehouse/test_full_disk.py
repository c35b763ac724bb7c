"""A disk that is full or read-only: `gatehouse up` and its logs live through it and are well again after."""

import json
import os
import resource
import signal
import subprocess
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gatehouse.supervisor.children import LogFile
from harness.servers import wait_until
from tests.conftest import skip_loudly
from tests.gatehouse.conftest import Up
from tests.gatehouse.test_up import hand_in, status


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process can grow beyond this (bytes): a write beyond it fails as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """`folder`, new and empty, on a disk of its own of 24 MiB. Skips where this cannot be had."""
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        skip_loudly("NO RIGHT TO MOUNT A DISK: not tested whether `up` lives through a full one")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Takes every byte that is left on its disk."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_lines_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    reports: list[str] = []
    log = LogFile(tmp_path / "log" / "api.log", reports.append)
    log.write(b"first\n")
    with file_size_limit(
        10
    ):  # two more bytes than the first line, and the file ends in half a line
        for _ in range(3):
            log.write(b"a line that does not fit\n")
    log.write(b"last\n")
    log.close()
    first, torn, dropped, last = (tmp_path / "log" / "api.log").read_text().splitlines()
    assert (first, torn, last) == ("first", "a li", "last")
    assert json.loads(dropped)["fact"] == "3 lines were not written"
    assert len(reports) == 2
    assert "cannot be written" in reports[0]
    assert reports[1].endswith("3 lines were not written")


@pytest.mark.parametrize("obstacle", ["file", "removed"])
def test_a_folder_that_cannot_be_written_costs_lines_only(tmp_path: Path, obstacle: str) -> None:
    folder = tmp_path / "log"
    folder.write_text("in the way of the folder")  # unlike permissions, this stops root as well
    log = LogFile(folder / "api.log")
    log.write(b"lost\n")
    assert log.dropped == 1
    folder.unlink()
    if obstacle == "removed":
        folder.mkdir()
    log.write(b"kept\n")
    log.close()
    dropped, kept = (folder / "api.log").read_text().splitlines()
    assert json.loads(dropped)["fact"] == "1 line was not written"
    assert kept == "kept" and log.dropped == 0


def _is_refused(up: Up) -> bool:
    try:
        hand_in(up)
    except urllib.error.HTTPError as error:
        assert error.code == 503
        return True
    return False


def _is_accepted(up: Up) -> tuple[str, str] | None:
    try:
        return hand_in(up)
    except urllib.error.HTTPError as error:
        assert error.code == 503
        return None


def test_up_is_well_again_once_there_is_room(start_up: Callable[..., Up], data: Path) -> None:
    with small_disk(data):
        # Talkative, so that the rest of a page that a log already has is soon used up.
        up = start_up(limit_address="100000/minute", log_level="DEBUG")
        up.until_ready().until_judging()
        ballast = data / "log" / "ballast"
        fill(ballast)
        wait_until(lambda: _is_refused(up), "comments are refused", 30)
        wait_until(lambda: up.find(r"judge\.log cannot be written"), "the log fails", 40)
        assert up.process.poll() is None, "".join(up.output)
        ballast.unlink()
        comment_id, token = wait_until(lambda: _is_accepted(up), "comments are accepted", 60)
        wait_until(lambda: status(up, comment_id, token) == "approved", "and judged", 90)
        wait_until(lambda: up.find(r"judge\.log can be written again"), "the log works", 60)
        assert "not written" in (data / "log" / "judge.log").read_text()
        assert up.stop(signal.SIGTERM) == 0
        assert not up.find("Traceback"), "".join(up.output)


def test_a_read_only_disk_costs_lines_only(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk):
        log = LogFile(disk / "log" / "api.log")
        log.write(b"of the last run\n")
        log.close()
        _remount(disk, "ro")
        log.write(b"lost\n")
        log.write(b"lost\n")
        assert log.dropped == 2
        _remount(disk, "rw")
        log.write(b"kept\n")
        log.close()
        dropped, kept = (disk / "log" / "api.log").read_text().splitlines()
        assert json.loads(dropped)["fact"] == "2 lines were not written"
        assert kept == "kept"
        assert (disk / "log" / "api.log.1").read_text() == "of the last run\n"


def _remount(folder: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(folder)], check=True)
