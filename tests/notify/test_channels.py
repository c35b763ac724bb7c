"""Channels: notices through the real Apprise over real sockets, and what its process refuses."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable

import pytest
import sqlalchemy as sa

from moderation.domain.channel import check_channel
from moderation.domain.comment import AuthorRef
from moderation.domain.delivery import MODERATORS, NOTICE_PAUSE, Endpoint, Format, Response
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.event import ALARM, DIGEST, MENTION, EventType
from moderation.domain.notice import DEFAULT_TYPES, Notice
from moderation.notify import endpoints
from moderation.notify.deliver import NOTICES
from moderation.notify.notifier import Notifier
from moderation.review.notes import add_to_comment
from moderation.store import memberships, moderators
from moderation.store.sql import schema
from tests.notify.post import PostOffice
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, Scripted

WORDS = Notice("Gatehouse: a title", "Some lines\nhttps://gate.herald.test/console/", False)
PUBLIC = "https://gate.herald.test"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk"


def channels(allow: str = "", mail: str = "", seconds: float = 20.0) -> Notifier:
    return Notifier(allow, mail, seconds, PUBLIC)


def gotify(receiver: Receiver, host: str = "127.0.0.1") -> str:
    return f"gotify://{host}:{receiver.port}/sEcReTtOkEn"


def add(herald: Newsroom, url: str = SLACK, **options: object) -> Endpoint:
    return endpoints.add_channel(
        herald.store,
        herald.site.id,
        url,
        "Gotify, masked",
        now=herald.clock(),
        entropy=os.urandom,
        **options,
    )


def test_what_apprise_reads_is_shown_without_its_secrets() -> None:
    shown = channels().read(SLACK)
    assert shown.startswith("Slack, slack://") and shown.endswith("#desk/")
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in shown
    pasted = channels().read(
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    )
    assert pasted.startswith("Slack, ") and "TIiajkdnlazkcOXrIdevi7FQ" not in pasted
    mail = channels().read("mailtos://me:pa55word@mail.example.com:587?to=a@b.de&from=c@b.de")
    assert mail == "E-Mail, mailtos://me:****@mail.example.com/a@b.de"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("json://hooks.example.com/", "add a webhook"),
        ("JSONS://hooks.example.com/", "add a webhook"),
        ("xml://hooks.example.com/", "add a webhook"),
        ("forms://hooks.example.com/", "add a webhook"),
        ("apprise://hooks.example.com/token", "add a webhook"),
        ("syslog://", "Apprise URL"),
        ("dbus://x", "the machine that Gatehouse runs on"),
        ("ntfy://127.0.0.1/topic", "not public"),
        ("ntfys://[::1]/topic", "not public"),
        ("gotify://169.254.169.254/token", "not public"),
        ("mmost://chat.internal/token", "not public"),
        ("mmost://chat.team.svc/token", "not public"),
        ("ntfy://localhost/topic", "not public"),
        ("slack", "Apprise URL"),
        ("slack://a b", "Apprise URL"),
        ("slack://" + "a" * 2000, "one line"),
        ("slack://a\nb", "one line"),
    ],
)
def test_an_invalid_channel_is_refused_before_apprise_starts(url: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        check_channel(url)


@pytest.mark.parametrize("url", ["nosuch://x/y", "https://hooks.example.com/", "slack://"])
def test_what_apprise_cannot_read_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        channels().read(url)


def test_a_notice_arrives() -> None:
    with Receiver(["200"]) as receiver:
        response = channels(receiver.allow).notify(gotify(receiver), WORDS, [])
    assert (response.status, response.error) == (200, "")
    (got,) = receiver.got
    content = json.loads(got.body)
    assert content["title"] == WORDS.title
    assert PUBLIC in content["message"]


@pytest.mark.parametrize(
    ("mode", "status", "error"),
    [("404", 404, ""), ("410", 410, ""), ("500", 500, ""), ("reset", None, "unreachable"), ("hang", None, "timeout")],
)  # fmt: skip
def test_a_services_answer_is_in_the_response(mode: str, status: int | None, error: str) -> None:
    with Receiver([mode] * 3) as receiver:
        seconds = 2.5 if mode == "hang" else 20.0
        response = channels(receiver.allow, seconds=seconds).notify(gotify(receiver), WORDS, [])
    assert (response.status, response.error) == (status, error)


def test_a_service_may_ask_for_patience() -> None:
    with Receiver(["retry-after"] * 3) as receiver:
        response = channels(receiver.allow).notify(gotify(receiver), WORDS, [])
    assert (response.status, response.retry_after) == (503, 420_000)


def test_nothing_leads_inside() -> None:
    """Neither a name, nor a redirect of a host that is allowed, nor a mail server named as an option."""
    with Receiver() as inner, PostOffice() as post:
        for url in (
            f"gotify://127.0.0.1:{inner.port}/token",
            f"gotify://localhost:{inner.port}/token",
            f"gotify://localhost.localdomain:{inner.port}/token",
            f"mailto://me:secret@example.com?smtp=localhost&port={post.port}&mode=insecure",
        ):
            response = channels().notify(url, WORDS, [])
            assert response.status is None
            assert response.error in ("address", "unreachable"), url
        with Receiver([f"http://127.0.0.1:{inner.port}/message"]) as outer:
            response = channels(outer.allow).notify(gotify(outer), WORDS, [])
            assert response.error == "address"
            assert len(outer.got) == 1
    assert inner.connections == 0 and post.got == []


def test_a_name_that_is_allowed_may_be_an_inner_one() -> None:
    with Receiver(["200"]) as receiver:
        allow = f"localhost:{receiver.port}"
        response = channels(allow).notify(gotify(receiver, "localhost"), WORDS, [])
    assert response.status == 200


def test_the_apprise_process_inherits_no_settings_or_proxies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Receiver(["200"]) as receiver, Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("GATEHOUSE_SECRET_KEY", "x" * 40)
        assert channels(receiver.allow).notify(gotify(receiver), WORDS, []).status == 200
    assert proxy.connections == 0


_TRIES = """
import json, os, socket, subprocess, sys
from moderation.notify.apprise_process import (ConnectionRefused, Guard)
Guard(frozenset(), trusted={trusted}).install()
def refused(act):
    try:
        act()
    except ConnectionRefused:
        return True
    except OSError:
        return False
    return False
