"""`gatehouse up` from start to end: the first comment, both ways to stop, the data kept."""

import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from harness.servers import wait_until
from tests.gatehouse.conftest import Run, Up, free_port, living

REPLY = {
    "author": {"name": "Carol"},
    "text": "Thank you, that was a thoughtful article about the harbour.",
}


def hand_in(up: Up) -> tuple[str, str]:
    """A comment with the printed key: its id and its author's token."""
    receipt = up.ask(
        "/api/v1/comments",
        {**REPLY, "page": {"url": f"{up.url}/demo"}},
        Authorization=f"Bearer {up.find('ghp_[0-9a-f]{40}')}",
        Origin=up.url,
    )
    return receipt["id"], receipt["author_token"]


def status(up: Up, comment_id: str, token: str) -> str:
    answer = up.ask(f"/api/v1/comments/{comment_id}", Authorization=f"Bearer {token}")
    return str(answer["status"])


def test_from_the_first_start_to_the_last_orphan(
    start_up: Callable[..., Up], gatehouse: Run, data: Path
) -> None:
    up = start_up().until_ready()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    secret = up.find("ghs_[0-9a-f]{40}")
    assert secret and up.find(r"/console/login\?link=ghl_")

    comment_id, token = hand_in(up)
    wait_until(lambda: status(up, comment_id, token) == "approved", "the comment is approved", 60)

    up.until_judging()
    doctor = gatehouse("doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr

    second = gatehouse("up")
    assert second.returncode == 1
    assert "runs in" in second.stderr and second.stderr.count("\n") == 1

    children = up.offspring()
    # Broker, orphan reaper, API, worker and its child, courier; the sweep needs no process of its own.
    assert len(children) == 6
    assert up.stop(signal.SIGINT) == 0, "".join(up.output)
    assert not living(children)
    assert up.find("stopped; everything is kept")

    up = start_up().until_ready()
    assert not up.find("ghs_"), "a secret key is shown once"
    kept = up.ask(f"/api/v1/comments/{comment_id}", Authorization=f"Bearer {secret}")
    assert kept["text"] == REPLY["text"] and kept["status"] == "approved"
    hand_in(up)

    up.until_judging()
    children = up.offspring()
    for pid in children:
        if _name(pid) == "worker":
            os.kill(pid, signal.SIGSTOP)  # it does not end however kindly it is asked
    up.stop(signal.SIGKILL)
    up = start_up().until_ready()
    assert not living(children), "a killed `up` leaves nobody behind"
    assert up.stop(signal.SIGTERM) == 0


def test_a_child_that_dies_is_started_again(start_up: Callable[..., Up]) -> None:
    # The claims of a dead worker last an hour, so somebody must notice that it is dead.
    up = start_up(lease_seconds=3600).until_ready()
    up.until_judging()
    for child, names in (
        ("broker", ("valkey-server", "redis-server")),
        ("judge", ("worker",)),  # with its own child, which does the work
        ("api", ("api",)),
    ):
        for pid in up.offspring():
            if _name(pid) in names:
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda child=child: up.find(rf"{child} ended \(SIGKILL\)"), "its death is told")
        comment_id, token = wait_until(lambda: _try_to_hand_in(up), "comments are accepted")
        wait_until(
            lambda comment=(comment_id, token): status(up, *comment) == "approved", "and judged"
        )
    assert up.stop() == 0


def _try_to_hand_in(up: Up) -> tuple[str, str] | None:
    try:
        return hand_in(up)
    except OSError:  # nobody listens yet
        return None


def _name(pid: int) -> str:
    import subprocess

    shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True)
    return Path(shown.stdout.strip()).name


def test_a_second_request_to_stop_is_obeyed_at_once(start_up: Callable[..., Up]) -> None:
    up = start_up().until_ready()
    children = up.offspring()
    up.process.send_signal(signal.SIGINT)
    wait_until(lambda: up.find("stopping"), "it stops")
    assert up.stop(signal.SIGINT) == 0
    assert not living(children)


def test_what_cannot_work_is_said_in_one_sentence(gatehouse: Run, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = gatehouse("up", "--port", str(port))
    assert refused.returncode == 2
    assert f"127.0.0.1:{port} is taken" in refused.stderr and refused.stderr.count("\n") == 1

    foreign = data.parent / "foreign"
    foreign.mkdir()
    (foreign / "letters.txt").write_text("not ours")
    refused = gatehouse("up", "--data", str(foreign), "--port", str(free_port()))
    assert refused.returncode == 1
    assert "holds other things" in refused.stderr and refused.stderr.count("\n") == 1

    long = str(data.parent / ("long" * 25))
    refused = gatehouse("up", "--data", long, "--port", str(free_port()))
    assert refused.returncode == 1
    assert "too long for a socket" in refused.stderr.splitlines()[0]

    with socket.create_server(("127.0.0.1", 0)) as other:  # speaks no PostgreSQL
        url = f"postgresql://gatehouse@127.0.0.1:{other.getsockname()[1]}/gatehouse"
        refused = gatehouse("up", "--port", str(free_port()), database_url=url)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("gatehouse: The database cannot be used: ")
