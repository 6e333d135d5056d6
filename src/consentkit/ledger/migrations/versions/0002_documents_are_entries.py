"""Documents know their entry, and logs how far they are pruned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("ck_documents", sa.Column("number", sa.BigInteger))
    op.add_column("ck_logs", sa.Column("pruned", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("ck_logs", "pruned")
    op.drop_column("ck_documents", "number")
