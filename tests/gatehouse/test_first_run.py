"""The demo site of `gatehouse up`: one, whatever port the service is started on."""

from gatehouse.supervisor import first_run
from moderation.domain.comment import PageRef
from moderation.environment import read_settings
from moderation.review import page_states
from moderation.store import sites
from service.embed.demo_articles import ARTICLES
from tests.factories import newspaper


def prepared(store, folder, port):
    settings = read_settings(
        {"GATEHOUSE_DATA": str(folder), "GATEHOUSE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    )
    return first_run.prepare(store, settings)


def all_sites(store):
    with store.read() as connection:
        return sites.all_sites(connection)


def test_a_start_on_other_ports_leaves_one_demo_site_with_all_origins(store, tmp_path):
    runs = [prepared(store, tmp_path, port) for port in (8000, 8001, 8000, 8001)]
    [demo] = all_sites(store)
    for port in (8000, 8001):
        assert {f"http://127.0.0.1:{port}", f"http://localhost:{port}"} <= set(demo.origins)
    assert {run.site_id for run in runs} == {demo.id}
    assert len({run.publishable_key for run in runs}) == 1
    assert [bool(run.secret_key) for run in runs] == [True, False, False, False]
    for port in (8000, 8001):
        url = f"http://127.0.0.1:{port}"
        found = [
            page_states.get_page(store, demo.id, PageRef(url + article.path), 0)
            for article in ARTICLES
        ]
        assert [page.state for page in found] == ["open", "premoderated", "closed"]


def test_the_demo_is_there_on_the_port_that_browsers_leave_out(store, tmp_path):
    prepared(store, tmp_path, 80)
    [demo] = all_sites(store)
    assert set(demo.origins) == {"http://127.0.0.1", "http://localhost"}


def test_where_there_are_other_sites_no_demo_is_added(store, tmp_path):
    own = newspaper(store)
    assert prepared(store, tmp_path, 8000).site_id == ""
    assert all_sites(store) == [own]
