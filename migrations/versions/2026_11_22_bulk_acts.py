"""proposals made together, for one reason, name the first of them

Revision 2026_11_22_bulk_acts, after 2026_11_22_announced_closing; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '2026_11_22_bulk_acts'
down_revision = '2026_11_22_announced_closing'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: copying a table would drop what refers to it.
    op.add_column('proposal', sa.Column('bulk', sa.Integer(), nullable=True))
    op.create_index(op.f('ix_proposal_bulk'), 'proposal', ['bulk'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_proposal_bulk'), table_name='proposal')
    op.drop_column('proposal', 'bulk')
