"""/console/embed: the snippets that put thread and form on a site's pages, ready to be copied, and what readers may do there."""

from typing import Annotated, Any

from fastapi import Depends, Response

from moderation.domain.errors import Invalid
from moderation.domain.reader_rules import ReaderRules
from moderation.domain.roles import Action
from moderation.review import reader_rules
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_, _
from service.console.pages import QueryName, page_router
from service.console.session import read_number
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/embed")

# {page}: the page's URL, as a template of each system writes it. Without a known URL the module finds it itself.
_PAGES = {
    N_("Plain HTML"): (N_("Where the comments shall be, in the page itself."), ""),
    "WordPress": (
        N_("In the theme's comments.php, instead of what is there."),
        "<?php echo esc_url(get_permalink()); ?>",
    ),
    "Hugo": (N_("In layouts/partials/comments.html."), "{{ .Permalink }}"),
    "Ghost": (N_("In the theme's post.hbs, instead of {{comments}}."), '{{url absolute="true"}}'),
    "Django": (N_("In the template of an article."), "{{ request.build_absolute_uri }}"),
}


_NUMBERS = {
    "edit_minutes": N_("Minutes in which writers may change a comment; 0: never"),
    "hold_after_reports": N_("Readers whose reports hold what no person has approved; 0: never"),
    "proof_of_work": N_(
        "Hashes that a browser tries at most before it posts; 0: none. Otherwise, comments from forms without JavaScript wait for a person"
    ),
}
_CHOICES = {
    "markdown": N_("Show emphasis, code, quotations, lists and links in comments"),
    "forewarn": N_("Tell writers beforehand that a comment may be held"),
    "website": N_("Ask writers for their website, and link their names to it"),
}

Posted = Annotated[
    PostedForm, Depends(request_form(*_NUMBERS, *_CHOICES, may=Action.CHANGE_PAGE_DEFAULT))
]


@router.get("")
def embed_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """For everybody of a site: nothing on it is secret. did: whether the rules were just changed."""
    rules = reader_rules.get_rules(request.store, request.site_id)
    return _page(request, rules, is_saved=bool(did))


@router.post("")
def change_rules(posted: Posted) -> Response:
    """Sets what writers and readers may do; a refused number is shown as it was typed."""
    request, form = posted
    typed: dict[str, Any] = {
        **{name: read_number(form, name, "number of each") for name in _NUMBERS},
        **{name: bool(form.get(name)) for name in _CHOICES},
    }
    rules = ReaderRules(**typed)
    store, site_id = request.store, request.site_id
    try:
        reader_rules.set_rules(store, site_id, rules, request.moderator_id)
    except Invalid as error:
        flaw = form_error(error)
        return _page(request, rules, error=flaw, status=422)
    return request.back("/embed", did="saved")


def _page(
    request: SiteRequest,
    rules: ReaderRules,
    *,
    is_saved: bool = False,
    error: FormError = NO_ERROR,
    status: int = 200,
) -> Response:
    service, site_id = request.settings.public_url, request.site_id
    integrity = request.plain.app.state.embed_module().integrity
    script = f'<script type="module" src="{service}/embed/v1.js"\n  integrity="{integrity}"'
    snippets = []
    for system, (where, page) in _PAGES.items():
        data = f'\n  data-site="{site_id}" data-key="ghp_..."' + (
            f'\n  data-page="{page}"' if page else ""
        )
        snippets.append((system, _(where), f'<div id="comments"></div>\n{script}{data}></script>'))
    element = f'<gatehouse-comments key={{url}} site="{site_id}" site-key="ghp_..." page={{url}}></gatehouse-comments>'
    snippets += [
        (
            "React",
            _("The script once, in index.html; the element where the comments shall be."),
            f"{script}></script>\n\n{element}",
        ),
        (
            "Next",
            _("The script by next/script, in the layout; the element where the comments shall be."),
            f"{script.replace('<script', '<Script')} />\n\n{element}",
        ),
    ]
    return request.answer(
        "embed.html",
        status,
        snippets=snippets,
        service=service,
        rules=rules,
        numbers=_NUMBERS,
        choices=_CHOICES,
        is_saved=is_saved,
        error=error,
        may_change=request.may(Action.CHANGE_PAGE_DEFAULT),
    )
