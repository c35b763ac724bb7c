"""The client is what the served OpenAPI document says: every call is there, every body fits, and every answer that
the document allows is read.
"""

import inspect
import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import jsonschema
import pytest

import gatehouse_client
from gatehouse_client import (
    answers,
    calls,
    campaign_calls,
    endpoint_answers,
    endpoint_calls,
    page_answers,
    page_calls,
    people_calls,
    queue_answers,
    queue_calls,
    reader_answers,
    reader_calls,
    rule_calls,
    site_calls,
)
from gatehouse_client.call import Call
from harness.servers import SECRET
from moderation.environment import read_settings
from service.api.examples import example_of
from service.app import create_app


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    data = str(tmp_path_factory.mktemp("data"))
    settings = read_settings({"GATEHOUSE_DATA": data, "GATEHOUSE_SECRET_KEY": SECRET.decode()})
    return create_app(settings).openapi()


FILTER = {"name": "casino", "kind": "words", "action": "hold", "entries": ["casino"]}
EVERY: dict[str, Call[Any]] = {
    "submit": calls.submit(
        "Hello.",
        page_url="https://herald.test/1",
        name="Carol",
        page_title="News",
        page_id="7",
        email="carol@private.test",
        url="https://carol.example",
        parent_id="cmt_1",
        ip="192.0.2.1",
        user_agent="Firefox",
        referrer="https://herald.test/",
        idempotency_key="k",
        author_id="u7",
        email_confirmed=True,
        staff=True,
        article_author=True,
        browser_token="ghb_x",
    ),
    "comment": calls.comment("cmt_1"),
    "status": calls.status("cmt_1", "gha_x"),
    "decide": calls.decide("cmt_1", "reject", "spam", "No ads.", "Look.", 1, "reject", True),
    "undo_decision": calls.undo_decision("cmt_1", 2, True),
    "claim": calls.claim("cmt_1", True),
    "release": calls.release("cmt_1", True),
    "keep_open": calls.keep_open(["cmt_1"], ["cmt_2"], ["cmt_3"], 1),
    "pick": calls.pick("cmt_1"),
    "unpick": calls.unpick("cmt_1"),
    "notes": calls.notes("cmt_1", 10),
    "add_note": calls.add_note("cmt_1", "Says the same every week."),
    "author_notes": calls.author_notes("0" * 64, 10),
    "add_author_note": calls.add_author_note("0" * 64, "Says the same every week."),
    "corrections": calls.corrections("cmt_1"),
    "correct": calls.correct("cmt_1", "insult"),
    "retract_correction": calls.retract_correction("cmt_1", "insult"),
    "preview_bulk": queue_calls.preview_bulk({"status": "held", "since": datetime.now(UTC)}),
    "bulk": queue_calls.bulk(
        "reject",
        [],
        queue_answers.BulkPreview(3, (), "cmt_1.0f", {"status": "held"}),
        "spam",
        "No ads.",
        True,
    ),
    "bulk_progress": queue_calls.bulk_progress("bulk_1"),
    "undo_bulk": queue_calls.undo_bulk("bulk_1"),
    "bulk_decisions": queue_calls.bulk_decisions(10),
    "bulk_comments": queue_calls.bulk_comments("bulk_1", "kept", 10),
    "edit": reader_calls.edit("cmt_1", "gha_x", "Changed."),
    "withdraw": reader_calls.withdraw("cmt_1", "gha_x"),
    "own_comment": reader_calls.own_comment("cmt_1", "gha_x"),
    "appeal": reader_calls.appeal("cmt_1", "gha_x", "It was a quotation."),
    "appeals": reader_calls.appeals("open", 10),
    "send_notice": reader_calls.send_notice(
        "cmt_1", "It names a child's school.", "Nora", "nora@x.test", False
    ),
    "notices": reader_calls.notices("open", 10),
    "appeal_notice": reader_calls.appeal_notice("ntc_1", "ghn_x", "Look again."),
    "notice_status": reader_calls.notice_status("ntc_1", "ghn_x"),
    "decide_appeal": reader_calls.decide_appeal("apl_1", "overturn", "You are right."),
    "statements": reader_calls.statements(datetime.now(UTC), 10),
    "report": reader_calls.report("cmt_1", "spam", "Look.", "192.0.2.1", "u7", "ghb_x"),
    "reports": reader_calls.reports("cmt_1", 10),
    "reader_rules": reader_calls.reader_rules(),
    "set_reader_rules": reader_calls.set_reader_rules(15, 0, True, True, 1_000, True),
    "site_reasons": reader_calls.site_reasons(),
    "set_site_reasons": reader_calls.set_site_reasons(
        [reader_answers.SiteReason("dull", {"en": "Dull"})]
    ),
    "queues": queue_calls.queues(),
    "queue": queue_calls.queue(
        "mine",
        {
            "reason": "toxic",
            "order": "listed",
            "author": "ada",
            "status": "held",
            "score_from": 0.5,
        },
        10,
        True,
    ),
    "queue_reasons": queue_calls.queue_reasons("held"),
    "search": queue_calls.search(
        "sea wall",
        {
            "status": "held",
            "reason": "toxic",
            "page_url": "https://herald.test/1",
            "author": "ada",
            "domain": "shop.test",
            "language": "de",
            "decided_by": "moderator",
            "moderator": "mod_1",
            "since": datetime.now(UTC),
            "until": datetime.now(UTC),
            "age": "over-4h",
            "score": "toxicity",
            "score_from": 0.25,
            "score_to": 1.0,
            "queue": "reported",
            "same_text": "cmt_1",
            "same_network": "cmt_2",
            "order": "oldest",
        },
        10,
    ),
    "thread": page_calls.thread("https://herald.test/1", "site_1", 10, "7", "replies"),
    "counts": page_calls.counts(["https://herald.test/1", "https://herald.test/2"], "site_1"),
    "page_state": page_calls.page_state("https://herald.test/1", "7"),
    "set_page_state": page_calls.set_page_state(
        "https://herald.test/1", "closed", 14, "7", datetime.now(UTC)
    ),
    "page_default": page_calls.page_default(),
    "set_page_default": page_calls.set_page_default("premoderated", 0),
    "move_page": page_calls.move_page("https://herald.test/1", "https://herald.test/2"),
    "endpoints": endpoint_calls.endpoints(),
    "endpoint": endpoint_calls.endpoint("ep_1"),
    "add_endpoint": endpoint_calls.add_endpoint(
        "https://herald.test/hook", ["comment.held"], "thin", "cloudevents", 100
    ),
    "switch_endpoint": endpoint_calls.switch_endpoint("ep_1", True),
    "remove_endpoint": endpoint_calls.remove_endpoint("ep_1"),
    "rotate_secret": endpoint_calls.rotate_secret("ep_1", 0),
    "replay": endpoint_calls.replay("ep_1", "all", datetime.now(UTC), None),
    "erase": calls.erase("cmt_1"),
    "export_person": calls.export_person("carol@private.test", "", "", "", "cmt_1", 10),
    "erase_person": calls.erase_person("", "", "", "cmt_1", True),
    "test_endpoint": endpoint_calls.test_endpoint("ep_1"),
    "deliveries": endpoint_calls.deliveries("ep_1", "dead", 10),
    "resend": endpoint_calls.resend("dlv_1"),
}


