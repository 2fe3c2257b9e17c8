"""measures wait for a second person; replies may be erased

Revision 2026_11_22_two_people, after 2026_11_22_lost_content; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_two_people'
down_revision = '2026_11_22_lost_content'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('proposal',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('act', sa.String(length=12), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=True),
    sa.Column('item', sa.Integer(), nullable=True),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('lapses_at', UtcDateTime(), nullable=False),
    sa.Column('by', sa.String(length=12), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('alone', sa.String(length=12), nullable=True),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('clause', sa.String(length=8), nullable=True),
    sa.Column('rules', sa.Integer(), nullable=True),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('detection', sa.String(length=16), nullable=True),
    sa.Column('automated_detection', sa.Boolean(), nullable=True),
    sa.Column('automated_decision', sa.String(length=8), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=12), nullable=True),
    sa.Column('decided_staff', sa.String(length=8), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_entry', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('taken_up', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_proposal_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_proposal_complaint')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_proposal'))
    )
    op.create_index(op.f('ix_proposal_complaint'), 'proposal', ['complaint'], unique=False)
    op.create_index('ix_proposal_open', 'proposal', ['state', 'lapses_at'], unique=False)
    # Not in batch mode: copying a table would drop what refers to it.
    op.add_column('statement', sa.Column('act', sa.String(length=12), server_default='remove', nullable=False))
    op.add_column('statement', sa.Column('item', sa.Integer(), nullable=True))
    op.add_column('statement', sa.Column('lapses_at', UtcDateTime(), nullable=True))
    op.add_column('reply', sa.Column('state', sa.String(length=12), server_default='visible', nullable=False))
    op.add_column('reply', sa.Column('statement', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('reply', 'statement')
    op.drop_column('reply', 'state')
    op.drop_column('statement', 'lapses_at')
    op.drop_column('statement', 'item')
    op.drop_column('statement', 'act')
    op.drop_table('proposal')