print(json.dumps([refused(act) for act in (
    lambda: open("/etc/passwd"), lambda: open(os.path.expanduser("~/.netrc")), lambda: open("x", "w"),
    lambda: open(sys.prefix + "/x", "w"), lambda: os.open("/tmp/x", os.O_CREAT),
    lambda: subprocess.run(["true"]), lambda: os.system("true"),
    lambda: socket.socket().bind(("127.0.0.1", 0)),
    lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"),
    lambda: socket.create_connection(("127.0.0.1", 1)), lambda: socket.create_connection(("::1", 1)),
    lambda: socket.socket().connect(("localhost", 1)),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("169.254.169.254", 53)),
    lambda: open(json.__file__), lambda: __import__("xml.dom.minidom"),
)]))
"""


@pytest.mark.parametrize("trusted", [False, True])
def test_the_apprise_process_opens_no_files_processes_or_inner_addresses(trusted: bool) -> None:
    """Files, processes, servers and inner addresses: whoever asks. The operator's own URL leads anywhere."""
    script = _TRIES.format(trusted=trusted)
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    inner = not trusted
    assert json.loads(process.stdout) == [True] * 8 + [inner] * 5 + [False] * 2


def test_a_missing_apprise_is_reported(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apprise.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Conflict, match=r"make env EXTRAS=notices"):
        channels().read(SLACK)
    assert channels().notify(SLACK, WORDS, []).error == "apprise"


def test_moderators_get_a_mail_each_and_a_bad_address_spoils_nothing() -> None:
    with PostOffice({"gone@herald.test"}) as post:
        notifier = channels(mail=post.url)
        assert notifier.read(MODERATORS) == MODERATORS
        response = notifier.notify(
            MODERATORS, WORDS, ["ada@herald.test", "gone@herald.test", "bo+x@herald.test"]
        )
        assert (response.status, response.error) == (250, "")
        assert [to for to, _ in post.got] == ["ada@herald.test", "bo+x@herald.test"]
        for to, mail in post.got:
            assert mail["Subject"] == WORDS.title
            assert mail["To"] == to, "nobody reads the others' addresses"
            assert PUBLIC in str(mail.get_body(("plain",)))
        response = notifier.notify(MODERATORS, WORDS, ["gone@herald.test"])
        assert response.status == 550
        assert notifier.notify(MODERATORS, WORDS, []).error == "nobody"


