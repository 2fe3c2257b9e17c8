"""readers flag, parties and authorities send notices, moderators answer both in public

Revision 2026_11_22_flags_and_notices, after 2026_11_22_cuts_and_suspensions; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_flags_and_notices'
down_revision = '2026_11_22_cuts_and_suspensions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('decided', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_flag_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_flag_complaint')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag')),
    sa.UniqueConstraint('complaint', 'item', 'account_id', name=op.f('uq_flag_complaint_item_account_id'))
    )
    op.create_index('ix_flag_account', 'flag', ['account_id', 'at'], unique=False)
    op.create_index('ix_flag_open', 'flag', ['decided', 'at'], unique=False)
    op.create_table('party_notice',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=True),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('contact', sa.Text(), nullable=False),
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('file_number', sa.String(length=80), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('decided', sa.Integer(), nullable=True),
    sa.Column('countered', sa.Integer(), nullable=True),
    sa.Column('counter', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_party_notice_complaint')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_party_notice'))
    )
    op.create_index(op.f('ix_party_notice_complaint'), 'party_notice', ['complaint'], unique=False)
    op.create_index(op.f('ix_party_notice_decided'), 'party_notice', ['decided'], unique=False)
    op.create_table('flag_decision',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('statement', sa.Integer(), nullable=True),
    sa.Column('flags', sa.Integer(), nullable=False),
    sa.Column('notices', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=12), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_flag_decision_complaint')),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_flag_decision'))
    )
    op.create_index(op.f('ix_flag_decision_complaint'), 'flag_decision', ['complaint'], unique=False)
    op.create_index(op.f('ix_flag_decision_reason'), 'flag_decision', ['reason'], unique=False)
    op.create_table('desk_view',
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('item', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('opened_at', UtcDateTime(), nullable=False),
    sa.Column('until', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_desk_view_complaint')),
    sa.PrimaryKeyConstraint('complaint', 'item', 'staff', name=op.f('pk_desk_view'))
    )


def downgrade() -> None:
    for table in ('desk_view', 'flag_decision', 'party_notice', 'flag'):
        op.drop_table(table)
