"""opinions that auditors signed

Revision 2026_11_22_auditors_desk, after 2026_11_22_appeals_challenges; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_auditors_desk'
down_revision = '2026_11_22_appeals_challenges'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_report',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('first', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.Column('opinion', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_report')),
    sa.UniqueConstraint('entry', name=op.f('uq_audit_report_entry'))
    )


def downgrade() -> None:
    op.drop_table('audit_report')
