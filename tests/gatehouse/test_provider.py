"""`gatehouse moderator unlink-provider`: takes the link to a provider's account back, logs out, and is in the audit."""

import json
import time

from moderation.accounts import sign_in
from moderation.store import provider_sign_ins
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.gatehouse.conftest import Run
from tests.service.console.console_browser import moderator

ISSUER = "https://id.herald.test"
EMAIL = "ada@herald.test"


def test_somebody_is_unlinked_once_logged_out_and_found_by_e_mail_again(
    gatehouse: Run, data_store: Store, herald: Site
) -> None:
    id = moderator(data_store, EMAIL, herald, password="")
    now = time.time_ns() // 1_000_000
    with data_store.write() as connection:
        provider_sign_ins.link(connection, ISSUER, "7f2c", id, now)
        token = sign_in.enter(connection, id, "", now, lambda size: b"t" * size)
    assert sign_in.session_of(data_store, token, now)
    unlinked = gatehouse("moderator", "unlink-provider", EMAIL)
    assert unlinked.returncode == 0 and "the next log-in with the provider" in unlinked.stderr
    assert sign_in.session_of(data_store, token, now) is None, "logged out"
    with data_store.read() as connection:
        assert not provider_sign_ins.is_linked(connection, ISSUER, id)
        assert provider_sign_ins.account_of(connection, ISSUER, "7f2c") == ""
    for nobody in (EMAIL, "bo@herald.test"):  # no longer linked; no account
        refused = gatehouse("moderator", "unlink-provider", nobody)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
        assert "Nobody has logged in" in refused.stderr
    lines = gatehouse("audit", "--site", "Herald", "--action", "moderator", "--json").stdout
    noted = [json.loads(line) for line in lines.splitlines()]
    assert [(each["change"], each["by"], each["about"]) for each in noted] == [
        ("moderator.provider_unlinked", "command", id)
    ]
