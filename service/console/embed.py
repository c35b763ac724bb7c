"""/console/embed: the snippets that put thread and form on a site's pages, ready to be copied."""

from fastapi import Request, Response

from service.console.language import N_, _
from service.console.pages import CurrentSite, page_router, pages
from service.console.session import CurrentVisitor

router = page_router("/embed")

# {page}: the page's URL, as a template of each system writes it. Without a known URL the module finds it itself.
_PAGES = {
    N_("Plain HTML"): (N_("Where the comments shall be, in the page itself."), ""),
    "WordPress": (
        N_("In the theme's comments.php, instead of what is there."),
        "<?php echo esc_url(get_permalink()); ?>",
    ),
    "Hugo": (N_("In layouts/partials/comments.html."), "{{ .Permalink }}"),
}


@router.get("")
def embed_page(request: Request, visitor: CurrentVisitor, membership: CurrentSite) -> Response:
    """For everybody of a site: nothing on it is secret."""
    service, site_id = request.app.state.settings.public_url, membership.site_id
    integrity = request.app.state.embed_module().integrity
    script = f'<script type="module" src="{service}/embed/v1.js"\n  integrity="{integrity}"'
    snippets = []
    for system, (where, page) in _PAGES.items():
        data = f'\n  data-site="{site_id}" data-key="ghp_..."' + (
            f'\n  data-page="{page}"' if page else ""
        )
        snippets.append((system, _(where), f'<div id="comments"></div>\n{script}{data}></script>'))
    react = (
        f"{script}></script>\n\n"
        f'<gatehouse-comments key={{url}} site="{site_id}" site-key="ghp_..." page={{url}}></gatehouse-comments>'
    )
    snippets.append(
        (
            "React",
            _("The script once, in index.html; the element where the comments shall be."),
            react,
        )
    )
    return pages.page(
        "embed.html", visitor=visitor, site=membership, snippets=snippets, service=service
    )
