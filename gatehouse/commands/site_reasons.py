"""`gatehouse site reasons`: the reasons that a site's moderators choose from."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName, read_text
from gatehouse.commands.output import printable
from gatehouse.database import open_site
from moderation.domain.errors import Invalid
from moderation.domain.site_reasons import SiteReason


def site_reasons(
    site: SiteName,
    file: Annotated[
        Path | None, typer.Option(help="Replace the list by this one, as --json prints it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or replace the reasons that moderators choose from."""
    from moderation.review import site_reasons

    with open_site(site) as (store, found_site):
        if file is None:
            known = site_reasons.get_reasons(store, found_site.id)
        else:
            known = site_reasons.set_reasons(store, found_site.id, _reasons_in(file))
    if as_json:
        print(json.dumps({"reasons": [asdict(reason) for reason in known.reasons]}))
        return
    for reason in known.reasons:
        sentence = reason.sentence(known.language).replace("\n", " ")
        print(printable(f"{reason.code:24}{reason.label(known.language):28}{sentence}").rstrip())


def _reasons_in(file: Path) -> list[SiteReason]:
    """The reasons in a file. Raises Invalid."""
    try:
        reasons = json.loads(read_text(file))["reasons"]
        made = [
            SiteReason(reason["code"], reason["labels"], reason.get("sentences", {}))
            for reason in reasons
        ]
        texts = [
            text for known in made for text in (*known.labels.items(), *known.sentences.items())
        ]
        if all(
            isinstance(text, str) for text in (*(known.code for known in made), *sum(texts, ()))
        ):
            return made
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise Invalid('The file is no list: {"reasons": [{"code": ..., "labels": {"en": ...}}]}.')
