"""Which decision a decision takes back and which ruling it came from: columns, not values of reasons."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_BATCH = 1_000
# The reasons as they were written until now: the value of the first is the sequence of the decision
# that counts again, that of the second the ruling's, and its label is the campaign.
_TAKEN_BACK, _CAMPAIGN = "taken_back", "campaign_decided"
_WITH_REASONS = sa.text("""
    SELECT comment_id, sequence, reasons_json, takes_back, ruling FROM decisions
    WHERE (comment_id, sequence) > (:id, :number)
    AND (reasons_json LIKE :taken_back OR reasons_json LIKE :campaign)
    ORDER BY comment_id, sequence LIMIT :batch
""")
_CHANGE = sa.text("""
    UPDATE decisions SET reasons_json = :reasons, takes_back = :takes_back,
    campaign_id = :campaign, ruling = :ruling WHERE comment_id = :id AND sequence = :number
""")


def upgrade() -> None:
    op.add_column("decisions", sa.Column("takes_back", sa.Integer()))
    op.add_column(
        "decisions", sa.Column("campaign_id", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("decisions", sa.Column("ruling", sa.Integer()))
    _change_all(op.get_bind(), _to_columns)


def downgrade() -> None:
    _change_all(op.get_bind(), _to_values)
    for name in ("ruling", "campaign_id", "takes_back"):
        op.drop_column("decisions", name)


def _change_all(connection: sa.Connection, change: Any) -> None:
    id, number = "", 0
    codes = {"taken_back": f'%"{_TAKEN_BACK}"%', "campaign": f'%"{_CAMPAIGN}"%'}
    while rows := connection.execute(
        _WITH_REASONS, {"id": id, "number": number, "batch": _BATCH, **codes}
    ).all():
        connection.execute(
            _CHANGE,
            [{"id": row.comment_id, "number": row.sequence, **change(row)} for row in rows],
        )
        id, number = rows[-1].comment_id, rows[-1].sequence


def _to_columns(row: Any) -> dict[str, object]:
    reasons = json.loads(row.reasons_json)
    columns: dict[str, object] = {"takes_back": None, "campaign": "", "ruling": None}
    for reason in reasons:
        # A person may have chosen either code; then there is no value.
        if reason["code"] == _TAKEN_BACK and "value" in reason:
            columns["takes_back"] = int(reason.pop("value")) + 1
        elif reason["code"] == _CAMPAIGN and "value" in reason:
            columns["ruling"] = int(reason.pop("value"))
            columns["campaign"] = reason["label"]
    return {**columns, "reasons": json.dumps(reasons)}


def _to_values(row: Any) -> dict[str, object]:
    reasons = json.loads(row.reasons_json)
    for reason in reasons:
        if reason["code"] == _TAKEN_BACK and row.takes_back is not None:
            reason["value"] = float(row.takes_back - 1)
        elif reason["code"] == _CAMPAIGN and row.ruling is not None:
            reason["value"] = float(row.ruling)
    columns = {"takes_back": None, "campaign": "", "ruling": None}
    return {**columns, "reasons": json.dumps(reasons)}
