"""The tables. Times are integers: milliseconds since 1970 UTC, alike on both databases.

Columns named *_json hold JSON text. Foreign keys are left out on purpose on the hot tables: ids are
made by Gatehouse itself, and a check per row costs more than the insert (docs/decisions/0004).
"""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()
Millis = sa.BigInteger


def _text(name: str, **options: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **options)  # type: ignore[arg-type] # by name


def _only(rows: sa.ColumnElement[bool]) -> dict[str, Any]:
    """Makes an index one of these rows alone, on either database."""
    return {"sqlite_where": rows, "postgresql_where": rows}


# --- who may hand in, decide and listen ---------------------------------------------------------

sites = sa.Table(
    "sites",
    metadata,
    _text("id", primary_key=True),
    _text("name"),
    _text("origins_json"),  # ["https://news.example", ...]
    _text("language"),  # BCP 47 of its pages, '' unknown
    _text("policy"),  # '' the service's default, else TOML
    _text("page_rules_json", server_default="{}"),  # PageRules without the origins
    # Rises with every change of the site's filters; 0 while it has none.
    sa.Column("filters_version", sa.Integer, nullable=False, server_default="0"),
    # What holds for its pages unless they have their own: open | premoderated | closed; 0 days: never.
    _text("page_state", server_default="open"),
    sa.Column("close_after_days", sa.Integer, nullable=False, server_default="0"),
    # ReaderRules: minutes in which writers may change a comment, 0 never; readers whose reports hold one, 0 never.
    sa.Column("edit_minutes", sa.Integer, nullable=False, server_default="15"),
    sa.Column("hold_after_reports", sa.Integer, nullable=False, server_default="0"),
    # The rest of ReaderRules; 0 off.
    sa.Column("markdown", sa.Integer, nullable=False, server_default="0"),
    sa.Column("forewarn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("proof_of_work", sa.Integer, nullable=False, server_default="0"),
    # The reasons that moderators choose from; '' with version 0: the default list (domain/site_reasons.py).
    _text("reasons_json", server_default=""),
    sa.Column("reasons_version", sa.Integer, nullable=False, server_default="0"),
    # How many approved, and how many removed comments are put before people each week; 0 none.
    sa.Column("sample_size", sa.Integer, nullable=False, server_default="10"),
    sa.Column("created_at", Millis, nullable=False),
)

keys = sa.Table(
    "keys",
    metadata,
    _text("digest", primary_key=True),  # SHA-256 hex of the whole key
    _text("id", unique=True),
    _text("site_id", index=True),
    _text("kind"),  # secret | publishable | the name of a face
    _text("hint"),  # its first characters, to recognise it by
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("revoked_at", Millis),
    sa.Column("used_at", Millis),  # when it last opened something, to an hour
)

# Every policy that a site has had of its own; sites.policy has the one in force.
policy_versions = sa.Table(
    "policy_versions",
    metadata,
    _text("site_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),  # 1, 2, 3 ... of the site
    _text("version"),  # as domain.policy.Policy has it
    _text("toml"),  # '' the service's default
    _text("set_by"),  # a moderator's id, a key's, or 'command'
    sa.Column("set_at", Millis, nullable=False),
)

# A candidate beside the policy in force: it decides nothing.
shadow_policies = sa.Table(
    "shadow_policies",
    metadata,
    _text("site_id", primary_key=True),
    _text("version"),  # as domain.policy.Policy has it
    _text("toml"),
    _text("started_by"),  # as policy_versions.set_by
    sa.Column("started_at", Millis, nullable=False),
)
shadow_outcomes = sa.Table(
    "shadow_outcomes",
    metadata,
    _text("comment_id", primary_key=True),
    _text("site_id"),
    _text("version"),  # of the candidate
    _text("live"),  # what the policy in force makes of what was measured
    _text("shadow"),  # what the candidate does
    _text("rules"),  # codes that only one of the two gives, with spaces between
    sa.Index("shadow_outcomes_of_site", "site_id", "version", "comment_id"),
)

site_faces = sa.Table(
    "site_faces",
    metadata,
    _text("site_id", primary_key=True),
    _text("face", primary_key=True),  # akismet | coral | openai | perspective; a row: it is on
    _text("limit_text"),  # '600/minute', '' the service's default
    _text("options_json"),  # the face's own
    sa.Column("created_at", Millis, nullable=False),
)

moderators = sa.Table(
    "moderators",
    metadata,
    _text("id", primary_key=True),
    _text("email", unique=True),  # lower case
    _text("password_hash"),  # argon2id; '' = no password, only log-in links
    sa.Column("digest", sa.Boolean, nullable=False),  # wants the daily mail
    _text("language", server_default=""),  # of the console: a code, '' as the browser says
    sa.Column("created_at", Millis, nullable=False),
)

memberships = sa.Table(
    "memberships",
    metadata,
    _text("moderator_id", primary_key=True),
    _text("site_id", primary_key=True),
    _text("role"),  # auditor | moderator | editor | admin
)

sessions = sa.Table(
    "sessions",
    metadata,
    _text("digest", primary_key=True),  # SHA-256 hex of the cookie
    _text("moderator_id", index=True),
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
    _text("moderator_id", primary_key=True),
    sa.Column("secret_sealed", sa.LargeBinary, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),  # of the last code that was used
    sa.Column("created_at", Millis, nullable=False),
)

# One-time codes for whoever has lost it; a row goes when its code is used.
recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    _text("digest", primary_key=True),  # HMAC-SHA256 hex
    _text("moderator_id", index=True),
)

login_links = sa.Table(
    "login_links",
    metadata,
    _text("digest", primary_key=True),
    _text("moderator_id"),
    sa.Column("expires_at", Millis, nullable=False),
)

# Who was asked to moderate a site, and has not come yet.
invitations = sa.Table(
    "invitations",
    metadata,
    _text("digest", primary_key=True),  # SHA-256 hex of the link's token
    _text("id", unique=True),
    _text("site_id"),
    _text("email"),  # lower case
    _text("role"),
    _text("invited_by"),  # as in audit.actor
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("expires_at", Millis, nullable=False),
    sa.UniqueConstraint("site_id", "email"),
)

filters = sa.Table(
    "filters",
    metadata,
    _text("id", primary_key=True),
    _text("site_id", index=True),
    _text("name"),
    _text("kind"),  # words | patterns | domains | emails | networks
    _text("action"),  # hold | spam | reject | trust
    _text("entries_json"),
    _text("exceptions_json"),
    _text("languages_json"),  # [] = every language
    _text("fields_json"),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    _text("changed_by"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("changed_at", Millis, nullable=False),
    sa.Column("until", Millis),  # applies until then, NULL always
)

# --- what was handed in -------------------------------------------------------------------------

pages = sa.Table(
    "pages",
    metadata,
    _text("id", primary_key=True),
    _text("site_id"),
    _text("external_id"),
    _text("url"),  # as it was first sent, or as the site's server last named it
    _text("title"),
    # Whether the site's server gave the title; else whoever commented there first.
    sa.Column("title_verified", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("state"),  # '' as the site's, else open | premoderated | closed
    sa.Column("close_after_days", sa.Integer),  # null as the site's, 0 never
    sa.Column("published_at", Millis),  # by the site's word, null unknown
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("pages_by_time", "site_id", "created_at", "id"),
)

# By which pages are found: a row for each URL that leads to one, and for the site's own id of it.
page_addresses = sa.Table(
    "page_addresses",
    metadata,
    _text("id", primary_key=True),  # derived from the site and that id, or the URL's key
    _text("site_id"),
    _text("page_id", index=True),
    _text("url"),  # as it was first sent; '' of an id
)

comments = sa.Table(
    "comments",
    metadata,
    _text("id", primary_key=True),
    _text("site_id"),
    _text("page_id"),
    _text("parent_id"),
    _text("author_name"),
    _text("author_url"),
    _text("author_badge", server_default=""),  # '' | staff | author
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # the newest
    # A projection of the latest decision, written in its transaction; decisions are the truth.
    _text("status"),
    sa.Column("sequence", sa.Integer, nullable=False),
    _text("decided_by"),  # '' | policy | moderator | import
    _text("campaign_id", server_default=""),  # '' none that people should see
    sa.Column("withdrawn_at", Millis),
    # Readers whose reports no person has looked at yet, and the id of the first of these reports.
    sa.Column("reports", sa.Integer, nullable=False, server_default="0"),
    _text("first_report", server_default=""),
    # The order of held comments (domain/urgency.py), ms.
    sa.Column("urgent_at", Millis, nullable=False, server_default="0"),
    sa.Column("picked_at", Millis),  # null no editors' pick
    # Keyset pages of a queue: oldest first within a site and a status.
    sa.Index("comments_by_status", "site_id", "status", "id"),
    sa.Index("comments_of_page", "page_id", "status", "id"),
)
sa.Index(
    "comments_of_campaign",
    comments.c.campaign_id,
    comments.c.site_id,
    comments.c.id,
    **_only(comments.c.campaign_id != ""),
)
sa.Index(
    "comments_told_of",
    comments.c.campaign_id,
    comments.c.site_id,
    comments.c.status,
    **_only(sa.and_(comments.c.campaign_id != "", comments.c.decided_by == "moderator")),
)
sa.Index(
    "campaigns_waiting",
    comments.c.site_id,
    comments.c.campaign_id,
    comments.c.id,
    **_only(sa.and_(comments.c.campaign_id != "", comments.c.status == "held")),
)

sa.Index(
    "comments_reported",
    comments.c.site_id,
    comments.c.first_report,
    **_only(comments.c.first_report != ""),
)
sa.Index(
    "comments_withdrawn",
    comments.c.withdrawn_at,
    **_only(comments.c.withdrawn_at.is_not(None)),
)

sa.Index(
    "comments_by_parent", comments.c.parent_id, comments.c.id, **_only(comments.c.parent_id != "")
)

sa.Index(
    "comments_picked",
    comments.c.page_id,
    comments.c.status,
    comments.c.id,
    **_only(comments.c.picked_at.is_not(None)),
)
sa.Index(
    "comments_replied",
    comments.c.page_id,
    comments.c.status,
    comments.c.parent_id,
    **_only(comments.c.parent_id != ""),
)

# Of those, that stand by themselves: a campaign is one card, however many it has.
sa.Index(
    "comments_held_alone",
    comments.c.site_id,
    comments.c.id,
    **_only(sa.and_(comments.c.campaign_id == "", comments.c.status == "held")),
)

# The most urgent first.
_HELD = comments.c.status == "held"
sa.Index(
    "held_by_urgency",
    comments.c.site_id,
    comments.c.urgent_at,
    comments.c.id,
    **_only(_HELD),
)
sa.Index(
    "held_alone_by_urgency",
    comments.c.site_id,
    comments.c.urgent_at,
    comments.c.id,
    **_only(sa.and_(comments.c.campaign_id == "", _HELD)),
)

# The scores of held comments, to put them in order by: a projection like comments.status.
held_scores = sa.Table(
    "held_scores",
    metadata,
    _text("comment_id", primary_key=True),
    _text("label", primary_key=True),
    _text("site_id"),
    sa.Column("rank", sa.Integer, nullable=False),  # the score, times -1,000,000
    sa.Index("held_by_score", "site_id", "label", "rank", "comment_id"),
    sqlite_with_rowid=False,
)

# What readers said against comments that they saw.
reports = sa.Table(
    "reports",
    metadata,
    _text("id", primary_key=True),
    _text("comment_id"),
    _text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),  # the one that was read
    sa.Column("sequence", sa.Integer, nullable=False),  # of the comment then
    _text("reason"),
    _text("note"),
    _text("reporter_key"),  # HMAC-SHA256 hex of the browser, '' unknown or forgotten
    _text("address_key"),  # HMAC-SHA256 hex of the address, '' unknown or forgotten
    _text("state"),  # open | upheld | dismissed | settled
    sa.Column("decided_in", sa.Integer),  # the sequence of the decision that settled it
    sa.Column("created_at", Millis, nullable=False, index=True),
    sa.Index("reports_of_comment", "comment_id", "id"),
)
for _name in ("reporter_key", "address_key"):
    sa.Index(
        f"reports_by_{_name}",
        reports.c[_name],
        reports.c.state,
        **_only(reports.c[_name] != ""),
    )

# Notices of illegal content (Art. 16 DSA).
legal_notices = sa.Table(
    "legal_notices",
    metadata,
    _text("id", primary_key=True),
    _text("comment_id"),
    _text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),  # the one that was read
    _text("name"),  # of who sent it, '' forgotten
    sa.Column("email_sealed", sa.LargeBinary),  # opens with the notice's id
    _text("email_key"),
    _text("why"),
    sa.Column("created_at", Millis, nullable=False),
    _text("state"),  # open | removed | kept | gone
    sa.Column("decided_in", sa.Integer),  # the sequence of the decision that answered it
    sa.Column("decided_at", Millis),
    sa.Index("legal_notices_of_comment", "comment_id", "id"),
    sa.Index("legal_notices_of_site", "site_id", "state", "id"),
)
sa.Index(
    "legal_notices_decided",
    legal_notices.c.decided_at,
    **_only(legal_notices.c.decided_at.is_not(None)),
)
sa.Index(
    "legal_notices_by_email",
    legal_notices.c.email_key,
    **_only(legal_notices.c.email_key != ""),
)

# Writers' appeals against decisions.
appeals = sa.Table(
    "appeals",
    metadata,
    _text("id", primary_key=True),
    _text("comment_id"),
    _text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),  # of the decision that it is about
    _text("outcome"),  # of that
    _text("decider_id"),  # whose that is, '' a machine's
    _text("text"),
    sa.Column("created_at", Millis, nullable=False),
    _text("state"),  # open | upheld | overturned | closed
    sa.Column("answered_in", sa.Integer),  # the sequence of the decision that ended it
    _text("answered_by"),  # the person who ended it, '' nobody
    sa.Column("answered_at", Millis),
    _text("note"),  # to whoever appealed
    _text(
        "notice_id", server_default=""
    ),  # the notice whose sender appeals, '' the comment's writer does
    sa.Index("appeals_of_comment", "comment_id", "id"),
    sa.Index("appeals_of_site", "site_id", "state", "id"),
)

