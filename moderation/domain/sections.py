"""Sections that somebody is limited to on a site: the beginnings of the paths of its pages, as policies have them.

What such a person reaches is named by a *part*: the site's id with the sections. No site has it as its id, so whatever takes a part
for a site finds nothing there (store/reach.py).
"""

import json
from collections.abc import Collection, Iterable, Sequence

from moderation.domain.errors import Invalid
from moderation.domain.policy_scopes import parse_scope
from moderation.domain.roles import Role

SECTIONS_LIMIT = 20
_LOOKED_AT = 10 * SECTIONS_LIMIT  # before those that lie in others are left out
_BREAK = "\n"  # in no site's id and no path


def parse_sections(texts: Iterable[str], role: Role) -> tuple[str, ...]:
    """Sections in their one spelling, in order; () for all of the site. Raises Invalid with the pointer /sections."""
    found: set[str] = set()
    too_many = f"Somebody has {SECTIONS_LIMIT} sections at most."
    for text in texts:
        if len(found) > _LOOKED_AT:  # comparing each with each takes the square of their number
            raise Invalid(too_many, "/sections")
        try:
            found.add(parse_scope(f"section:{text.strip()}").partition(":")[2])
        except Invalid:
            message = "A section is the beginning of the path of its pages, such as /sport; it is not the whole site."
            raise Invalid(message, "/sections") from None
    # One that lies in another says nothing.
    sections = tuple(
        section for section in sorted(found) if not lies_in(section, found - {section})
    )
    if len(sections) > SECTIONS_LIMIT:
        raise Invalid(too_many, "/sections")
    if sections and role is Role.ADMIN:
        raise Invalid("An admin looks after all of a site: name no section.", "/sections")
    return sections


def sections_in(text: str) -> list[str]:
    """Those of a form's field, where they stand one after the other."""
    return text.replace(",", " ").split()


def lies_in(path: str, sections: Collection[str]) -> bool:
    """Whether a page with this path is in one of the sections. path: as path_of() spells it, '' in none."""
    return any(path == section or path.startswith(f"{section}/") for section in sections)


def stored(sections: Sequence[str]) -> str:
    """As the database has them; '' for all of the site."""
    return json.dumps(list(sections)) if sections else ""


def read_stored(text: str) -> tuple[str, ...]:
    """What stored() made."""
    return tuple(json.loads(text)) if text else ()


def part_of(site_id: str, sections: Sequence[str]) -> str:
    """The part of a site that these sections are; there is at least one."""
    assert sections
    return _BREAK.join((site_id, *sections))


def place_of(site_id: str, text: str) -> str:
    """The site, or the part of it that stored() sections are."""
    sections = read_stored(text)
    return part_of(site_id, sections) if sections else site_id


def is_part(id: str) -> bool:
    """Whether an id is of a part, not of a site."""
    return _BREAK in id


def site_and_sections(part: str) -> tuple[str, tuple[str, ...]]:
    """What part_of() was made of; of a site's id that and ()."""
    site_id, *sections = part.split(_BREAK)
    return site_id, tuple(sections)
