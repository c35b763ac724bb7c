"""What must hold after every step, read off the database itself; the numbers are those of docs/architecture.md."""

import json

import sqlalchemy as sa
from hypothesis.stateful import invariant, precondition, rule

from moderation.domain.comment import Status
from moderation.domain.decision import in_effect
from moderation.reading import threads
from moderation.store import decisions as stored_decisions
from moderation.store.sql import schema
from moderation.store.sql.engine import Connection
from moderation.store.sql.schema import (
    appeals,
    audit,
    comments,
    decisions,
    deliveries,
    endpoints,
    events,
    findings,
    idempotency,
    metadata,
    pages,
    pending,
    proposals,
    revisions,
)
from moderation.upkeep.due_work import sweep
from tests.life.desk import DAY, GONE, MODERATORS
from tests.life.stretches import Stretches
from tests.store.test_counts import counted, kept, latest_reasons

# What belongs to one comment, and nothing of it may be left over; in one query each, as they are asked after every step.
_STAYS = {"decisions", "revisions", "events", "votes", "bulk_members", "idempotency"}
_NOT_BY_ID = {"sketches", "search_due", "imported_comments"}
_OF_COMMENTS = [
    name
    for name, table in metadata.tables.items()
    if "comment_id" in table.c and name not in _NOT_BY_ID
]
_LEFT = sa.text(
    " UNION ALL ".join(
        f"SELECT '{name}', comment_id FROM {name}" for name in _OF_COMMENTS if name not in _STAYS
    )
)
_BY_SITE = sa.text(
    " UNION ALL ".join(
        f"SELECT '{name}', comment_id, site_id FROM {name}"
        for name in _OF_COMMENTS
        if "site_id" in metadata.tables[name].c
    )
)