sa.Index("appeals_answered", appeals.c.answered_at, **_only(appeals.c.answered_at.is_not(None)))

# What trainees would decide, until another person has; at most one of a comment is open.
proposals = sa.Table(
    "proposals",
    metadata,
    _text("id", primary_key=True),
    _text("comment_id"),
    _text("site_id"),
    _text("moderator_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    _text("outcome"),
    _text("reason_code"),  # of the site's list, '' for none
    _text("sentence"),  # to the writer, '' for the reason's own
    sa.Column("created_at", Millis, nullable=False),
    _text("state"),  # open | agreed | overturned | withdrawn | lapsed
    sa.Column("answered_in", sa.Integer),  # the sequence of the decision that ended it
    _text("answered_by"),  # the person who ended it, '' nobody
    sa.Column("answered_at", Millis),
    sa.Index("proposals_of_comment", "comment_id", "id"),
    sa.Index("proposals_of_site", "site_id", "state", "id"),
    sa.Index("proposals_of_moderator", "moderator_id", "site_id", "id"),
)

# How many comments there are, kept by triggers on `comments` (migration 0017, docs/decisions/0025): a
# count is the sum of its parts. A migration that makes `comments` anew must make the triggers anew.
comment_counts = sa.Table(
    "comment_counts",
    metadata,
    _text("site_id", primary_key=True),
    _text("campaign_id", primary_key=True),  # '' all comments of the site
    _text("status", primary_key=True),
    # 0, or a transaction on PostgreSQL whose changes are not folded into that yet.
    sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("comments", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
sa.Index(
    "campaigns_held",
    comment_counts.c.site_id,
    comment_counts.c.campaign_id,
    comment_counts.c.comments,
    **_only(sa.and_(comment_counts.c.campaign_id != "", comment_counts.c.status == "held")),
)

revisions = sa.Table(
    "revisions",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    _text("text"),
    sa.Column("created_at", Millis, nullable=False),
    _text("form_json", server_default=""),  # comment_fields.TRAP_FILLED, or ''
)

personal = sa.Table(
    "personal",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("email_sealed", sa.LargeBinary),  # AES-256-GCM, bound to the comment's id
    _text("email_key"),  # HMAC-SHA256 hex, '' none
    _text("network"),  # /24 or /48 of the address
    _text("address_key"),  # HMAC-SHA256 hex of the address, '' none
    _text("user_agent"),
    _text("referrer"),
    _text("author_key", server_default=""),  # HMAC-SHA256 hex of a proved identity, '' none
    _text("network_key", server_default=""),  # HMAC-SHA256 hex of the network, '' none
    sa.Column("expires_at", Millis, nullable=False, index=True),  # of all but the e-mail
    # In the order of the comments: what somebody wrote is a list like any other.
    *(
        sa.Index(f"personal_by_{name}", name, "comment_id")
        for name in ("email_key", "address_key", "author_key", "network_key")
    ),
)

# Only where somebody outside is asked about a comment, and only until it is judged.
addresses = sa.Table(
    "addresses",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # AES-256-GCM, bound to the comment's id
    sa.Column("created_at", Millis, nullable=False, index=True),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    _text("site_id", primary_key=True),
    _text("key", primary_key=True),
    _text("fingerprint"),
    _text("comment_id"),
    sa.Column("created_at", Millis, nullable=False, index=True),
)

# Which comment each of another system's became: an import that is repeated stores nothing twice, nor what was erased.
imported_comments = sa.Table(
    "imported_comments",
    metadata,
    _text("id", primary_key=True),  # derived from the site, the system and its own id
    _text("site_id"),
    _text("comment_id"),
    _text("parent"),  # the row of what it answers, where that was not there yet; else ''
    # Not before this its scores are measured; null they are, or it shall have none. Later while a worker has it.
    sa.Column("score_due", Millis),
    sa.Column("score_attempts", sa.Integer, nullable=False, server_default="0"),
)
sa.Index(
    "imported_unscored",
    imported_comments.c.score_due,
    imported_comments.c.id,
    **_only(imported_comments.c.score_due.is_not(None)),
)
sa.Index(
    "imported_waiting",
    imported_comments.c.site_id,
    imported_comments.c.id,
    **_only(imported_comments.c.parent != ""),
)

# --- work: a row here is the job; the broker only carries the doorbell ----------------------------

pending = sa.Table(
    "pending",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    _text("site_id"),
    sa.Column("due_at", Millis, nullable=False, index=True),  # not before; 0 at once
    sa.Column("attempts", sa.Integer, nullable=False),
    _text("lease"),  # whose claim, '' nobody's
    sa.Column("created_at", Millis, nullable=False),
)

# --- what was found and decided --------------------------------------------------------------------

findings = sa.Table(
    "findings",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    _text("signals_json"),
    _text("failed_json"),  # names of the scorers that failed
    sa.Column("created_at", Millis, nullable=False),
)

decisions = sa.Table(
    "decisions",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    _text("outcome"),
    _text("actor_kind"),
    _text("actor_id"),
    _text("actor_version"),
    _text("reasons_json"),
    _text("sentence", server_default=""),  # a moderator's, to the writer; '' none, or erased
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("takes_back", sa.Integer),  # the sequence of the decision it takes back
    _text("campaign_id", server_default=""),  # '' not decided with a campaign
    sa.Column("ruling", sa.Integer),  # the sequence of the ruling on that campaign
    _text(
        "branch_id", server_default=""
    ),  # the comment above it with which it was decided, '' none
    sa.Column("branch_sequence", sa.Integer),  # the sequence of the decision about that comment
)
sa.Index(
    "decisions_of_branch",
    decisions.c.branch_id,
    decisions.c.branch_sequence,
    **_only(decisions.c.branch_id != ""),
)

# What each person decided: in the order of the comments, and by time.
_BY_PEOPLE = decisions.c.actor_kind == "moderator"
sa.Index(
    "decisions_of_person",
    decisions.c.actor_id,
    decisions.c.comment_id,
    decisions.c.sequence,
    **_only(_BY_PEOPLE),
)
sa.Index(
    "decisions_of_person_by_time",
    decisions.c.actor_id,
    decisions.c.created_at,
    **_only(_BY_PEOPLE),
)

# What was decided against comments, by time.
sa.Index(
    "decisions_against",
    decisions.c.created_at,
    decisions.c.comment_id,
    decisions.c.sequence,
    **_only(decisions.c.outcome != "approve"),
)

# What people decided, by time, on all sites.
sa.Index("decisions_by_people", decisions.c.created_at, **_only(_BY_PEOPLE))

# The reason codes of each comment's latest decision: a projection like comments.status, to find them by.
comment_reasons = sa.Table(
    "comment_reasons",
    metadata,
    _text("comment_id", primary_key=True),
    _text("code", primary_key=True),
    _text("site_id"),
    _text("status"),
    sa.Index("comments_by_reason", "site_id", "status", "code", "comment_id"),
    sqlite_with_rowid=False,
)

# How many of them there are, kept like comment_counts.
reason_counts = sa.Table(
    "reason_counts",
    metadata,
    _text("site_id", primary_key=True),
    _text("status", primary_key=True),
    _text("code", primary_key=True),
    sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("comments", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What waits to be put into search_index (store/search_index.py), which is of another kind on each database:
# the id of a comment, or of a page whose comments are found by another title or URL now.
search_due = sa.Table("search_due", metadata, _text("id", primary_key=True))

suggestions = sa.Table(
    "suggestions",
    metadata,
    _text("id", primary_key=True),  # derived from the client's own token, where it sent one
    _text("site_id"),
    _text("text"),
    _text("attribute"),  # Perspective's name
    sa.Column("value", sa.Float, nullable=False),  # what the score should have been
    sa.Column("score", sa.Float),  # what it was
    _text("model"),
    _text("language"),
    _text("community"),
    _text("token"),
    sa.Column("created_at", Millis, nullable=False, index=True),
    sa.Index("suggestions_of_site", "site_id", "id"),
)

# --- what is remembered of comments for 30 days ------------------------------------------------------

sketches = sa.Table(
    "sketches",
    metadata,
    # The time it came in, then twenty bits of the comment's id: copies lie by age (store/sketches.py).
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("comment_id"),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Column("letters", sa.Integer, nullable=False),
    sa.Column("keys", sa.LargeBinary, nullable=False),  # its rows in sketch_keys, 8 bytes each
    _text("domains"),  # linked; with spaces between
    _text("campaign_id"),  # '' like no other
    # By which a campaign is counted: marks of four bytes (domain/campaign.py), 0 unknown or forgotten.
    *(
        sa.Column(name, sa.Integer, nullable=False, server_default="0")
        for name in ("site", "page", "name", "address", "network")
    ),
)
sa.Index(
    "sketches_of_campaign",
    sketches.c.campaign_id,
    sketches.c.number,
    **_only(sketches.c.campaign_id != ""),
)

sketch_keys = sa.Table(
    "sketch_keys",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

campaigns = sa.Table(
    "campaigns",
    metadata,
    _text("id", primary_key=True),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("formed_at", Millis),  # when it became more than a phrase in common
    # As counted when its newest member came; addresses are forgotten, these numbers stay.
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("addresses", sa.Integer, nullable=False),
    sa.Column("names", sa.Integer, nullable=False),
    sa.Column("networks", sa.Integer, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("sites", sa.Integer, nullable=False),
    _text("domain"),
    sa.Column("letters", sa.Integer, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("first_at", Millis, nullable=False),
    sa.Column("last_at", Millis, nullable=False, index=True),
    sa.Column("kept_apart", sa.Boolean, nullable=False),  # a person split it: it never merges again
)

rulings = sa.Table(
    "rulings",
    metadata,
    _text("campaign_id", primary_key=True),
    _text("site_id", primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    _text("outcome"),  # approve | hold | reject | spam | undo
    _text("in_force"),  # the outcome that new members meet, '' none
    _text("moderator_id"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),  # applied to every member
    # Since when something new about the campaign asks for another ruling; NULL while nothing does.
    sa.Column("reopened_at", Millis),
    # About the held members alone, which wait with the ruling before it.
    sa.Column("held_only", sa.Boolean, nullable=False, server_default=sa.false()),
)

domains = sa.Table(
    "domains",
    metadata,
    _text("name", primary_key=True),  # registrable
    sa.Column("first_seen_at", Millis, nullable=False),
)

# --- what was answered to those who keep their comments themselves (Akismet's clients) --------------

checks = sa.Table(
    "checks",
    metadata,
    _text("comment_id", primary_key=True),  # also what the client knows it by
    _text("site_id"),
    _text("fingerprint"),  # of what was asked; the same question finds the same comment
    _text("blog"),  # the host that asked, '' unknown
    _text("post_id"),  # the client's own numbers, to find its comment by
    _text("parent_id"),
    _text("endpoint_id"),  # who hears of later decisions, '' nobody
    _text("answer"),  # the first one: true | false | wait
    _text("told"),  # what the client believes now
    _text("mistake"),  # '' | missed_spam | false_positive, as the client said
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("checks_of_site", "site_id", "created_at"),
    sa.Index("checks_by_question", "site_id", "fingerprint"),
)

# --- what people teach the spam score ----------------------------------------------------------------

# One row for every word of a person about a comment, written in its decision's transaction.
feedback = sa.Table(
    "feedback",
    metadata,
    _text("id", primary_key=True),  # 'comment.sequence'
    _text("site_id"),
    _text("comment_id", index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("is_spam", sa.Boolean),  # NULL: neither
    sa.Column("is_toxic", sa.Boolean),  # NULL: neither
    _text("teacher"),  # the moderator
    sa.Column("created_at", Millis, nullable=False),
    # Filled in by the lesson that learned it.
    sa.Column("version", sa.Integer, nullable=False),  # of that lesson; 0 waits
    _text("kin"),  # of which text or campaign it is one copy
    sa.Column("weight", sa.Float, nullable=False),  # 0..1
    sa.Column("undone_in", sa.Integer, nullable=False),  # the lesson that took it back; 0 it stands
    sa.Index("feedback_newest", "site_id", "created_at"),
    sa.Index("feedback_of_lesson", "site_id", "version"),
    sa.Index("feedback_of_kin", "site_id", "kin"),
    sa.Index("feedback_of_teacher", "site_id", "teacher", "created_at"),
)
sa.Index(
    "feedback_waiting", feedback.c.site_id, feedback.c.created_at, **_only(feedback.c.version == 0)
)

# What each moderator has taught, summed up without reading the rows.
sa.Index(
    "feedback_standing",
    feedback.c.site_id,
    feedback.c.teacher,
    feedback.c.is_spam,
    feedback.c.weight,
    **_only(sa.and_(feedback.c.weight > 0, feedback.c.undone_in == 0)),
)
sa.Index(
    "feedback_undone", feedback.c.site_id, feedback.c.undone_in, **_only(feedback.c.undone_in > 0)
)

lessons = sa.Table(
    "lessons",
    metadata,
    _text("site_id", primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    _text("model"),  # the prior it adds to
    sa.Column("decisions", sa.Integer, nullable=False),  # in it
    sa.Column("spam", sa.Integer, nullable=False),  # of these
    sa.Column("undone", sa.Integer, nullable=False),  # the version it takes back, 0 none
    sa.Column("delta", sa.LargeBinary),  # NULL: an old version, made again from the feedback
    sa.Column("toxicity", sa.LargeBinary),  # NULL: an old version, or too little was learned
    sa.Column("created_at", Millis, nullable=False),
)

# --- what people's decisions say of authors, linked domains and networks --------------------------------

# What each decided comment says of each of its subjects; the rows of `reputations` count these.
votes = sa.Table(
    "votes",
    metadata,
    _text("comment_id", primary_key=True),
    _text("subject", primary_key=True),  # 'kind site name'
    _text("kind"),  # author | domain | network
    _text("kin"),  # of which campaign or text it is one copy: copies count once
    _text("said"),  # approved | spam | rejected
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("votes_of_subject", "subject", "kin", "said", "created_at"),
    sa.Index("votes_by_age", "kind", "created_at"),
)

reputations = sa.Table(
    "reputations",
    metadata,
    _text("subject", primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),  # weeks since 1970
    _text("site_id"),
    _text("kind"),
    sa.Column("approved", sa.Integer, nullable=False),
    sa.Column("spam", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Index("reputations_of_site", "site_id", "kind", "subject"),
)

# Forgetting a reputation, and taking that back; the newest row of a subject rules.
resets = sa.Table(
    "resets",
    metadata,
    _text("subject", primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    # What was said until then does not count; 0: all does.
    sa.Column("counts_after", Millis, nullable=False),
    _text("moderator_id"),
    sa.Column("created_at", Millis, nullable=False),
)

# --- moderators at work ---------------------------------------------------------------------------

# Who is about to decide; a row whose time is over says nothing.
claims = sa.Table(
    "claims",
    metadata,
    _text("comment_id", primary_key=True),
    _text("moderator_id"),
    sa.Column("until", Millis, nullable=False),  # by the database's clock
)

notes = sa.Table(
    "notes",
    metadata,
    _text("id", primary_key=True),
    _text("site_id"),
    _text("about"),  # the id of a comment, or the key of an author (personal.author_key)
    _text("moderator_id"),
    _text("text"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("notes_about", "about", "id"),
)

# A person's word that a score was wrong about a text.
corrections = sa.Table(
    "corrections",
    metadata,
    _text("comment_id", primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    _text("label", primary_key=True),  # the score's name
    _text("site_id"),
    _text("moderator_id"),
    sa.Column("score", sa.Float, nullable=False),  # as it was
    _text("model"),
    _text("sha256"),  # of the model's weights
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("corrections_of_site", "site_id", "comment_id"),
)

# Filters of a queue with a name.
views = sa.Table(
    "views",
    metadata,
    _text("id", primary_key=True),
    _text("site_id"),
    _text("owner_id"),  # whose it is, '' everybody's on the site
    _text("name"),
    _text("filter_json"),  # review/search.Criteria, only what is set
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("views_of_site", "site_id", "owner_id", "id"),
)

# One decision about many comments. Its members have decisions of their own, made a few at a time.
bulk_acts = sa.Table(
    "bulk_acts",
    metadata,
    _text("id", primary_key=True),
    _text("site_id"),
    _text("moderator_id"),
    _text("outcome"),
    _text("note_code"),  # the reason code the moderator chose, '' none
    _text("sentence", server_default=""),  # to the writers, until each decision has it
    sa.Column("take_over", sa.Boolean, nullable=False),  # also what others have claimed
    sa.Column("members", sa.Integer, nullable=False),
    _text("state"),  # gathering | deciding | decided | undoing | undone
    sa.Column("created_at", Millis, nullable=False),
    sa.Column("finished_at", Millis),  # decided or undone
    _text("undone_by"),  # who took it back, '' nobody
    sa.Column("undone_at", Millis),
    sa.Index("bulk_acts_of_site", "site_id", "id"),
    sa.Index("bulk_acts_by_state", "state", "id"),
)

bulk_members = sa.Table(
    "bulk_members",
    metadata,
    _text("bulk_id", primary_key=True),
    _text("comment_id", primary_key=True),
    sa.Column("seen", sa.Integer, nullable=False),  # its sequence when the act was made
    _text("state"),  # domain/bulk.MemberState
    sa.Column("sequence", sa.Integer),  # of the decision that the act made, NULL none
    sa.Index("bulk_members_by_state", "bulk_id", "state", "comment_id"),
    sqlite_with_rowid=False,
)

# --- telling the sites ---------------------------------------------------------------------------

endpoints = sa.Table(
    "endpoints",
    metadata,
    _text("id", primary_key=True),
    _text("site_id", index=True),
    _text("url"),
    _text("types_json"),  # [] = every type
    _text("payload"),  # thin | full | text
    _text("format"),  # standard | cloudevents | notice | akismet
    sa.Column("batch", sa.Integer, nullable=False),  # events in one POST at most; 1 = no batches
    sa.Column("secret_sealed", sa.LargeBinary, nullable=False),  # of a notice: its whole URL
    sa.Column("old_secret_sealed", sa.LargeBinary),  # still signs until old_secret_until
    sa.Column("old_secret_until", Millis),
    _text("state"),  # enabled | disabled
    _text("disabled_because"),
    sa.Column("failing_since", Millis),
    sa.Column("failures", sa.Integer, nullable=False),  # attempts in a row that failed
    sa.Column("resume_at", Millis, nullable=False),  # nothing goes to it before; 0 = at once
    sa.Column("created_at", Millis, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    _text("id", primary_key=True),
    _text("site_id"),
    _text("type"),
    _text("comment_id", index=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    _text("data_json"),  # frozen when the fact happened; without the text
    sa.Column("created_at", Millis, nullable=False),
    # For forgetting the old ones, and for telling an endpoint what it missed.
    sa.Index("events_by_time", "created_at", "site_id"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    _text("id", primary_key=True),
    _text("event_id", index=True),
    _text("endpoint_id"),
    _text("state"),  # due | delivered | dead
    sa.Column("due_at", Millis, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    _text("lease"),
    sa.Column("created_at", Millis, nullable=False),
    sa.Index("deliveries_of_endpoint", "endpoint_id", "id"),
    # Newest first those of one state, however many of the others lie between them.
    sa.Index("deliveries_by_state", "endpoint_id", "state", "id"),
)
# The oldest due of one endpoint, without looking at another's backlog.
sa.Index(
    "deliveries_waiting",
    deliveries.c.endpoint_id,
    deliveries.c.due_at,
    deliveries.c.id,
    **_only(deliveries.c.state == "due"),
)
sa.Index("deliveries_due", deliveries.c.due_at, **_only(deliveries.c.state == "due"))

attempts = sa.Table(
    "attempts",
    metadata,
    _text("delivery_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("started_at", Millis, nullable=False),
    sa.Column("duration", sa.Integer, nullable=False),  # milliseconds
    sa.Column("response_status", sa.Integer),
    _text("error"),  # '' | timeout | refused | address | tls | ...
)

# --- second opinions: what a chat model says of held comments (domain/second_opinion.py) -----------------

# The sites whose comments may be sent, and whether an answer may approve.
second_opinion_sites = sa.Table(
    "second_opinion_sites",
    metadata,
    _text("site_id", primary_key=True),
    _text("switched_on_by"),  # a moderator's id, a key's, or 'command'
    sa.Column("switched_on_at", Millis, nullable=False),
    # Permission; NULL, '' and 0 where there is none.
    sa.Column("approve_from", sa.Float),
    _text("model", server_default=""),
    _text("prompt_version", server_default=""),
    sa.Column("examined", sa.Integer, nullable=False, server_default="0"),
    sa.Column("right", sa.Integer, nullable=False, server_default="0"),
    _text("permitted_by", server_default=""),
    sa.Column("permitted_at", Millis, nullable=False, server_default="0"),
)

# A row is a question, and then its answer.
second_opinions = sa.Table(
    "second_opinions",
    metadata,
    _text("comment_id", primary_key=True),
    _text("site_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("past", sa.Boolean, nullable=False),  # asked for a backtest: a person had decided
    sa.Column(
        "due_at", Millis
    ),  # NULL: answered or given up; later than now: also while it is asked
    sa.Column("attempts", sa.Integer, nullable=False),
    _text("model", server_default=""),
    _text("prompt_version", server_default=""),
    _text(
        "digest", server_default=""
    ),  # of model, prompt and text: the same question is asked once
    _text("label", server_default=""),  # fine | unsure | remove; '' no answer
    sa.Column("probability", sa.Float, nullable=False, server_default="0"),
    _text("sentence", server_default=""),
    # The comment's when the answer came: who decided later may have read it.
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("answered_at", Millis),
)
sa.Index(
    "second_opinions_due",
    second_opinions.c.past,
    second_opinions.c.due_at,
    second_opinions.c.comment_id,
    **_only(second_opinions.c.due_at.is_not(None)),
)
sa.Index(
    "second_opinions_answered",
    second_opinions.c.digest,
    **_only(second_opinions.c.label != ""),
)

# By day (since 1970, UTC): questions asked, answered, failed by kind, and tokens.
second_opinion_usage = sa.Table(
    "second_opinion_usage",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    _text("kind", primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
)

# What all couriers know of an endpoint: failures in a row, and until when it is left alone (ms).
second_opinion_endpoints = sa.Table(
    "second_opinion_endpoints",
    metadata,
    _text("model", primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("paused_until", Millis, nullable=False),
)

# --- what was changed that is no decision about a comment ---------------------------------------------

audit = sa.Table(
    "audit",
    metadata,
    # Rises with every entry. SQLite counts rows only where the type is INTEGER.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    _text("site_id"),  # '' of no single site
    _text("actor"),  # the id of a moderator or a key, 'command' or 'service'
    _text("change"),  # domain/audit.Change
    _text("about"),
    _text("before_json"),
    _text("after_json"),
    sa.Column("at", Millis, nullable=False, index=True),  # by the database's clock
    sa.Index("audit_of_site", "site_id", "number"),
)

# --- the weekly sample ---------------------------------------------------------------------------------

# Comments that people look at without knowing what a machine decided, and what they say.
samples = sa.Table(
    "samples",
    metadata,
    _text("comment_id", primary_key=True),
    _text("site_id"),
    sa.Column("week", sa.Integer, nullable=False),  # since 1970, domain/samples.week_of()
    _text("machine"),  # approve | remove
    sa.Column("revision", sa.Integer, nullable=False),  # as it was drawn
    sa.Column("sequence", sa.Integer, nullable=False),
    _text("verdict"),  # '' waits | publish | remove | unsure | gone
    _text("judged_by"),
    sa.Column("judged_at", Millis),
    sa.Index("samples_of_site", "site_id", "week", "machine", "verdict"),
)
sa.Index(
    "samples_waiting", samples.c.site_id, samples.c.comment_id, **_only(samples.c.verdict == "")
)

# A row: that week's sample was drawn.
sample_weeks = sa.Table(
    "sample_weeks",
    metadata,
    _text("site_id", primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
)

# --- what is counted of each day ----------------------------------------------------------------------

day_totals = sa.Table(
    "day_totals",
    metadata,
    _text("site_id", primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),  # of UTC, since 1970
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("stopped", sa.Integer, nullable=False),  # decisions of machines that did not approve
    sa.Column("decided", sa.Integer, nullable=False),  # by people
    _text("totals_json"),  # domain/day_totals.Totals
)

# When the day was counted last, on all sites.
counted_days = sa.Table(
    "counted_days",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("counted_at", Millis, nullable=False),
)

# --- who is at work -------------------------------------------------------------------------------

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    _text("name", primary_key=True),  # 'judge@host:pid'
    _text("detail_json"),
    sa.Column("at", Millis, nullable=False),
)
