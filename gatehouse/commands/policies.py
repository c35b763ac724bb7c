"""`gatehouse policy`: a policy read, tried on texts, and tried on what was measured of past comments."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, read_since
from gatehouse.commands.jsonl import Reader
from gatehouse.commands.output import printable
from gatehouse.commands.score import TIMEOUT
from gatehouse.commands.site_policy import (
    OfScope,
    advise,
    list_errors,
    list_scopes,
    list_versions,
    read_file,
    run_beside,
    set_policy_of_site,
)
from gatehouse.database import checked_settings, find_site, open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.event import iso

if TYPE_CHECKING:
    from moderation.domain.backtest import Agreement, Backtest, Share
    from moderation.domain.policy import Condition, Policy

policy = typer.Typer(help="Thresholds and rules.", no_args_is_help=True)
policy.command("set")(set_policy_of_site)
policy.command("scopes")(list_scopes)
policy.command("versions")(list_versions)
policy.command("shadow")(run_beside)
policy.command("advise")(advise)
policy.command("errors")(list_errors)


@policy.command("test")
def try_policy(
    file: Annotated[Path, typer.Argument(help="A policy in TOML.")],
    since: Annotated[
        str,
        typer.Option(help="Try it on stored comments: of the last 30d or 12h, or since a time."),
    ] = "",
    site: Annotated[str, typer.Option(help="With --since: of this site alone.")] = "",
    scope: OfScope = "",
    show_text: Annotated[
        bool, typer.Option("--show-text", help="With --since: print what the samples say.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a policy and print its rules, or what it would have changed.

    With --since: what it would have made of past comments, by what was measured then, beside the policy in force.
    With --scope: on those in that part of the site. Without: prints the outcome of each text on stdin, which is read as by `score`.
    """
    parsed = read_file(file)
    if scope and not site:
        raise Invalid("--scope is a part of a site: say which, by --site.", "/scope")
    if since or site or show_text or as_json:
        _print_backtest(parsed, since or "30d", site, scope, show_text, as_json)
        return
    has_texts = not sys.stdin.isatty()
    # Stdout is for the outcomes, where there are any.
    print(_rules(parsed), file=sys.stderr if has_texts else sys.stdout)
    if has_texts and not _print_outcomes(parsed):
        raise typer.Exit(1)


def _rules(policy: "Policy") -> str:
    lines = [
        f"{policy.name}, version {policy.version}; needs {', '.join(policy.needs) or 'nothing'}"
    ]
    lines += [
        f"  {rule.outcome.value:8}{rule.code:24}{' and '.join(map(_condition, rule.conditions))}"
        for rule in policy.rules
    ]
    lines.append("  approve otherwise")
    if hours := policy.closed_hours:
        lines.append(f"  {hours.then.value:8}what comes in at {hours.in_words()}")
    return "\n".join(lines)


def _condition(condition: "Condition") -> str:
    names = " or ".join(condition.signals)
    if condition.below is None:
        return f"{names} >= {condition.at_least:g}"
    return f"{names} < {condition.below:g}"


def _print_outcomes(policy: "Policy") -> bool:
    """Whether every line could be read."""
    from moderation.domain.policy import decide
    from moderation.judging.score_texts import score_texts
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline
    from moderation.startup import models_of

    pipeline = ScorerPipeline(build_scorers(models_of(checked_settings())), TIMEOUT)
    texts = Reader(sys.stdin.buffer)
    for text in texts:
        verdict = decide(policy, score_texts(pipeline, [text.text])[0])
        reasons = [{"code": reason.code, "message": reason.message} for reason in verdict.reasons]
        print(json.dumps({"id": text.id, "outcome": verdict.outcome.value, "reasons": reasons}))
    return not texts.bad


