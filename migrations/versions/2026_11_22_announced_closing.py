"""the closing of the board is announced by two people

Revision 2026_11_22_announced_closing, after 2026_11_22_auditors_desk; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_announced_closing'
down_revision = '2026_11_22_auditors_desk'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('closing',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=12), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('second', sa.String(length=8), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_closing'))
    )
    op.create_table('closing_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=12), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=12), nullable=True),
    sa.Column('decided_staff', sa.String(length=8), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_closing_draft_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closing_draft')),
    sqlite_autoincrement=True
    )


def downgrade() -> None:
    op.drop_table('closing_draft')
    op.drop_table('closing')
