"""The Python client against a Gatehouse that runs: what it can do, sync and async alike."""

import asyncio
import inspect
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gatehouse_client import ApiError, AsyncGatehouse, Gatehouse, Unreachable, queue_calls
from gatehouse_client.wire import ATTEMPTS, pause_before
from harness.gatehouse_process import GatehouseProcess
from harness.servers import wait_until
from tests.factories import key_of

PAGE = "https://herald.test/news/1"


@pytest.fixture
def gatehouse(running: GatehouseProcess, url: str):
    with Gatehouse(running.key, url) as client:
        yield client


@pytest.fixture
def site_id(running: GatehouseProcess) -> str:
    """Threads name their site: others of the same origin are here as well."""
    return running.site.id


def page() -> str:
    """An article of the test's own."""
    return f"https://herald.test/{uuid.uuid4().hex}"


def test_from_handing_in_to_the_last_word(gatehouse: Gatehouse, site_id: str) -> None:
    article = page()
    receipt = gatehouse.submit("A fine article.", page_url=article, name="Carol", page_title="News")
    assert abs(receipt.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    comment = gatehouse.wait(receipt.id, 20)
    assert (comment.status, comment.text, comment.author.name) == (
        "approved",
        "A fine article.",
        "Carol",
    )
    assert (comment.page.url, comment.page.title, comment.page.id) == (article, "News", None)
    assert (
        comment.decision and comment.decision.actor == "policy" and comment.decision.sequence == 1
    )
    assert 0 <= comment.scores["toxicity"] < 0.5
    assert gatehouse.status(receipt.id, receipt.author_token) == "approved"
    assert [comment.id for comment in gatehouse.thread(article, site_id=site_id)] == [receipt.id]
    decided = gatehouse.decide(receipt.id, "reject", reason="off_topic", sequence=1)
    assert (decided.outcome, decided.sequence, decided.actor) == ("reject", 2, "moderator")
    assert decided.reasons[0].code == "off_topic"
    assert decided.takes_back is None
    assert gatehouse.comment(receipt.id).status == "rejected"
    assert list(gatehouse.thread(article, site_id=site_id)) == []
    undone = gatehouse.undo_decision(receipt.id, sequence=2)
    assert (undone.outcome, undone.sequence, undone.takes_back) == ("approve", 3, 2)
    assert gatehouse.comment(receipt.id).decision == undone
    with pytest.raises(ApiError) as stale:
        gatehouse.undo_decision(receipt.id, sequence=2)
    assert (stale.value.status, stale.value.code) == (409, "conflict")
    assert gatehouse.undo_decision(receipt.id).outcome == "reject"


def test_a_writer_changes_and_withdraws_a_comment(gatehouse: Gatehouse, site_id: str) -> None:
    article = page()
    receipt = gatehouse.submit("A fine article.", page_url=article, name="Carol")
    gatehouse.wait(receipt.id, 20)
    changed = gatehouse.edit(receipt.id, receipt.author_token, "A very fine article.")
    assert changed.revision == 2
    assert changed.status in (
        "pending",
        "approved",
    )  # a worker may have judged it by the time of the answer
    assert changed.editable_until and changed.editable_until > datetime.now(UTC)
    judged = gatehouse.wait(receipt.id, 20)
    assert judged.decision and judged.decision.revision == 2
    assert [text.text for text in judged.earlier] == ["A fine article."]
    assert [each.text for each in gatehouse.thread(article, site_id=site_id)] == [judged.text]
    gatehouse.report(receipt.id, "spam", note="Again.", ip="198.51.100.1")
    assert dict(gatehouse.comment(receipt.id).reports.reasons) == {"spam": 1}
    assert [report.note for report in gatehouse.reports(receipt.id)] == ["Again."]
    assert receipt.id in [comment.id for comment in gatehouse.queue("reported")]
    gatehouse.withdraw(receipt.id, receipt.author_token)
    gone = gatehouse.comment(receipt.id)
    assert gone.status == "withdrawn" and gone.withdrawn_at and not gone.reports.count
    assert list(gatehouse.thread(article, site_id=site_id)) == []
    with pytest.raises(ApiError) as refused:
        gatehouse.edit(receipt.id, receipt.author_token, "Back again.")
    assert (refused.value.status, refused.value.code) == (409, "not_editable")
    assert gatehouse.reader_rules().edit_minutes == 15
    assert gatehouse.set_reader_rules(15, 0).hold_after_reports == 0


def test_a_writer_appeals_and_another_key_answers(
    gatehouse: Gatehouse, running: GatehouseProcess, url: str
) -> None:
    receipt = gatehouse.submit("A fine article.", page_url=page(), name="Carol")
    gatehouse.wait(receipt.id, 20)
    gatehouse.decide(receipt.id, "reject")
    asked = gatehouse.appeal(receipt.id, receipt.author_token, "It was a quotation.")
    assert asked.appeal and asked.appeal.state == "open"
    [appeal] = [each for each in gatehouse.appeals() if each.comment_id == receipt.id]
    with pytest.raises(ApiError) as refused:
        gatehouse.decide_appeal(appeal.id, "overturn")
    assert refused.value.status == 409
    with Gatehouse(key_of(running.store, running.site), url) as second:
        answered = second.decide_appeal(appeal.id, "overturn", "You are right.")
    assert (answered.state, answered.decided_by) == ("overturned", appeal.decided_by)
    told = gatehouse.own_comment(receipt.id, receipt.author_token)
    assert told.status == "approved" and told.appeal and told.appeal.note == "You are right."


def test_many_comments_are_decided_by_the_worker_and_undone(gatehouse: Gatehouse) -> None:
    article = page()
    ids = [
        gatehouse.submit(f"Thought number {n}.", page_url=article, name="Carol").id
        for n in range(101)
    ]
    wait_until(
        lambda: not gatehouse.preview_bulk(page_url=article, status="pending").count,
        "all are judged",
    )

    def statuses() -> dict[str, str]:
        return {each.id: each.status for each in gatehouse.search(page_url=article)}

    before = statuses()
    preview = gatehouse.preview_bulk(page_url=article)
    assert preview.sample[0].id == ids[-1]
    act = gatehouse.bulk("reject", preview=preview)
    assert (act.action, act.count) == ("reject", len(ids))

    def is_done() -> bool:
        return gatehouse.bulk_progress(act.id).finished_at is not None

    wait_until(is_done, "the worker has done it", 30)
    assert gatehouse.bulk_progress(act.id).decided == len(ids)
    assert set(statuses().values()) == {"rejected"}
    assert act.id in [each.id for each in gatehouse.bulk_decisions()]
    gatehouse.decide(ids[0], "spam")
    gatehouse.undo_bulk(act.id)
    wait_until(is_done, "all is taken back", 30)
    assert [each.comment_id for each in gatehouse.bulk_comments(act.id, state="kept")] == ids[:1]
    assert statuses() == before | {ids[0]: "spam"}
    with pytest.raises(ApiError) as drifted:
        gatehouse.bulk("spam", preview=preview)
    assert (drifted.value.status, drifted.value.code) == (409, "drifted")


def test_claims_and_notes(gatehouse: Gatehouse) -> None:
    receipt = gatehouse.submit("A fine thought.", page_url=page(), name="Carol", author_id="u1")
    comment = gatehouse.wait(receipt.id, 20)
    assert comment.claim is None
    claim = gatehouse.claim(comment.id)
    assert gatehouse.comment(comment.id).claim == claim and claim.until > datetime.now(UTC)
    gatehouse.release(comment.id)
    assert gatehouse.comment(comment.id).claim is None
    opened = gatehouse.keep_open([comment.id])
    assert (opened.mine, opened.others, opened.gone) == ((), {}, (comment.id,)), "it is approved"
    note = gatehouse.add_note(comment.id, "Says the same every week.")
    assert list(gatehouse.notes(comment.id)) == [note] and note.actor_id == claim.actor_id
    with pytest.raises(ApiError) as unknown:
        gatehouse.add_author_note("0" * 64, "Nobody.")
    assert unknown.value.status == 404


def test_why_it_was_held_and_where_it_waits(gatehouse: Gatehouse) -> None:
    receipt = gatehouse.submit("You are a stupid idiot.", page_url=page(), name="Dan")
    held = gatehouse.wait(receipt.id, 20)
    assert held.status == "held" and held.decision
    toxic = next(reason for reason in held.decision.reasons if reason.code == "toxic")
    assert toxic.value and toxic.threshold and toxic.value >= toxic.threshold
    assert {queue.name: queue.count for queue in gatehouse.queues()}["held"] >= 1
    assert receipt.id in [comment.id for comment in gatehouse.queue("held")]
    assert receipt.id in [comment.id for comment in gatehouse.queue("held", reason="toxic")]


def test_a_person_is_handed_out_and_erased(gatehouse: Gatehouse, running, url: str) -> None:
    author = f"u-{uuid.uuid4().hex}"
    article = page()
    sent = [
        gatehouse.submit(f"Number {n}.", page_url=article, name="Carol", author_id=author).id
        for n in range(3)
    ]
    for id in sent:
        gatehouse.wait(id, 20)
    kept = list(gatehouse.export_person(author_id=author, size=2))
    assert [comment["id"] for comment in kept] == sent

    async def counted():
        async with AsyncGatehouse(running.key, url) as client:
            found = await client.erase_person(author_id=author)
            return [
                comment["id"] async for comment in client.export_person(author_id=author)
            ], found

    assert asyncio.run(counted())[0] == sent
    assert (found := asyncio.run(counted())[1]).erased == 0 and found.found["comments"] == 3
    erased = gatehouse.erase_person(author_id=author, confirm=True)
    assert (erased.erased, erased.complete) == (3, True)
    assert list(gatehouse.export_person(author_id=author)) == []
    assert gatehouse.comment(sent[0]).status == "erased"


def test_lists_are_fetched_page_by_page(gatehouse: Gatehouse, site_id: str) -> None:
    article = page()
    ids = [
        gatehouse.submit(f"Thought number {n}.", page_url=article, name="Carol").id
        for n in range(5)
    ]
    for comment_id in ids:
        assert gatehouse.wait(comment_id, 20).status == "approved"
    assert [comment.id for comment in gatehouse.thread(article, site_id=site_id, size=2)] == ids
    listed = [comment.id for comment in gatehouse.queue("approved", size=2)]
    assert [comment_id for comment_id in listed if comment_id in ids] == ids[::-1]


def test_endpoints_and_what_was_sent_there(gatehouse: Gatehouse) -> None:
    made = gatehouse.add_endpoint("https://hooks.herald.test/x", types=["comment.held"])
    assert made.secret.startswith("whsec_") and made.types == ("comment.held",)
    assert gatehouse.endpoint(made.id).secret == ""
    assert made.id in [endpoint.id for endpoint in gatehouse.endpoints()]
    assert gatehouse.rotate_secret(made.id) != made.secret
    assert gatehouse.test_endpoint(made.id).startswith("evt_")
    [delivery] = gatehouse.deliveries(made.id)
    assert (delivery.type, delivery.state) == ("webhook.test", "due")  # nobody has that name

    def resent() -> bool:
        try:
            return gatehouse.resend(delivery.id).id == delivery.id
        except ApiError as refused:
            assert refused.status == 409  # it is being sent at this moment
            return False

    wait_until(resent, "it is sent again")
    assert gatehouse.endpoint(made.id).waiting == 1
    assert gatehouse.replay(made.id) == 0
    assert gatehouse.switch_endpoint(made.id, enabled=False).state == "disabled"
    gatehouse.remove_endpoint(made.id)
    assert made.id not in [endpoint.id for endpoint in gatehouse.endpoints()]


def test_what_is_refused_says_why(
    gatehouse: Gatehouse, running: GatehouseProcess, url: str
) -> None:
    with pytest.raises(ApiError) as refused:
        gatehouse.submit("", page_url=PAGE, name="Carol")
    assert (refused.value.status, refused.value.code) == (422, "invalid")
    assert [error.pointer for error in refused.value.fields] == ["/text"]
    with pytest.raises(ApiError) as missing:
        gatehouse.comment("../../readyz?x=1")  # one segment of a path, whatever it holds
    assert missing.value.status == 404
    with Gatehouse("ghs_wrong", url) as stranger, pytest.raises(ApiError) as unknown:
        stranger.queues()
    assert unknown.value.status == 401
    receipt = gatehouse.submit("Once.", page_url=page(), name="Carol", idempotency_key="k-1")
    with pytest.raises(ApiError) as reused:
        gatehouse.submit("Twice.", page_url=page(), name="Carol", idempotency_key="k-1")
    assert (reused.value.status, reused.value.code) == (422, "idempotency_key_reused")
    assert running.key not in repr(gatehouse) + str(refused.value) + repr(receipt)


def test_the_async_client_does_the_same(running: GatehouseProcess, url: str, site_id: str) -> None:
    async def all_of_it() -> None:
        async with AsyncGatehouse(running.key, url) as gatehouse:
            article = page()
            submissions = [
                gatehouse.submit(f"Async {n}.", page_url=article, name="Carol") for n in range(3)
            ]
            receipts = await asyncio.gather(*submissions)
            comments = [await gatehouse.wait(receipt.id, 20) for receipt in receipts]
            assert {comment.status for comment in comments} == {"approved"}
            assert {
                comment.id async for comment in gatehouse.thread(article, site_id=site_id, size=2)
            } == {receipt.id for receipt in receipts}
            await gatehouse.decide(receipts[0].id, "spam")
            undone = await gatehouse.undo_decision(receipts[0].id, sequence=2)
            assert (undone.outcome, undone.takes_back) == ("approve", 2)

    asyncio.run(all_of_it())


def test_both_have_the_same_methods() -> None:
    def methods(client: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(Gatehouse) == methods(AsyncGatehouse)


def scripted(
    *answers: httpx.Response | Exception, attempts: int = ATTEMPTS
) -> tuple[Gatehouse, list[httpx.Request]]:
    """A client whose service answers so, one after the other."""
    remaining, requests = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        following = remaining.pop(0)
        if isinstance(following, Exception):
            raise following
        return following

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return Gatehouse("ghs_x", http=http, attempts=attempts), requests


RECEIPT = {
    "id": "cmt_1",
    "status": "pending",
    "status_url": "",
    "author_token": "gha_x",
    "created_at": "2026-11-25T12:00:00.000Z",
    "added_later": True,
}


def test_a_submission_is_sent_again_with_the_same_key() -> None:
    gatehouse, requests = scripted(httpx.ConnectError("away"), httpx.Response(202, json=RECEIPT))
    assert gatehouse.submit("Hello.", page_url=PAGE, name="Carol").id == "cmt_1"
    first, second = (request.headers["idempotency-key"] for request in requests)
    assert first == second and requests[0].content == requests[1].content


def test_a_decision_is_not() -> None:
    gatehouse, requests = scripted(httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        gatehouse.decide("cmt_1", "approve")
    assert len(requests) == 1
    gatehouse, requests = scripted(httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        gatehouse.undo_decision("cmt_1")
    assert len(requests) == 1


def test_who_has_no_time_asks_once() -> None:
    gatehouse, requests = scripted(httpx.ConnectError("away"), attempts=1)
    with pytest.raises(Unreachable):
        gatehouse.queues()
    assert len(requests) == 1


def test_who_is_asked_to_wait_long_is_told_so() -> None:
    call = queue_calls.queues()
    assert pause_before(2, call, ApiError(429, "rate_limited", "", (), 2)) == 2
    assert pause_before(2, call, ApiError(429, "rate_limited", "", (), 60)) is None
    assert pause_before(2, call, ApiError(404, "not_found", "")) is None
    assert pause_before(ATTEMPTS + 1, call, Unreachable()) is None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"items": [{"name": 1}]}),
        httpx.Response(200, json={"items": None}),
        httpx.Response(200, text="[" * 100_000),
    ],
)
def test_what_is_not_gatehouse_is_no_crash(answer: httpx.Response) -> None:
    gatehouse, _ = scripted(*[answer] * ATTEMPTS)
    with pytest.raises(Unreachable):
        gatehouse.queues()


def test_a_page_never_leads_to_another_host() -> None:
    gatehouse, requests = scripted(
        httpx.Response(200, json={"items": [], "next": "https://evil.test/api/v1/x"})
    )
    assert list(gatehouse.queue("held")) == []
    assert len(requests) == 1
