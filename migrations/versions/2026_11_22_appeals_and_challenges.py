"""those concerned appeal, readers challenge entries; what is sealed ends; authors say why they withdraw

Revision 2026_11_22_appeals_challenges, after 2026_11_22_flags_and_notices; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_appeals_challenges'
down_revision = '2026_11_22_flags_and_notices'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('appeal',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('of', sa.Integer(), nullable=False),
    sa.Column('statement', sa.Integer(), nullable=True),
    sa.Column('complaint', sa.Integer(), nullable=True),
    sa.Column('item', sa.Integer(), nullable=True),
    sa.Column('by', sa.String(length=8), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=True),
    sa.Column('decided_entry', sa.Integer(), nullable=True),
    sa.Column('decided_staff', sa.String(length=8), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_appeal_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_appeal_complaint')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_appeal')),
    sa.UniqueConstraint('of', 'account_id', name=op.f('uq_appeal_of_account_id'))
    )
    for column in ('account_id', 'complaint', 'due_at', 'of', 'statement'):
        op.create_index(op.f(f'ix_appeal_{column}'), 'appeal', [column], unique=False)
    op.create_table('appeal_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appeal', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('alt', sa.String(length=120), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['appeal'], ['appeal.number'], name=op.f('fk_appeal_photo_appeal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal_photo'))
    )
    op.create_index(op.f('ix_appeal_photo_appeal'), 'appeal_photo', ['appeal'], unique=False)
    op.create_table('challenge',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('of', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=True),
    sa.Column('by', sa.String(length=8), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=True),
    sa.Column('decided_entry', sa.Integer(), nullable=True),
    sa.Column('decided_staff', sa.String(length=8), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_challenge_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_challenge_complaint')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_challenge'))
    )
    for column in ('complaint', 'due_at', 'of'):
        op.create_index(op.f(f'ix_challenge_{column}'), 'challenge', [column], unique=False)
    op.create_table('withdrawal_reason',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_withdrawal_reason_complaint')),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_withdrawal_reason'))
    )
    op.create_index(op.f('ix_withdrawal_reason_complaint'), 'withdrawal_reason', ['complaint'], unique=False)
    # Not in batch mode: copying a table would drop what refers to it.
    op.add_column('statement', sa.Column('destroyed_entry', sa.Integer(), nullable=True))
    op.add_column('statement', sa.Column('destroyed_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column('statement', 'destroyed_at')
    op.drop_column('statement', 'destroyed_entry')
    for table in ('withdrawal_reason', 'challenge', 'appeal_photo', 'appeal'):
        op.drop_table(table)
