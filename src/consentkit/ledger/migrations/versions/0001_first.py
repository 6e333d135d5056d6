"""The tables of consentkit 0.1: logs, entries, tiles and documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ck_logs",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ck_entries",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("visitor", sa.String(32)),
        sa.Column("record", sa.LargeBinary),
        sa.Column("salt", sa.LargeBinary),
    )
    op.create_index("ck_entries_visitor", "ck_entries", ["site", "visitor"])
    op.create_table(
        "ck_tiles",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("level", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ck_documents",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for name in ("ck_documents", "ck_tiles", "ck_entries", "ck_logs"):
        op.drop_table(name)
