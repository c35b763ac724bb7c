"""Moderators: how they sign in, which sites they moderate, and what was changed by whom."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, text

moderators = sa.Table(
    "moderators",
    metadata,
    text("id", primary_key=True),
    text("email", unique=True),  # lower case
    text("password_hash"),  # argon2id; '' = no password, only log-in links
    sa.Column("digest", sa.Boolean, nullable=False),  # wants the daily mail
    text("language", server_default=""),  # of the console: a code, '' as the browser says
    sa.Column("owner", sa.Boolean, nullable=False, server_default=sa.false()),  # may make sites
    sa.Column("created_at", Millis, nullable=False),
)

memberships = sa.Table(
    "memberships",
    metadata,
    text("moderator_id", primary_key=True),
    text("site_id", primary_key=True),
    text("role"),  # auditor | trainee | moderator | editor | admin
    text("sections_json", server_default=""),  # '' all of the site, else domain/sections.py
)

sessions = sa.Table(
    "sessions",
    metadata,
    text("digest", primary_key=True),  # SHA-256 hex of the cookie
    text("moderator_id", index=True),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("seen_at", Millis, nullable=False),
    sa.Column("expires_at", Millis, nullable=False),
    # Signed in so far as to be asked for the code of a second factor: it opens nothing else.
    sa.Column("awaits_code", sa.Boolean, nullable=False, server_default=sa.false()),
)

# Who has a second factor: the shared secret of a TOTP application (RFC 6238).
second_factors = sa.Table(
    "second_factors",
    metadata,
    text("moderator_id", primary_key=True),
    sa.Column("secret_sealed", sa.LargeBinary, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),  # of the last code that was used
    sa.Column("created_at", Millis, nullable=False),
)

# One-time codes for a moderator who has lost it; a row goes when its code is used.
recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    text("digest", primary_key=True),  # HMAC-SHA256 hex
    text("moderator_id", index=True),
)

login_links = sa.Table(
    "login_links",
    metadata,
    text("digest", primary_key=True),
    text("moderator_id"),
    sa.Column("expires_at", Millis, nullable=False),
)

# Who was asked to moderate a site, and has not come yet.
invitations = sa.Table(
    "invitations",
    metadata,
    text("digest", primary_key=True),  # SHA-256 hex of the link's token
    text("id", unique=True),
    text("site_id"),
    text("email"),  # lower case
    text("role"),
    text("sections_json", server_default=""),  # as in memberships
    text("invited_by"),  # as in audit.actor
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("expires_at", Millis, nullable=False),
    sa.UniqueConstraint("site_id", "email"),
)

audit = sa.Table(
    "audit",
    metadata,
    # Rises with every entry. SQLite counts rows only where the type is INTEGER.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    text("site_id"),  # '' of no single site
    text("actor"),  # the id of a moderator or a key, 'command' or 'service'
    text("change"),  # domain/audit.Change
    text("about"),
    text("before_json"),
    text("after_json"),
    sa.Column("at", Millis, nullable=False, index=True),  # by the database's clock
    sa.Index("audit_of_site", "site_id", "number"),
)

# Who at the provider is which account.
provider_identities = sa.Table(
    "provider_identities",
    metadata,
    text("digest", primary_key=True),  # SHA-256 hex of issuer and subject
    text("issuer"),
    text("moderator_id", index=True),
    sa.Column("created_at", Millis, nullable=False),
)

# Attempts that were used, until they would have run out.
provider_states = sa.Table(
    "provider_states",
    metadata,
    text("digest", primary_key=True),
    sa.Column("expires_at", Millis, nullable=False, index=True),
)
