"""what cuts took from view is sealed; authors may be suspended, by statements about nobody

Revision 2026_11_22_cuts_and_suspensions, after 2026_11_22_holding_and_merging; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_cuts_and_suspensions'
down_revision = '2026_11_22_holding_and_merging'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sealed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('item', sa.Integer(), nullable=True),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=24), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('thumb', sa.String(length=64), nullable=True),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_sealed_complaint')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealed'))
    )
    op.create_index(op.f('ix_sealed_complaint'), 'sealed', ['complaint'], unique=False)
    op.create_index(op.f('ix_sealed_statement'), 'sealed', ['statement'], unique=False)
    op.create_table('suspension',
    sa.Column('statement', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_suspension_account_id')),
    sa.PrimaryKeyConstraint('statement', name=op.f('pk_suspension'))
    )
    op.create_index(op.f('ix_suspension_account_id'), 'suspension', ['account_id'], unique=False)
    op.add_column('proposal', sa.Column('cuts', sa.JSON(), nullable=True))
    op.add_column('proposal', sa.Column('target_id', sa.Integer(), nullable=True))
    # Nothing refers to statements, so that here a copy drops nothing.
    with op.batch_alter_table('statement') as batch:
        batch.alter_column('complaint', existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table('statement') as batch:
        batch.alter_column('complaint', existing_type=sa.Integer(), nullable=False)
    op.drop_column('proposal', 'target_id')
    op.drop_column('proposal', 'cuts')
    op.drop_table('suspension')
    op.drop_table('sealed')
