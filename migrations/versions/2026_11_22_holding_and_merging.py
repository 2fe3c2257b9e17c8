"""complaints may wait before they are shown; locking, moving and merging leave their reasons

Revision 2026_11_22_holding_and_merging, after 2026_11_22_two_people; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_holding_and_merging'
down_revision = '2026_11_22_two_people'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ruling',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('clause', sa.String(length=8), nullable=False),
    sa.Column('rules', sa.Integer(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('was_type', sa.String(length=16), nullable=True),
    sa.Column('was_project', sa.String(length=64), nullable=True),
    sa.Column('was_category', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_ruling_complaint')),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_ruling'))
    )
    op.create_index(op.f('ix_ruling_complaint'), 'ruling', ['complaint'], unique=False)
    op.create_table('merge_proposal',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('into', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=12), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_entry', sa.Integer(), nullable=True),
    sa.Column('decided_staff', sa.String(length=8), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_merge_proposal_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_merge_proposal_complaint')),
    sa.ForeignKeyConstraint(['into'], ['complaint.number'], name=op.f('fk_merge_proposal_into')),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_merge_proposal'))
    )
    op.create_index(op.f('ix_merge_proposal_complaint'), 'merge_proposal', ['complaint'], unique=False)
    op.create_index(op.f('ix_merge_proposal_into'), 'merge_proposal', ['into'], unique=False)
    # Not in batch mode: copying a table would drop what refers to it.
    op.add_column('complaint', sa.Column('held_until', UtcDateTime(), nullable=True))
    op.add_column('support', sa.Column('merged_from', sa.Integer(), nullable=True))
    op.create_index(op.f('ix_complaint_merged_into'), 'complaint', ['merged_into'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_complaint_merged_into'), 'complaint')
    op.drop_column('support', 'merged_from')
    op.drop_column('complaint', 'held_until')
    op.drop_table('merge_proposal')
    op.drop_table('ruling')
