"""The tables, in files by whom they serve. Times are integers: milliseconds since 1970 UTC, alike on both databases.

Columns named *_json hold JSON text. Foreign keys are left out on purpose on the hot tables: ids are
made by Gatehouse itself, and a check per row costs more than the insert (docs/decisions/0004).
"""

from moderation.store.sql.schema.accounts import (
    audit,
    invitations,
    login_links,
    memberships,
    moderators,
    provider_identities,
    provider_states,
    recovery_codes,
    second_factors,
    sessions,
)
from moderation.store.sql.schema.campaign import campaigns, domains, rulings, sketch_keys, sketches
from moderation.store.sql.schema.columns import metadata
from moderation.store.sql.schema.comment import (
    comment_counts,
    comments,
    held_scores,
    personal,
    revisions,
)
from moderation.store.sql.schema.compat import checks, site_faces, suggestions
from moderation.store.sql.schema.insight import (
    counted_days,
    day_totals,
    sample_weeks,
    samples,
    second_looks,
)
from moderation.store.sql.schema.intake import (
    addresses,
    idempotency,
    page_addresses,
    pages,
    pending,
)
from moderation.store.sql.schema.judging import comment_reasons, decisions, findings, reason_counts
from moderation.store.sql.schema.learning import feedback, lessons, reputations, resets, votes
from moderation.store.sql.schema.notify import attempts, deliveries, endpoints, events
from moderation.store.sql.schema.objections import appeals, legal_notices, reports
from moderation.store.sql.schema.review import (
    bulk_acts,
    bulk_members,
    claims,
    corrections,
    mentions,
    notes,
    proposals,
    views,
)
from moderation.store.sql.schema.second_opinion import (
    second_opinion_endpoints,
    second_opinion_sites,
    second_opinion_usage,
    second_opinions,
)
from moderation.store.sql.schema.site import (
    filters,
    keys,
    policy_versions,
    shadow_outcomes,
    shadow_policies,
    sites,
)
from moderation.store.sql.schema.upkeep import (
    erasures,
    heartbeats,
    imported_comments,
    retention_terms,
    search_due,
)
