"""The worker's Celery app: imported without reading the environment, configured when it is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.settings import SettingsError
from moderation.store import judging_queue
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from moderation.store.sql.schema import pending
from tests.factories import hand_in, newspaper, reply
from workers.worker import WorkerContext, WorkerProcess, reclaim_leases


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


def test_importing_the_app_reads_no_environment(tmp_path):
    ended = python(
        "import workers.tasks; from workers.app import app; print(app.configured)",
        GATEHOUSE_PORT="eighty",
        GATEHOUSE_DATA=str(tmp_path / "data"),
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "False\n", "")
    assert not (tmp_path / "data").exists()


def test_the_app_is_configured_from_the_environment_when_it_is_needed(tmp_path):
    ended = python(
        "from workers.app import app\n"
        "print(app.conf.broker_url, app.conf.beat_schedule['sweep']['schedule'],"
        " app.conf.task_time_limit, app.conf.accept_content, 'gatehouse.judge' in app.tasks,"
        " app.conf.worker_proc_alive_timeout,"
        " app.connection_for_write().__class__.__name__)\n"
        "app.loader.import_default_modules(); print(sorted(n for n in app.tasks if 'gate' in n))",
        GATEHOUSE_REDIS_URL="unix:///run/v.sock?db=3",
        GATEHOUSE_SWEEP_SECONDS="7",
        GATEHOUSE_SCORER_TIMEOUT="50",
        GATEHOUSE_LEASE_SECONDS="60",
        GATEHOUSE_DATA=str(tmp_path),
    )
    assert ended.stdout.splitlines() == [
        "redis+socket:///run/v.sock?virtual_host=3 7.0 200 ['json'] False 120.0 FastReconnect",
        "['gatehouse.bulk', 'gatehouse.deliver', 'gatehouse.judge', 'gatehouse.sweep']",
    ], ended.stderr


def test_what_celery_warns_of_is_not_logged(tmp_path):
    ended = python(
        "import warnings\n"
        "from celery.exceptions import CPendingDeprecationWarning, SecurityWarning\n"
        "from celery.signals import celeryd_init\n"
        "from workers.app import app\n"
        "celeryd_init.send(sender='judge', instance=None, conf=app.conf, options={})\n"
        "warnings.warn(SecurityWarning('superuser'))\n"
        "app.log.setup(loglevel='INFO')\n"
        "warnings.warn(CPendingDeprecationWarning('version 6'))\n"
        "import logging; logging.getLogger('gatehouse.worker').warning('this is logged')\n",
        GATEHOUSE_DATA=str(tmp_path),
    )
    assert ended.returncode == 0, ended.stderr
    [line] = ended.stderr.splitlines()
    assert "this is logged" in line


def test_a_wrong_setting_is_reported_when_it_is_needed():
    ended = python("from workers.app import app; app.conf.broker_url", GATEHOUSE_PORT="eighty")
    assert ended.returncode != 0
    assert "SettingsError: GATEHOUSE_PORT makes no sense" in ended.stderr


@pytest.mark.parametrize("name", ["GATEHOUSE_POLICY", "GATEHOUSE_TOXICITY_MODEL"])
def test_a_worker_refuses_a_policy_and_a_model_that_make_no_sense(monkeypatch, name):
    monkeypatch.setenv(name, "nonsense")
    with pytest.raises(SettingsError, match=name):
        WorkerProcess().start("judge")


def test_what_a_dead_process_holds_is_free(monkeypatch, tmp_path):
    """Although another has its number, as in a container that was started again, and although nobody has waited for it; a
    process that lives keeps what it holds.
    """
    monkeypatch.setenv("GATEHOUSE_DATA", str(tmp_path))
    process = WorkerProcess()
    migrate(Store(process.settings.database, process.settings.master_secret()))
    process.start("courier")
    store, host = process.context.store, process.context.lease.split("/")[0]
    site = newspaper(store)
    dead, zombie, alive = hand_in(store, reply(site), reply(site), reply(site))
    other = os.getppid()
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    leases = {
        dead: f"{host}/{other}/1-abcd",
        zombie: f"{host}/{ended.pid}/{birth_of(ended.pid)}-abcd",
        alive: f"{host}/{other}/{birth_of(other)}-abcd",
    }
    with store.write() as connection:
        for comment_id, lease in leases.items():
            connection.execute(
                pending.update().where(pending.c.comment_id == comment_id).values(lease=lease)
            )
    reclaim_leases(process.context)
    with store.read() as connection:
        assert judging_queue.leases(connection, f"{host}/") == {leases[alive]}
    ended.wait()
    process.stop()


def birth_of(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def test_a_context_belongs_to_the_process_that_made_it(monkeypatch, tmp_path):
    process = WorkerProcess()
    with pytest.raises(RuntimeError):
        _ = process.context
    monkeypatch.setenv("GATEHOUSE_DATA", str(tmp_path))
    process.start("courier")
    context = process.context
    assert isinstance(context, WorkerContext)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(RuntimeError):
            _ = process.context
    process.stop()
    assert context.stopping.is_set()
    with pytest.raises(RuntimeError):
        _ = process.context
