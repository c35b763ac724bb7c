"""Webhooks that a Gatehouse sends over HTTP, verified by the specification's own library and by Svix's."""

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from standardwebhooks import Webhook as Standard
from standardwebhooks import WebhookVerificationError as StandardError
from svix.webhooks import Webhook as Svix
from svix.webhooks import WebhookVerificationError as SvixError

from gatehouse_client import Gatehouse
from harness.servers import wait_until
from moderation.store import compat_apis
from tests.factories import NOON, key_of, newspaper


class Site(ThreadingHTTPServer):
    """A site's server. got: headers and body of every POST, as they came in; paths: where to."""

    daemon_threads = True
    got: list[tuple[dict[str, str], bytes]]
    paths: set[str]

    def read(self, type: str) -> tuple[dict[str, str], bytes]:
        """The first message of that type, once it is here."""

        def of_type() -> list[tuple[dict[str, str], bytes]]:
            return [message for message in self.got if f'"type":"{type}"'.encode() in message[1]]

        return wait_until(of_type, f"a {type} comes in")[0]


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.paths.add(self.path)
        self.server.got.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(receivers) -> Iterator[Site]:
    server = Site(("127.0.0.1", receivers.pop()), _Handler)
    server.got, server.paths = [], set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "options",
    [{}, {"payload": "text"}, {"format": "cloudevents"}, {"batch": 100}],
    ids=["plain", "with text", "cloudevents", "batches"],
)
def test_both_libraries_accept_what_arrives(running, site, options) -> None:
    text = f"Thank you for the piece about the café 👍 {uuid.uuid4().hex}"
    with Gatehouse(running.key, f"http://127.0.0.1:{running.port}") as gatehouse:
        endpoint = gatehouse.add_endpoint(f"http://127.0.0.1:{site.server_port}/hook", **options)
        sent = gatehouse.submit(text, page_url="https://herald.test/verified", name="Carol")
        headers, body = site.read("comment.approved")
        Svix(endpoint.secret).verify(body, headers)
        message = Standard(endpoint.secret).verify(body, headers)
        event = message["data"]["events"][-1] if "batch" in options else message
        assert event["data"]["comment_id"] == sent.id
        assert event["data"].get("text") == (text if "payload" in options else None)
        other = "whsec_" + "QUJD" * 8
        for library, refusal in ((Standard, StandardError), (Svix, SvixError)):
            with pytest.raises(refusal):
                library(endpoint.secret).verify(body.replace(b"approved", b"rejected"), headers)
            with pytest.raises(refusal):
                library(other).verify(body, headers)
        gatehouse.remove_endpoint(endpoint.id)


def test_while_a_secret_is_changed_both_are_good(running, site) -> None:
    with Gatehouse(running.key, f"http://127.0.0.1:{running.port}") as gatehouse:
        endpoint = gatehouse.add_endpoint(f"http://127.0.0.1:{site.server_port}/hook")
        new = gatehouse.rotate_secret(endpoint.id)
        gatehouse.test_endpoint(endpoint.id)
        headers, body = site.read("webhook.test")
        for library in (Standard, Svix):
            library(endpoint.secret).verify(body, headers)
            library(new).verify(body, headers)
        site.got.clear()
        newest = gatehouse.rotate_secret(endpoint.id, overlap_hours=0)  # the old ones have leaked
        gatehouse.test_endpoint(endpoint.id)
        headers, body = site.read("webhook.test")
        for library, refusal in ((Standard, StandardError), (Svix, SvixError)):
            library(newest).verify(body, headers)
            for old in (endpoint.secret, new):
                with pytest.raises(refusal):
                    library(old).verify(body, headers)
        gatehouse.remove_endpoint(endpoint.id)


def test_an_unmodified_wordpress_hears_what_its_moderator_decided(running, site) -> None:
    """From the plugin's question to the call of the plugin's own webhook, with all processes between."""
    blog = f"http://127.0.0.1:{site.server_port}"
    blog_site = newspaper(running.store, "A Blog", blog)
    with running.store.write() as connection:
        compat_apis.switch_on(connection, blog_site.id, compat_apis.AKISMET, "", NOON)
    key, url = (
        key_of(running.store, blog_site, compat_apis.AKISMET),
        f"http://127.0.0.1:{running.port}",
    )
    check = {
        **{"api_key": key, "blog": blog, "user_ip": "192.0.2.7", "comment_post_ID": "17"},
        **{"comment_author": "Dan", "comment_content": "You are a stupid idiot, miller."},
    }
    plugin = {"User-Agent": "WordPress/6.8.3 | Akismet/5.5"}
    answer = httpx2.post(f"{url}/1.1/comment-check", data=check, headers=plugin)
    assert answer.text == "false" and answer.headers["x-akismet-recheck-after"]
    guid = answer.headers["x-akismet-guid"]
    with Gatehouse(key_of(running.store, blog_site), url) as gatehouse:
        for outcome, result in (("approve", "false"), ("spam", "true")):
            gatehouse.decide(guid, outcome)
            headers, body = wait_until(lambda: site.got, f"WordPress hears: {outcome}")[0]
            site.got.clear()
            assert headers["content-type"] == "application/json"
            assert json.loads(body) == {
                "key": key,
                "endpoint": "comment-check",
                "comments": [{"guid": guid, "result": result, "comment_post_ID": "17"}],
            }
    assert site.paths == {"/wp-json/akismet/v1/webhook"}
