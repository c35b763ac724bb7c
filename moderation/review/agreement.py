"""How far people's decisions agree: second looks, reversals, pace and golden items of each; what an editor does about it."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.audit import COMMAND, Change
from moderation.domain.backtest import Share
from moderation.domain.day_totals import day_of, of_kind, waited
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.samples import Verdict
from moderation.domain.second_looks import (
    DAYS,
    GOLDEN_LIMIT,
    Kappa,
    LookKind,
    check_share,
    kappa,
)
from moderation.domain.statement_csv import plain_cell
from moderation.store import audit, day_totals, memberships, queues, second_looks
from moderation.store.second_looks import Look
from moderation.store.sql.engine import Store

DISAGREEMENTS_SHOWN = 100
KNOWN_DAYS = 365  # older answers may be of other rules
_SURE = (Verdict.PUBLISH.value, Verdict.REMOVE.value)
_CSV = (
    "who",
    "decisions",
    "reversed",
    "median seconds",
    "second looks",
    "agreed",
    "kappa",
    "kappa from",
    "kappa to",
    "golden items",
    "right",
)


@dataclass(frozen=True, slots=True)
class PersonAgreement:
    """Of the last DAYS days. reversed: of the decisions that the person made, those that others changed. median_ms: from one decision to the
    next in one sitting, None where there is none. agreement: with colleagues who did not see what was decided. golden: right answers.
    """

    person_id: str
    reversed: Share
    median_ms: int | None
    agreement: Kappa
    golden: Share


@dataclass(frozen=True, slots=True)
class SiteAgreement:
    """share: of decisions that get a second look, per cent. disagreements: that no editor has answered, the oldest first. texts: what the
    comments say that these are about, by id.
    """

    share: int
    whole: Kappa
    people: Sequence[PersonAgreement]
    disagreements: Sequence[Look]
    texts: Mapping[str, str]


def agreement(store: Store, site_id: str, *, now: int) -> SiteAgreement:
    """Of everybody who decided or looked again in the last DAYS days, by id. now: ms."""
    since, last = now - DAYS * DAY_MS, day_of(now)
    with store.read() as connection:
        said = second_looks.results(connection, site_id, since)
        share = second_looks.share_of(connection, site_id)
        open_ones = second_looks.disagreements(connection, site_id, since, DISAGREEMENTS_SHOWN)
        entries = queues.by_ids(connection, [look.comment_id for look in open_ones])
        of_day = day_totals.of_site(connection, site_id, last - DAYS + 1, last)
    totals: Counter[str] = sum(of_day.values(), Counter())
    pairs: dict[str, Counter[tuple[str, str]]] = {}
    golden: dict[str, Counter[bool]] = {}
    whole: Counter[tuple[str, str]] = Counter()
    for each in said:
        if each.verdict not in _SURE:
            continue
        if each.kind == LookKind.GOLDEN:
            right = golden.setdefault(each.judged_by, Counter())
            right[each.verdict == each.known] += each.times
            continue
        whole[each.known, each.verdict] += each.times
        pairs.setdefault(each.decided_by, Counter())[each.known, each.verdict] += each.times
        pairs.setdefault(each.judged_by, Counter())[each.verdict, each.known] += each.times
    decided = of_kind(totals, "by")
    paces: dict[str, dict[int, int]] = {}
    for name, count in of_kind(totals, "pace").items():
        person_id, _, step = name.rpartition(".")
        paces.setdefault(person_id, {})[int(step)] = count
    people = [
        PersonAgreement(
            person_id,
            Share(
                min(totals[f"reversed.{person_id}"], decided.get(person_id, 0)),
                decided.get(person_id, 0),
            ),
            waited(paces.get(person_id, {}), 0.5),
            kappa(pairs.get(person_id, Counter())),
            Share(golden.get(person_id, Counter())[True], golden.get(person_id, Counter()).total()),
        )
        for person_id in sorted({*decided, *pairs, *golden})
    ]
    texts = {entry.id: entry.text for entry in entries}
    return SiteAgreement(share, kappa(whole), people, open_ones, texts)


def settle(store: Store, site_id: str, look_id: str, verdict: Verdict, by: str) -> None:
    """Keeps who is right where two persons differ; the comment stays as it is. Raises Invalid for another verdict than publish and remove, and
    NotFound where there is no such disagreement.
    """
    if verdict.value not in _SURE:
        raise Invalid("A disagreement is settled with publish or remove.", "/verdict")
    with store.write() as connection:
        look = second_looks.settle(connection, site_id, look_id, verdict, by)
        if look is None:
            raise NotFound("There is no such disagreement, or it is settled.")
        before = {"decided": look.known.value, "decided_by": look.decided_by}
        before |= {"otherwise": look.verdict, "otherwise_by": look.judged_by}
        right = {"right": verdict.value}
        audit.record(
            connection, by, Change.AGREEMENT_SETTLED, site_id, look.comment_id, before, right
        )


def set_share(store: Store, site_id: str, share: int, by: str = COMMAND, *, now: int) -> int:
    """Sets which share of people's decisions gets a second look from now on, in per cent; 0 for none. Raises Invalid."""
    with store.write() as connection:
        before = second_looks.share_of(connection, site_id)
        if check_share(share) != before:
            second_looks.set_share(connection, site_id, share, now)
            was, is_now = {"share": before}, {"share": share}
            audit.record(connection, by, Change.SITE_REVIEWS_CHANGED, site_id, site_id, was, is_now)
    return share


def ask_golden(
    store: Store,
    site_id: str,
    person_id: str,
    count: int,
    by: str = COMMAND,
    *,
    now: int,
    entropy: Entropy,
) -> int:
    """Mixes comments with a known answer into what somebody looks at blind; returns how many, as there may be fewer. Raises Invalid, NotFound
    for who does not look after the site, and Conflict where there is no comment whose answer is known.
    """
    if not 1 <= count <= GOLDEN_LIMIT:
        raise Invalid(f"Ask for 1 to {GOLDEN_LIMIT} golden items.", "/count")
    with store.write() as connection:
        if person_id not in memberships.emails_of_sites(connection, [site_id]):
            raise NotFound("There is no such moderator on this site.")
        since = now - KNOWN_DAYS * DAY_MS
        known = second_looks.agreed(connection, site_id, person_id, since, count)
        looks = [
            Look(
                timed_id("look", now, entropy(10)),
                LookKind.GOLDEN,
                site_id,
                each.comment_id,
                each.revision,
                each.sequence,
                Verdict(each.known),
                "",
                person_id,
                now,
            )
            for each in known
        ]
        if not looks:
            raise Conflict("There is no comment yet that two others agree about.")
        second_looks.put(connection, looks)
        facts = {"golden_items": len(looks)}
        audit.record(connection, by, Change.MODERATOR_TESTED, site_id, person_id, None, facts)
    return len(looks)


def csv_of(people: Sequence[PersonAgreement], names: Mapping[str, str]) -> str:
    """A line for each person who is named (RFC 4180). names: what they are called, by id."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(_CSV)
    for person in people:
        if person.person_id in names:
            found = person.agreement
            low, high = found.interval or (None, None)
            writer.writerow(
                (
                    plain_cell(names[person.person_id]),
                    person.reversed.count,
                    person.reversed.hits,
                    "" if person.median_ms is None else round(person.median_ms / 1_000),
                    found.pairs,
                    found.agreed,
                    *("" if n is None else round(n, 3) for n in (found.value, low, high)),
                    person.golden.count,
                    person.golden.hits,
                )
            )
    return lines.getvalue()