EVERY |= {
    "moderators": people_calls.moderators(),
    "moderator": people_calls.moderator("x"),
    "invite_moderator": people_calls.invite_moderator("ada@news.example", "editor", ["/sport"]),
    "change_role": people_calls.change_role("x", "editor", []),
    "remove_moderator": people_calls.remove_moderator("x"),
    "sessions": people_calls.sessions("x"),
    "end_sessions": people_calls.end_sessions("mod_1"),
    "end_session": people_calls.end_session("mod_1", "ses_1"),
    "reset_second_factor": people_calls.reset_second_factor("x"),
    "keys": people_calls.keys(),
    "make_key": people_calls.make_key("secret", "x"),
    "revoke_key": people_calls.revoke_key("x"),
    "sites": site_calls.sites(),
    "site": site_calls.site("x"),
    "make_site": site_calls.make_site("x", ["https://x.test"], "en"),
    "change_site": site_calls.change_site(
        "x",
        {
            "name": "x",
            "origins": ["https://x.test"],
            "language": "en",
            "state": "closed",
            "ignored": ["ref"],
            "kept": ["gclid"],
            "apart": ["slash"],
            "join_pages": True,
        },
    ),
    "compatible_apis": site_calls.compatible_apis("x"),
    "switch_api_on": site_calls.switch_api_on("x", "akismet", "600/minute"),
    "switch_api_off": site_calls.switch_api_off("x", "akismet"),
    "make_api_key": site_calls.make_api_key("x", "akismet"),
    "add_signing_secret": site_calls.add_signing_secret("x", "coral", "s3cret-of-coral-x"),
    "audit": site_calls.audit(datetime.now(UTC), datetime.now(UTC), "x", "filter", "mod_1", 3),
    "proposals": site_calls.proposals(3),
    "proposal": site_calls.proposal("x"),
    "agree": site_calls.agree("x", True),
    "refuse": site_calls.refuse("x", "approve", "x", "x", "x", True),
    "statistics": site_calls.statistics(3),
    "retention": reader_calls.retention(),
    "set_retention": reader_calls.set_retention({"spam": 7, "held": None}),
    "preview_retention": reader_calls.preview_retention({"spam": 7}),
    "sample": site_calls.sample(3),
    "set_sample_size": site_calls.set_sample_size(3),
    "judge_sample": site_calls.judge_sample("cmt_1", "remove"),
    "agreement": site_calls.agreement(),
    "set_review_share": site_calls.set_review_share(5),
    "settle_disagreement": site_calls.settle_disagreement("look_1", "publish"),
    "ask_golden": site_calls.ask_golden("mod_1", 5),
    "policies": rule_calls.policies(),
    "set_policy": rule_calls.set_policy("x", "x", "x"),
    "try_policy": rule_calls.try_policy("x", 3, "x"),
    "policy_advice": rule_calls.policy_advice(0.05, "x"),
    "policy_errors": rule_calls.policy_errors(3, "x"),
    "policy_versions": rule_calls.policy_versions("x"),
    "candidate_policy": rule_calls.candidate_policy(),
    "set_candidate_policy": rule_calls.set_candidate_policy("x"),
    "end_candidate_policy": rule_calls.end_candidate_policy(),
    "filters": rule_calls.filters(),
    "filter": rule_calls.filter("x"),
    "add_filter": rule_calls.add_filter(FILTER),
    "try_filter": rule_calls.try_filter(FILTER, 3),
    "change_filter": rule_calls.change_filter("x", FILTER),
    "remove_filter": rule_calls.remove_filter("x"),
    "author_filters": rule_calls.author_filters("x"),
    "filter_author": rule_calls.filter_author("x", "author", "hold", 3, ""),
    "unfilter_author": rule_calls.unfilter_author("x", "x"),
    "second_opinion_state": rule_calls.second_opinion_state(0.5),
    "set_second_opinion": rule_calls.set_second_opinion(True, 0.5),
    "ask_about_past": rule_calls.ask_about_past(3),
    "campaigns": campaign_calls.campaigns(True, True, 3),
    "campaign": campaign_calls.campaign("x"),
    "campaign_comments": campaign_calls.campaign_comments("x", 3),
    "rule_campaign": campaign_calls.rule_campaign("x", "approve", 3, True),
    "undo_campaign": campaign_calls.undo_campaign("x", 3),
    "exclude_from_campaign": campaign_calls.exclude_from_campaign("x", ["cmt_1"]),
    "split_campaign": campaign_calls.split_campaign("x", ["cmt_1"]),
    "reputations": campaign_calls.reputations("domain", 3),
    "reputations_of": campaign_calls.reputations_of("x"),
    "reputation": campaign_calls.reputation("domain", "x"),
    "reset_reputation": campaign_calls.reset_reputation("domain", "x", 3),
    "undo_reset": campaign_calls.undo_reset("domain", "x", 3),
    "learning": campaign_calls.learning(),
    "undo_learning": campaign_calls.undo_learning(3, "x"),
    "views": site_calls.views(),
    "add_view": site_calls.add_view("x", {"status": "held"}, True),
    "remove_view": site_calls.remove_view("x"),
    "context": site_calls.context("x"),
    "forewarn": site_calls.forewarn("x", "https://herald.test/1"),
}


