"""The console's page with the snippets: each names the site, the script and its hash."""

import html
import re

from service.embed.module import module
from tests.factories import newspaper


def test_each_snippet_names_the_site_and_the_hash_of_the_script(browser, site):
    text = browser.get("/console/embed").text
    snippets = [html.unescape(each) for each in re.findall(r"<code>(<|&lt;.*?)</code>", text, re.S)]
    assert len(snippets) == 4
    for snippet in snippets:
        assert f'integrity="{module().integrity}"' in snippet
        assert f'site="{site.id}"' in snippet and "/embed/v1.js" in snippet


def test_nobody_sees_the_snippets_of_another_site(browser, store):
    other = newspaper(store, "The Other Herald", "https://other.test")
    assert browser.get(f"/console/embed?site={other.id}").status_code == 404
