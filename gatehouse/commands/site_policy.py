"""`gatehouse policy set|scopes|versions|advise|errors`: a site's policies, and their record beside what people decided."""

import json
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName, read_text
from gatehouse.commands.output import print_line
from gatehouse.database import checked_settings, open_site
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.event import iso

if TYPE_CHECKING:
    from moderation.domain.backtest import Share
    from moderation.domain.policy import Policy

OfSite = Annotated[str, typer.Option("--site", help="A site's id, or its name.")]
OfScope = Annotated[
    str,
    typer.Option(
        "--scope",
        help="Of a part of the site: page:URL, section:/path or language:de.",
    ),
]


def set_policy_of_site(
    site: SiteName,
    file: Annotated[
        str,
        typer.Argument(
            help="TOML, a profile, or 'default' for the installation's and, with --scope, the site's."
        ),
    ],
    scope: OfScope = "",
    override: Annotated[
        str, typer.Option(help="Why it is put in force although it misses its own bounds.")
    ] = "",
) -> None:
    """Put a policy in force for a site or a part of it, for comments that are judged from now on."""
    from moderation.policies import PROFILES
    from moderation.review.site_policy import set_policy

    if file in PROFILES:
        toml = f'name = "{file}"\nbased_on = "{file}"\n'
    elif file == "default":
        toml = ""
    else:
        read_file(Path(file))  # an error names the file
        toml = read_text(Path(file))
    with open_site(site) as (store, found_site):
        now_in_force = set_policy(
            store, found_site.id, toml, "command", scope=scope, override=override, now=now_ms()
        )
    of = f" {now_in_force.scope}" if now_in_force.scope else ""
    if of and not now_in_force.toml:
        print(f"{found_site.name}{of}: the site's policy is in force.")
        return
    print(f"{found_site.name}{of}: version {now_in_force.version} is in force.")


def list_scopes(site: SiteName, as_json: AsJson = False) -> None:
    """List the policies for parts of a site, the most specific first: the first that a comment lies in decides about it."""
    from moderation.policies import read_policy
    from moderation.review.site_policy import scoped_policies

    with open_site(site) as (store, found_site):
        found = scoped_policies(store, found_site.id)
    for each in found:
        version, name = "", "cannot be read"
        with suppress(Invalid):
            policy = read_policy(each.toml)
            version, name = policy.version, policy.name
        fields = {"scope": each.scope, "number": each.number, "version": version, "name": name}
        print_line(fields, f"{each.number:4}  {version:12}  {name:16}  {each.scope}", as_json)
    if not found and not as_json:
        print(f"{found_site.name} has no policies for parts of it.")


def list_versions(
    site: SiteName,
    show: Annotated[int, typer.Option(help="Print the TOML of the version with this number.")] = 0,
    scope: OfScope = "",
    as_json: AsJson = False,
) -> None:
    """List the policies that a site or a part of it has had, the newest first. To go back: --show one, and set it."""
    from moderation.review import site_policy

    with open_site(site) as (store, found_site):
        if show:
            print(site_policy.earlier_version(store, found_site.id, show).toml, end="")
            return
        for version in site_policy.list_versions(store, found_site.id, scope=scope):
            fields = asdict(version) | {"set_at": iso(version.set_at)}
            text = (
                f"{version.number:4}  {version.version:12}  {iso(version.set_at)}  {version.set_by}"
            )
            print_line(fields, text, as_json)


def read_file(file: Path) -> "Policy":
    from moderation.policies import read_policy

    text = read_text(file)
    try:
        return read_policy(text)
    except Invalid as error:
        where = f" (at {error.pointer})" if error.pointer else ""
        raise Invalid(f"{file}: {error.message}{where}", error.pointer) from None