def test_without_a_mail_server_moderators_are_no_channel() -> None:
    with pytest.raises(Conflict, match="GATEHOUSE_MAIL_URL"):
        channels().read(MODERATORS)
    assert channels().notify(MODERATORS, WORDS, ["ada@herald.test"]).error == "nobody"


def test_a_channels_url_is_stored_encrypted_and_shown_masked(herald: Newsroom) -> None:
    made = add(herald)
    assert (made.types, made.format) == (DEFAULT_TYPES, Format.NOTICE)
    assert DEFAULT_TYPES == (EventType.DISABLED, MENTION, DIGEST, ALARM)
    with herald.store.read() as connection:
        row = connection.execute(sa.select(schema.endpoints)).one()
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in repr(row._mapping)
    assert herald.store.crypto.decrypt(row.secret_sealed, made.id) == SLACK
    with pytest.raises(Invalid, match="webhook"):
        add(herald, "json://hooks.example.com/")
    with pytest.raises(Invalid, match="type"):
        add(herald, types=["comment.exploded"])


class ScriptedNotify:
    """A notify with scripted answers that keeps the notices."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.notices: list[tuple[str, Notice, list[str]]] = []

    def __call__(self, url: str, words: Notice, emails: Iterable[str]) -> Response:
        self.notices.append((url, words, list(emails)))
        return self.answers.pop(0) if self.answers else Response(200)


def test_a_flood_is_one_notice_of_numbers_and_links_and_then_it_rests(herald: Newsroom) -> None:
    add(herald, types=["comment.received"])
    ids = [herald.happen("<b>buy pills</b>", author=stranger()) for _ in range(25)]
    tell = ScriptedNotify()
    result = herald.deliver(Scripted(), notify=tell, public_url=PUBLIC)
    assert result.delivered == 25
    ((url, words, emails),) = tell.notices
    assert (url, emails) == (SLACK, [])
    assert words.title == "Gatehouse: 25 comments came in"
    assert f"{PUBLIC}/console/comments/{ids[0]}" in words.body
    assert "and 15 more" in words.body
    for stolen in ("pills", "Mallory", "mallory@evil.test"):
        assert stolen not in words.title + words.body
    herald.happen()
    assert herald.deliver(Scripted(), notify=tell, public_url=PUBLIC).delivered == 0
    herald.clock.turn(NOTICE_PAUSE + 1)
    assert herald.deliver(Scripted(), notify=tell, public_url=PUBLIC).delivered == 1


def stranger() -> AuthorRef:
    return AuthorRef("Mallory", "mallory@evil.test")


def test_an_endpoint_that_is_disabled_is_told_to_people_with_a_link(herald: Newsroom) -> None:
    add(herald)
    with Receiver() as receiver:
        endpoint, _ = herald.listen(receiver)
    endpoints.disable_endpoint(
        herald.store, [herald.site.id], endpoint.id, now=herald.clock(), entropy=os.urandom
    )
    tell = ScriptedNotify()
    herald.deliver(Scripted(), notify=tell, public_url=PUBLIC)
    ((_, words, _),) = tell.notices
    assert words.urgent
    assert f"{PUBLIC}/console/endpoints/{endpoint.id}" in words.body


def test_moderators_who_want_no_mails_get_none(herald: Newsroom) -> None:
    with herald.store.write() as connection:
        for email in ("ada@herald.test", "bo@herald.test"):
            moderator_id = moderators.add(connection, email, "", herald.clock(), os.urandom)
            memberships.grant(connection, moderator_id, herald.site.id, "moderator")
        moderators.set_digest(connection, moderator_id, False)
    made = add(herald, MODERATORS)
    endpoints.send_test(
        herald.store, [herald.site.id], made.id, now=herald.clock(), entropy=os.urandom
    )
    tell = ScriptedNotify()
    herald.deliver(Scripted(), notify=tell)
    assert [emails for _, _, emails in tell.notices] == [["ada@herald.test"]]


def test_who_is_mentioned_gets_a_mail_and_nobody_else_does(herald: Newsroom) -> None:
    with herald.store.write() as connection:
        ids = {
            name: moderators.add(connection, f"{name}@herald.test", "", herald.clock(), os.urandom)
            for name in ("ada", "bo", "cy", "dee")
        }
        for moderator_id in ids.values():
            memberships.grant(connection, moderator_id, herald.site.id, "moderator")
        moderators.set_digest(connection, ids["dee"], False)
    add(herald, MODERATORS)
    comment_id = herald.happen("<b>SECRET</b>", author=stranger())
    with PostOffice(set()) as post:
        for text in ("@bo, and @dee: do you know this SECRET?", "@cy @bo, still here?"):
            add_to_comment(
                herald.store,
                ids["ada"],
                {herald.site.id},
                comment_id,
                text,
                now=herald.clock(),
                entropy=os.urandom,
            )
            for _ in range(3):
                herald.deliver(Scripted(), notify=channels(mail=post.url).notify, public_url=PUBLIC)
                herald.clock.turn(NOTICE_PAUSE + 1)
        # Whoever wants no mails finds it on the account page.
        received = sorted(to for to, _ in post.got)
        assert received == ["bo@herald.test", "bo@herald.test", "cy@herald.test"]
        for _, mail in post.got:
            body = str(mail.get_body(("plain",)))
            assert f"{PUBLIC}/console/comments/{comment_id}" in body
            assert "SECRET" not in body + mail["Subject"] and "ada@" not in body


def test_a_channel_that_fails_is_seen_to_and_hears_it_later(herald: Newsroom) -> None:
    made = add(herald, types=["comment.received"])
    herald.happen()
    tell = ScriptedNotify(Response(404), Response(error="rejected"))
    for _ in range(2):
        herald.deliver(Scripted(), notify=tell)
        herald.clock.turn(400_000)
    (delivery,) = herald.deliveries(made)
    assert [(attempt.response.status, attempt.response.error) for attempt in delivery.attempts] == [
        (404, ""),
        (None, "rejected"),
    ]
    assert endpoints.get_endpoint(herald.store, [herald.site.id], made.id).failing_since
    herald.clock.turn(2_000_000)
    assert herald.deliver(Scripted(), notify=tell).delivered == 1
    assert endpoints.get_endpoint(herald.store, [herald.site.id], made.id).failing_since is None


def test_channels_that_hang_delay_no_webhook(herald: Newsroom) -> None:
    """More notices than may be sent at once, and webhooks that are due while they hang."""
    for _ in range(6):
        add(herald, types=["comment.received"])
    released, began = threading.Event(), threading.Semaphore(0)
    with Receiver() as receiver:
        herald.listen(receiver)
        herald.happen()
        sent: list[str] = []
        in_time: list[bool] = []

        def hang(url: str, words: Notice, emails: Iterable[str]) -> Response:
            began.release()
            in_time.append(released.wait(60))
            return Response(error="timeout")

        def send(url, headers, body) -> Response:
            sent.append(url)
            if len(sent) == 20:
                released.set()
            elif len(sent) > 1 or began.acquire(timeout=60):
                herald.happen()
            return Response(200)

        herald.deliver(send, notify=hang)
    assert len(sent) == 20
    assert in_time and all(in_time), "the webhooks were through before any notice was"


def test_more_channels_than_may_be_told_at_once_are_told_by_one_drain(herald: Newsroom) -> None:
    for _ in range(2 * NOTICES + 1):
        add(herald, types=["comment.received"])
    herald.happen()
    tell, at_once, most = ScriptedNotify(), threading.Semaphore(NOTICES), []

    def count(url: str, words: Notice, emails: Iterable[str]) -> Response:
        most.append(at_once.acquire(blocking=False))
        response = tell(url, words, emails)
        at_once.release()
        return response

    assert herald.deliver(Scripted(), notify=count).delivered == 2 * NOTICES + 1
    assert all(most)
