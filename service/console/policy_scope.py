"""The part of a site that a policy is for, as the console's pages of policies name it and their forms send it."""

from typing import Annotated

from fastapi import Query

from moderation.domain.policy_scopes import SCOPE_LENGTH, WHOLE_SITE, ScopeKind
from service.console.language import N_, _

KIND_WORDS = {
    ScopeKind.SECTION: N_("a section, by the beginning of its paths"),
    ScopeKind.LANGUAGE: N_("a language, by its code"),
    ScopeKind.PAGE: N_("one page, by its address"),
}
ScopeAsked = Annotated[str, Query(max_length=SCOPE_LENGTH)]
KindAsked = Annotated[str, Query(alias="kind", max_length=10, pattern="^[a-z]*$")]


def asked_scope(scope: str, kind: str, value: str) -> str:
    """The scope of an address: as it is linked, or as the form sends it in two fields."""
    return scope or (f"{kind}:{value.strip()}" if kind and value.strip() else WHOLE_SITE)


def scope_in_words(scope: str) -> str:
    """'the section /sport'; '' for the whole site."""
    kind, _colon, value = scope.partition(":")
    match kind:
        case ScopeKind.SECTION:
            return _("the section %(path)s", path=value)
        case ScopeKind.LANGUAGE:
            return _("the language %(code)s", code=value)
        case ScopeKind.PAGE:
            return _("the page %(url)s", url=value)
    return ""
