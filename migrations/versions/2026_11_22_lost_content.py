"""complaints whose content was lost

Revision 2026_11_22_lost_content, after 2026_11_22_board; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '2026_11_22_lost_content'
down_revision = '2026_11_22_board'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: copying the table would drop what refers to it.
    op.add_column(
        'complaint',
        sa.Column('lost', sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column('complaint', 'lost')