def _print_backtest(
    policy: "Policy", since: str, site: str, scope: str, show_text: bool, as_json: bool
) -> None:
    from moderation.policies import load_policy
    from moderation.review.policy_backtest import backtest
    from moderation.review.site_policy import check_hours, scope_of

    now = now_ms()
    begin = read_since(since, now)
    settings = checked_settings()
    with open_store(settings) as store:
        site_ids, part = set(), None
        if site:
            with store.read() as connection:
                site_ids = {find_site(connection, site).id}
            check_hours(policy, scope)
            part = scope_of(store, next(iter(site_ids)), scope)
        default = load_policy(settings.policy)
        found = backtest(
            store, policy, default, site_ids, begin, scope=part, now=now, show_text=show_text
        )
    if as_json:
        fields = asdict(found) | {"since": iso(found.since)}
        fields["agreement"] = [_agreement_json(each) for each in found.agreement]
        fields["named"]["groups"] = [
            asdict(group)
            | {"changed": _share_json(group.changed), "others": _share_json(group.others)}
            for group in found.named.groups
        ]
        print(json.dumps(fields))
    else:
        print(_backtest_text(found))


def _agreement_json(agreement: "Agreement") -> dict[str, object]:
    shares: dict[str, Share] = {
        name: getattr(agreement, name)
        for name in ("precision", "recall", "filed_precision", "filed_recall")
    }
    return {name: _share_json(share) for name, share in shares.items()}


def _share_json(share: "Share") -> dict[str, object]:
    return {**asdict(share), "share": share.share, "interval": share.interval}


def _backtest_text(found: "Backtest") -> str:
    names = dict.fromkeys(f"{hours.name} ({hours.version})" for hours in found.in_force)
    lines = [
        f"{found.tried.name} ({found.tried.version}) beside {', '.join(names) or 'nothing'}",
        f"Looked at {found.examined:,} comments since {iso(found.since)}"
        f"{'' if found.complete else ', the newest; there are more'}: "
        f"{found.changed:,} would be decided otherwise.",
    ]
    for change in found.changes:
        rules = ", ".join(f"{code} {count:,}" for code, count in change.rules.items())
        lines.append(f"  {change.before.value} -> {change.after.value}: {change.count:,} ({rules})")
        for sample in change.samples:
            text = f"  {printable(sample.text)[:200]}" if sample.text else ""
            rules = ", ".join(sample.rules)
            lines.append(f"    {sample.comment_id}  {sample.status.value}  {rules}{text}")
    if found.not_as_recorded:
        lines.append(
            f"{found.not_as_recorded:,} were decided otherwise then than the policy in force would."
        )
    lines.append(f"Beside {found.decided:,} decisions of moderators, in force and tried:")
    before, after = found.agreement
    for what, name in (
        ("kept from readers, and removed by moderators", "precision"),
        ("removed by moderators, and kept from readers", "recall"),
        ("rejected or spam, and removed by moderators", "filed_precision"),
        ("removed by moderators, and rejected or spam", "filed_recall"),
    ):
        shares = " | ".join(_share(getattr(side, name)) for side in (before, after))
        lines.append(f"  {what}: {shares}")
    now, then = found.workload
    lines += [
        f"Held a day: {now.held_a_day:,.1f} | {then.held_a_day:,.1f}; on the busiest day: "
        f"{now.held_busiest_day:,} | {then.held_busiest_day:,}",
        f"Rejected or spam a day: {now.filed_a_day:,.1f} | {then.filed_a_day:,.1f}",
        "Who is affected: comments, decided otherwise, kept from readers in force and tried:",
    ]
    lines += [
        f"  {rule.kind} {rule.name}: {rule.comments:,}, {rule.changed:,}, "
        f"{rule.stopped_before:,} | {rule.stopped_after:,}"
        for rule in found.affected
    ]
    named = found.named
    lines.append(
        f"Groups of people named, by the words of {named.changed:,} that would be decided otherwise, and of {named.others:,} others; "
        "of the first, kept from readers only by the one tried | in force:"
    )
    lines += [
        f"  {group.name}: {_share(group.changed)}; {_share(group.others)}; {group.stopped:,} | {group.passed:,}"
        for group in named.groups
    ]
    return "\n".join(lines)


def _share(share: "Share") -> str:
    if share.share is None or share.interval is None:
        return "none"
    low, high = share.interval
    return f"{100 * share.share:.1f} % ({100 * low:.1f}-{100 * high:.1f} %) of {share.count:,}"
