"""What a site is and has set: its keys, filters and policies, and the policies it tries."""

import sqlalchemy as sa

from moderation.store.sql.schema.columns import Millis, metadata, text

sites = sa.Table(
    "sites",
    metadata,
    text("id", primary_key=True),
    text("name"),
    text("origins_json"),  # ["https://news.example", ...]
    text("language"),  # BCP 47 of its pages, '' unknown
    text("policy"),  # '' the service's default, else TOML
    # In force for parts of the site: [{"scope": "section:/sport", "number": of its version, "page_id": of a page's,
    # "hours": closed ones, where it has them}, ...]; and the closed hours of its own policy, '' none.
    text("policy_scopes_json", server_default="[]"),
    text("closed_hours_json", server_default=""),
    text("page_rules_json", server_default="{}"),  # PageRules without the origins
    # Rises with every change of the site's filters; 0 while it has none.
    sa.Column("filters_version", sa.Integer, nullable=False, server_default="0"),
    # What holds for its pages unless they have their own: open | premoderated | closed; 0 days: never.
    text("page_state", server_default="open"),
    sa.Column("close_after_days", sa.Integer, nullable=False, server_default="0"),
    # ReaderRules: minutes in which writers may change a comment, 0 never; readers whose reports hold one, 0 never.
    sa.Column("edit_minutes", sa.Integer, nullable=False, server_default="15"),
    sa.Column("hold_after_reports", sa.Integer, nullable=False, server_default="0"),
    # The rest of ReaderRules; 0 off.
    sa.Column("markdown", sa.Integer, nullable=False, server_default="0"),
    sa.Column("forewarn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("proof_of_work", sa.Integer, nullable=False, server_default="0"),
    sa.Column("website", sa.Integer, nullable=False, server_default="0"),
    # The reasons that moderators choose from; '' with version 0: the default list (domain/site_reasons.py).
    text("reasons_json", server_default=""),
    sa.Column("reasons_version", sa.Integer, nullable=False, server_default="0"),
    # How many approved, and how many removed comments are put before people each week; 0 none.
    sa.Column("sample_size", sa.Integer, nullable=False, server_default="10"),
    sa.Column("review_share", sa.Integer, nullable=False, server_default="0"),  # per cent
    # Decisions before this were looked through for a second look, ms.
    sa.Column("reviewed_until", Millis, nullable=False, server_default="0"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("closed_at", Millis),  # since when it takes no comments, NULL while it is open
)

keys = sa.Table(
    "keys",
    metadata,
    text("digest", primary_key=True),  # SHA-256 hex of the whole key
    text("id", unique=True),
    text("site_id", index=True),  # '' of the installation's
    text("kind"),  # secret | publishable | the name of a face | installation
    text("hint"),  # its first characters, to recognise it by
    text("name", server_default=""),  # what it is for, as people wrote it
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("revoked_at", Millis),
    sa.Column("used_at", Millis),  # when it last opened something, to an hour
)

filters = sa.Table(
    "filters",
    metadata,
    text("id", primary_key=True),
    text("site_id", index=True),
    text("name"),
    text("kind"),  # words | patterns | domains | emails | networks
    text("action"),  # hold | spam | reject | trust
    text("entries_json"),
    text("exceptions_json"),
    text("languages_json"),  # [] = every language
    text("fields_json"),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    text("changed_by"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("changed_at", Millis, nullable=False),
    sa.Column("until", Millis),  # applies until then, NULL always
)

# Every policy that a site has had of its own; sites.policy has the one in force, sites.policy_scopes_json the others.
policy_versions = sa.Table(
    "policy_versions",
    metadata,
    text("site_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),  # 1, 2, 3 ... of the site
    text("scope", server_default=""),  # as domain/policy_scopes.py writes it, '' the whole site
    text("version"),  # as domain.policy.Policy has it
    text("toml"),  # '' the service's default, or that of a scope the site's
    text("set_by"),  # a moderator's id, a key's, or 'command'
    sa.Column("set_at", Millis, nullable=False),
)

# A candidate beside the policy in force: it decides nothing.
shadow_policies = sa.Table(
    "shadow_policies",
    metadata,
    text("site_id", primary_key=True),
    text("version"),  # as domain.policy.Policy has it
    text("toml"),
    text("started_by"),  # as policy_versions.set_by
    sa.Column("started_at", Millis, nullable=False),
)

shadow_outcomes = sa.Table(
    "shadow_outcomes",
    metadata,
    text("comment_id", primary_key=True),
    text("site_id"),
    text("version"),  # of the candidate
    text("live"),  # what the policy in force makes of what was measured
    text("shadow"),  # what the candidate does
    text("rules"),  # codes that only one of the two gives, with spaces between
    sa.Index("shadow_outcomes_of_site", "site_id", "version", "comment_id"),
)