class Life(Stretches):
    """The whole machine: every rule, and every invariant."""

    @invariant()
    def holds(self) -> None:
        with self.store.read() as connection:
            self._comments_are_as_expected(connection)
            self._decisions_only_grow(connection)
            self._events_tell_of_everything_once(connection)
            self._jobs_are_as_expected(connection)
            self._sites_are_apart(connection)
            self._nothing_is_left_of_the_erased(connection)
            self._audit_only_grows(connection)
            assert kept(connection) == counted(connection)  # I21
            expected = latest_reasons(connection) | self._reasons_that_stay(connection)
            assert _reasons(connection) == expected
        self._readers_see_what_is_approved()

    def _reasons_that_stay(self, connection: Connection) -> set[tuple[str, str, str, str]]:
        """A comment that a person holds waits on for them after its writer has changed it, and for the same reasons."""
        waiting = {
            each.id: self.sites[each.site].id
            for each in self.comments.values()
            if (each.status, each.decided_by) == ("held", "moderator")
            and each.history[-1].sequence < each.sequence
        }
        histories = stored_decisions.histories(connection, sorted(waiting))
        return {
            (id, reason.code, waiting[id], "held")
            for id, history in histories.items()
            for each in (history[-1], in_effect(history))
            if each and each.revision == history[-1].revision
            for reason in each.reasons
        }

    def _comments_are_as_expected(self, connection: Connection) -> None:
        """I1, I2, I5, I14, I22: those that were answered with a receipt, each as it must stand, and no other."""
        rows = connection.execute(sa.select(comments)).all()
        stands = {
            row.id: (row.site_id, row.parent_id, row.revision, row.sequence, row.status)
            for row in rows
        }
        assert stands == {
            each.id: (
                self.sites[each.site].id,
                each.parent,
                each.revision,
                each.sequence,
                each.status,
            )
            for each in self.comments.values()
        }
        decided_by = {row.id: row.decided_by for row in rows if row.status not in GONE}
        assert decided_by == {
            each.id: each.decided_by for each in self.comments.values() if each.status not in GONE
        }
        texts: dict[str, list[str]] = {}
        for row in connection.execute(sa.select(revisions).order_by(revisions.c.number)):
            texts.setdefault(row.comment_id, []).append(row.text)
        assert texts == {
            each.id: [""] * each.revision if each.status == "erased" else each.texts
            for each in self.comments.values()
        }
        keys = connection.execute(sa.select(idempotency)).all()
        numbers = {site.id: number for number, site in enumerate(self.sites)}
        assert {(numbers[row.site_id], row.key): row.comment_id for row in keys} == {
            key: held[0] for key, held in self.keys.items()
        }

    def _decisions_only_grow(self, connection: Connection) -> None:
        """I4, I6, I18, I19: numbered, never changed; no machine after a person about the same text."""
        rows = connection.execute(
            sa.select(decisions).order_by(decisions.c.comment_id, decisions.c.sequence)
        ).all()
        found = {
            (row.comment_id, row.sequence): (
                row.outcome,
                row.actor_kind,
                row.actor_id if row.actor_kind == "moderator" else "",
                row.revision,
                row.takes_back,
                row.actor_version,
            )
            for row in rows
        }
        assert self.seen_decisions.items() <= found.items(), "append-only"
        self.seen_decisions = found
        assert {key: value[:5] for key, value in found.items()} == {
            (each.id, entry.sequence): (
                entry.outcome,
                "moderator" if entry.is_person else "policy",
                entry.by if entry.is_person else "",
                entry.revision,
                entry.takes_back,
            )
            for each in self.comments.values()
            for entry in each.history
        }
        measured = {
            (row.comment_id, row.revision)
            for row in connection.execute(sa.select(findings))
            if row.failed_json == "[]" and _is_complete(json.loads(row.signals_json))
        }
        people: dict[tuple[str, int], int] = {}
        for row in rows:
            place = (row.comment_id, row.revision)
            if row.actor_kind == "moderator":
                people[place] = row.sequence
                continue
            assert place not in people, "a machine decided after a person"
            assert row.actor_version or row.actor_id == "reports"
            is_erased = self.comments[row.comment_id].status == "erased"
            if row.outcome == "approve" and not is_erased:
                assert place in measured, "approved unmeasured"

    def _events_tell_of_everything_once(self, connection: Connection) -> None:
        """I9, I10: an event for each decision and change; its bytes stay, and have no text or address in them."""
        rows = connection.execute(sa.select(events).where(events.c.comment_id != "")).all()
        told = [(row.comment_id, row.type, row.sequence) for row in rows]
        assert len(told) == len(set(told)) and set(told) == self.events
        found = {}
        for row in rows:
            assert "." not in row.id and "canary" not in row.data_json
            found[row.id] = (row.comment_id, row.data_json)
        for id, (comment_id, data) in self.seen_events.items():
            is_erased = self.comments[comment_id].status == "erased"
            assert found[id][1] == data or is_erased, "an event never changes"
        self.seen_events = found
        sent = connection.execute(
            sa.select(deliveries.c.event_id, deliveries.c.endpoint_id, endpoints.c.site_id).join(
                endpoints, endpoints.c.id == deliveries.c.endpoint_id
            )
        ).all()
        assert len({(row.event_id, row.endpoint_id) for row in sent}) == len(sent)
        steadily = {row.event_id for row in sent if row.endpoint_id in self.steady}
        assert steadily >= found.keys(), "every event is on its way"
        sites = {row.id: row.site_id for row in connection.execute(sa.select(events))}
        assert all(sites[row.event_id] == row.site_id for row in sent)
        accepted = {id for messages in self.told.values() for id in messages}
        assert accepted <= sites.keys(), "an event is told under its own id, however often"

    def _jobs_are_as_expected(self, connection: Connection) -> None:
        """I3, I13: what waits to be judged is what must, and nothing else waits."""
        rows = connection.execute(sa.select(pending)).all()
        assert {row.comment_id: (row.revision, row.attempts, row.due_at) for row in rows} == {
            each.id: (each.job.revision, each.job.attempts, each.job.due_at)
            for each in self.comments.values()
            if each.job
        }
        waiting = {each.id for each in self.comments.values() if each.status == "pending"}
        assert waiting <= {row.comment_id for row in rows}
        open_proposals = sa.select(proposals.c.comment_id).where(proposals.c.state == "open")
        assert set(connection.scalars(open_proposals)) == {
            each.id for each in self.comments.values() if each.proposal
        }
        open_appeals = sa.select(appeals).where(appeals.c.state == "open")
        for row in connection.execute(open_appeals):
            comment = self.comments[row.comment_id]
            assert comment.status in ("held", "rejected", "spam")
            assert row.revision == comment.revision

    def _sites_are_apart(self, connection: Connection) -> None:
        """I12: whatever names a comment is of its site, and so is whoever decided."""
        site_of = {each.id: self.sites[each.site].id for each in self.comments.values()}
        for table, comment_id, site_id in connection.execute(_BY_SITE):
            assert not comment_id or site_of[comment_id] == site_id, table
        of_pages = sa.select(comments.c.site_id, pages.c.site_id.label("page_site"))
        for row in connection.execute(of_pages.join(pages, pages.c.id == comments.c.page_id)):
            assert row.site_id == row.page_site
        for row in connection.execute(
            sa.select(decisions).where(decisions.c.actor_kind == "moderator")
        ):
            assert self.sites[MODERATORS[row.actor_id]].id == site_of[row.comment_id]

    def _nothing_is_left_of_the_erased(self, connection: Connection) -> None:
        """I17: only the decisions stay, the events, and what was learned."""
        gone = {each.id for each in self.comments.values() if each.status == "erased"}
        if gone:
            left = {table for table, id in connection.execute(_LEFT) if id in gone}
            assert not left, "something of an erased comment is left"

    def _audit_only_grows(self, connection: Connection) -> None:
        """I20: entries are numbered and never change."""
        rows = {row.number: tuple(row) for row in connection.execute(sa.select(audit))}
        assert self.seen_audit.items() <= rows.items()
        self.seen_audit = rows

    def _readers_see_what_is_approved(self) -> None:
        """I7: that and nothing else, neither before nor after."""
        for number, site in enumerate(self.sites):
            for page in "12":
                stored = threads.find_page(self.store, site.id, self.page(number, page).url)
                shown = threads.list_approved(self.store, stored, limit=1_000)
                assert {each.id: each.text for each in shown} == {
                    each.id: each.texts[-1]
                    for each in self.comments.values()
                    if (each.site, each.page, each.status) == (number, page, "approved")
                }

    # --- now and then -----------------------------------------------------------------------------

    def erased_ids(self) -> set[str]:
        with self.store.read() as connection:
            erased = comments.c.status == Status.ERASED.value
            return set(connection.scalars(sa.select(comments.c.id).where(erased)))

    def check_person_gone(self, person: str) -> None:
        """I16, I17: of whoever has no comment left there is no address, and of no erased comment a word."""
        kept_text = "\n".join(self._everything())
        email = self.email(person)
        theirs = [each for each in self.comments.values() if each.person == person]
        assert email not in kept_text, "addresses are sealed"
        if all(each.status == "erased" for each in theirs):
            assert not theirs or self.store.crypto.email_key(email) not in kept_text
        for word in self.erased_words:
            assert word not in kept_text

    def _everything(self) -> list[str]:
        with self.store.read() as connection:
            return [
                str(bytes(value)) if isinstance(value, bytes | memoryview) else str(value)
                for table in schema.metadata.sorted_tables
                for row in connection.execute(sa.select(table))
                for value in row
            ]

    @precondition(lambda self: self.comments)
    @rule()
    def quiet(self) -> None:
        """I3, I8, I11, I13: left alone for a while, everything is judged, told and done."""
        for _ in range(12):
            if not any(each.job for each in self.comments.values()):
                break
            self.now += DAY
            self.judge("well", "", 0)
            self.holds()
        assert not any(each.job for each in self.comments.values())
        assert not any(each.status == "pending" for each in self.comments.values())
        for _ in range(12):
            if not sweep(self.store, self.now + 2 * DAY).deliver:
                break
            self.now += DAY
            self.deliver(200)
        due = sweep(self.store, self.now + 2 * DAY)
        assert not (due.judge or due.deliver or due.bulk)
        with self.store.read() as connection:
            states = sa.select(deliveries.c.state).where(deliveries.c.endpoint_id.in_(self.steady))
            assert set(connection.scalars(states)) <= {"delivered"}
        self._receivers_know_how_it_stands()

    def _receivers_know_how_it_stands(self) -> None:
        """I11: a receiver that keeps the highest number of each comment has them all right."""
        for number, site in enumerate(self.sites):
            newest: dict[str, tuple[int, str]] = {}
            for body in self.told.get(f"https://hook.test/{number}/steady", {}).values():
                data = json.loads(body)["data"]
                if "comment_id" in data:
                    told = (data["sequence"], data["status"])
                    assert data["site_id"] == site.id
                    newest[data["comment_id"]] = max(newest.get(data["comment_id"], told), told)
            assert newest == {
                each.id: (each.sequence, each.status)
                for each in self.comments.values()
                if each.site == number
            }


def _reasons(connection: Connection) -> set[tuple[str, str, str, str]]:
    table = schema.comment_reasons
    rows = connection.execute(sa.select(table)).all()
    return {(row.comment_id, row.code, row.site_id, row.status) for row in rows}


def _is_complete(signals: list[dict[str, object]]) -> bool:
    """Whether each score has the model that gave it."""
    scores = [signal for signal in signals if signal["name"] == "toxicity"]
    return bool(scores) and all(score["model"] and score["sha256"] for score in scores)