def run_beside(
    site: SiteName,
    file: Annotated[
        Path | None, typer.Argument(help="TOML to run beside the policy in force.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the candidate.")] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="Put the candidate in force.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a policy beside a site's own, which goes on deciding; without FILE, compare both."""
    from moderation.review import shadow_policy

    with open_site(site) as (store, found_site):
        if file is not None:
            read_file(file)
            shadow_policy.start(store, found_site.id, read_text(file), "command", now=now_ms())
        found = shadow_policy.compare(store, found_site.id)
        if found and adopt:
            version = found.candidate.version
            shadow_policy.adopt(store, found_site.id, version, "command", now=now_ms())
        elif stop:
            shadow_policy.stop(store, found_site.id, "command")
    if found is None:
        print(f"{found_site.name}: no policy runs beside the one in force.")
        return
    lines = [
        f"{found.candidate.version} beside the policy in force since {iso(found.candidate.started_at)}: "
        f"{found.changed:,} of {found.examined:,} would be decided otherwise."
    ]
    for change in found.changes:
        lines.append(f"  {change.before.value} -> {change.after.value}: {change.count:,}")
        lines += [f"    {sample.comment_id}  {sample.status.value}" for sample in change.samples]
    lines.append(f"Beside {found.decided:,} decisions of people, in force and candidate:")
    before, after = found.agreement
    lines += [
        f"  kept from readers, and removed: {_share(before.precision)} | {_share(after.precision)}",
        f"  removed, and kept from readers: {_share(before.recall)} | {_share(after.recall)}",
    ]
    print_line(asdict(found), "\n".join(lines), as_json)


def advise(
    site: OfSite,
    misses: Annotated[
        int, typer.Option(min=5, max=1_000, help="Accept one miss in so many published comments.")
    ] = 50,
    scope: OfScope = "",
    as_json: AsJson = False,
) -> None:
    """Say which thresholds the site's own decisions speak for, or how many more it takes."""
    from moderation.domain.policy_advice import in_words, missing_in_words
    from moderation.policies import load_policy
    from moderation.review.policy_advice import policy_advice
    from moderation.review.site_policy import policy_of_site, scope_of

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        policy = policy_of_site(store, found_site.id, load_policy(settings.policy), scope)
        part = scope_of(store, found_site.id, scope)
        found = policy_advice(store, found_site.id, policy, scope=part, now=now_ms(), misses=misses)
    for advice in found:
        better = in_words(advice.better) if advice.better else missing_in_words(advice)
        text = f"{advice.code:20}now {in_words(advice.now)}\n{'':20}{better}"
        print_line(asdict(advice), text, as_json)


def list_errors(
    site: OfSite,
    days: Annotated[int, typer.Option(min=1, max=365, help="Of the last so many days.")] = 90,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    scope: OfScope = "",
    as_json: AsJson = False,
) -> None:
    """Say of each rule what it decided alone, and how often people decided otherwise."""
    from moderation.policies import load_policy
    from moderation.review import samples
    from moderation.review.policy_errors import csv_of, policy_errors
    from moderation.review.site_policy import policy_of_site, scope_of

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        policy = policy_of_site(store, found_site.id, load_policy(settings.policy), scope)
        part = scope_of(store, found_site.id, scope)
        found = policy_errors(store, found_site.id, policy, scope=part, now=now_ms(), days=days)
        blind = samples.estimate(store, found_site.id, now=now_ms())
    if as_csv:
        sys.stdout.write(csv_of(found, blind))
        return
    if as_json:
        facts = asdict(found) | {"since": iso(found.since), "blind_sample": asdict(blind)}
        print(json.dumps(facts))
        return
    print(f"{found.examined:,} comments that a policy decided since {iso(found.since)}:")
    rows = [("the whole policy", "", found.wrongly_held, found.wrongly_passed)]
    rows += [
        (
            rule.code,
            f"alone {rule.alone:,} of {rule.fired:,}",
            rule.wrongly_held,
            rule.wrongly_passed,
        )
        for rule in found.rules
    ]
    rows += [
        (score.label, score.model, score.wrongly_held, score.wrongly_passed)
        for score in found.scores
    ]
    rows.append(("the weekly sample", "", blind.wrongly_rejected, blind.wrongly_passed))
    for name, alone, held, passed in rows:
        print(f"  {name:24}{alone:22}wrongly held {_share(held)}; passed {_share(passed)}")
    for circumstance in found.circumstances:  # no rule had anything against these
        print(
            f"  {circumstance.code:24}{f'held {circumstance.held:,}':22}published {_share(circumstance.published)}"
        )


def _share(share: "Share") -> str:
    if share.interval is None:
        return "-"
    low, high = share.interval
    return f"{share.hits:,} of {share.count:,} ({100 * low:.1f}-{100 * high:.1f} %)"