def operation(document: dict[str, Any], call: Call[Any]) -> tuple[str, dict[str, Any]]:
    """The operation of the document that a call is: its path and its description."""
    for path, operations in document["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        if re.fullmatch(pattern, call.path) and call.method.lower() in operations:
            return path, operations[call.method.lower()]
    raise AssertionError(f"{call.method} {call.path} is not in the document")


def modules_named(ending: str) -> list[ModuleType]:
    """The client's modules with such a name, but for those of the clients themselves."""
    names = [module.name for module in iter_modules(gatehouse_client.__path__)]
    return [
        import_module(f"gatehouse_client.{name}")
        for name in names
        if name.endswith(ending) and not name.startswith(("aio", "sync"))
    ]


def test_every_call_is_looked_at() -> None:
    made = {
        name
        for module in modules_named("calls")
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if inspect.signature(function).return_annotation not in (inspect.Signature.empty, str)
        and not name.startswith("_")
        and function.__module__ == module.__name__
    }
    assert made == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_a_call_is_in_the_document(document: dict[str, Any], name: str) -> None:
    call = EVERY[name]
    _, described = operation(document, call)
    names = {
        parameter["name"]
        for parameter in described.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert set(call.query) <= names
    if call.body is None:
        assert "requestBody" not in described
        return
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    resolvable = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(resolvable).validate(dict(call.body))


def answer_of(document: dict[str, Any], call: Call[Any]) -> dict[str, Any]:
    """The description of what a call is answered when all is well."""
    _, described = operation(document, call)
    [status] = [status for status in described["responses"] if status.startswith("2")]
    return described["responses"][status]


def without(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example with null wherever that is allowed, and without what may be missing."""
    if "$ref" in schema:
        return without(value, schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        if {"type": "null"} in schema["anyOf"]:
            return None
        return without(value, schema["anyOf"][0], schemas)
    if schema.get("type") == "array" and "items" in schema:
        return [without(item, schema["items"], schemas) for item in value]
    if "properties" in schema:
        return {
            name: without(value[name], member, schemas)
            for name, member in schema["properties"].items()
            if name in schema["required"]
        }
    return value


@pytest.mark.parametrize("name", EVERY)
def test_the_answer_to_a_call_is_read_as_the_document_describes_it(
    document: dict[str, Any], name: str
) -> None:
    call = EVERY[name]
    answer = answer_of(document, call)
    if "content" not in answer:
        assert call.read(None) is None
        return
    content = answer["content"]["application/json"]
    schemas = document["components"]["schemas"]
    schema, example = content["schema"], content["example"]
    if call.token and "anyOf" in schema:  # the last is what a writer is answered, with a token
        schema = schema["anyOf"][-1]
        example = example_of(schema, schemas, brief=False)
    assert call.read(example) is not None
    assert call.read(without(example, schema, schemas)) is not None


# Each dataclass, the schema it is read from, and what it names differently.
READ_FROM = {
    answers.Receipt: ("ReceiptOut", set()),
    answers.Expiring: ("ExpiringOut", set()),
    answers.OpenComments: ("OpenOut", set()),
    answers.Claim: ("ClaimOut", {"actor_id"}),  # of the object `actor`
    answers.Note: ("NoteOut", {"actor_id"}),  # likewise
    answers.Correction: ("CorrectionOut", {"actor_id"}),  # likewise
    queue_answers.BulkPreview: ("BulkPreviewOut", {"filter"}),
    queue_answers.Bulk: ("BulkOut", {"actor_id"}),
    queue_answers.BulkMember: ("BulkMemberOut", set()),
    answers.Comment: ("CommentOut", set()),
    answers.Page: ("PageOut", set()),
    answers.Author: ("AuthorOut", set()),
    answers.Signal: ("SignalOut", set()),
    answers.Reason: ("ReasonOut", set()),
    # of the object `actor`; `replies` where one is made
    answers.Decision: ("DecisionOut", {"actor_id", "version", "scope", "replies"}),
    answers.Revision: ("RevisionOut", set()),
    answers.OpenReports: ("OpenReportsOut", set()),
    answers.SecondOpinion: ("SecondOpinionOut", set()),
    reader_answers.Report: ("ReportOut", set()),
    reader_answers.OwnComment: ("StatusOut", set()),
    reader_answers.Statement: ("StatementOut", set()),
    reader_answers.Fact: ("FactOut", set()),
    reader_answers.OwnAppeal: ("OwnAppealOut", set()),
    reader_answers.NoticeTaken: ("NoticeTaken", set()),
    reader_answers.NoticeStatus: ("NoticeStatus", set()),
    reader_answers.LegalNotice: ("NoticeOut", set()),
    reader_answers.Appeal: ("AppealOut", set()),
    reader_answers.ReaderRules: ("ReaderRulesOut", set()),
    reader_answers.SiteReason: ("SiteReasonOut", set()),
    page_answers.PageDefault: ("PageDefaultOut", set()),
    page_answers.PageState: ("PageStateOut", {"own_state", "own_days"}),  # of the object `set`
    page_answers.PublicComment: ("PublicCommentOut", set()),
    queue_answers.Queue: ("QueueOut", set()),
    endpoint_answers.Endpoint: ("EndpointStatusOut", {"secret"}),  # of EndpointAdded
    answers.PersonErased: ("PersonErasedOut", set()),
    endpoint_answers.Attempt: ("AttemptOut", set()),
    endpoint_answers.Delivery: ("DeliveryOut", set()),
}


def test_every_field_of_an_answer_is_in_the_document(document: dict[str, Any]) -> None:
    modules = modules_named("answers")
    classes = {
        value
        for module in modules
        for value in vars(module).values()
        if is_dataclass(value) and value.__module__ == module.__name__
    }
    assert classes == set(READ_FROM)
    schemas = document["components"]["schemas"]
    for answer, (schema, different) in READ_FROM.items():
        names = {field.name for field in fields(answer)} - different
        assert names <= schemas[schema]["properties"].keys(), answer
    assert {"replies"} <= schemas["CommentDecided"]["properties"].keys()
    assert {"state", "close_after_days"} <= schemas["PageSettingOut"]["properties"].keys()
    assert {"secret"} <= schemas["EndpointAdded"]["properties"].keys()
    assert {"id", "version", "scope"} <= schemas["ActorOut"]["properties"].keys()


def test_nothing_that_sites_call_is_missing(document: dict[str, Any]) -> None:
    covered = {(operation(document, call)[0], call.method.lower()) for call in EVERY.values()}
    served = {
        (path, method)
        for path, operations in document["paths"].items()
        for method in operations
        if path.startswith("/api/v1/")
    }
    # What browsers listen to and solve has no call: a server that wants to hear of decisions takes webhooks.
    of_browsers = {("/api/v1/threads/events", "get"), ("/api/v1/challenges", "get")}
    assert served - covered == of_browsers
