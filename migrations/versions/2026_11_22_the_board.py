"""the board

Revision 2026_11_22_board, after ; 2026-11-22 04:35:13.797007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forum.base.db import UtcDateTime


revision = '2026_11_22_board'
down_revision = None
branch_labels = None
depends_on = None

# Written out, not imported: a landed revision must do for ever what it did when it landed.
SQLITE_TRIGGERS = (
    "CREATE TRIGGER log_entry_refuses_insert BEFORE INSERT ON log_entry WHEN NOT (NEW.idx = (SELECT coalesce(max(idx), -1) + 1 FROM log_entry)) BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END",
    "CREATE TRIGGER log_entry_refuses_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END",
    "CREATE TRIGGER log_entry_refuses_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END",
    "CREATE TRIGGER log_node_refuses_insert BEFORE INSERT ON log_node WHEN NOT (NEW.number = (SELECT coalesce(max(number), -1) + 1 FROM log_node WHERE level = NEW.level)) BEGIN SELECT RAISE(ABORT, 'log_node is append-only'); END",
    "CREATE TRIGGER log_node_refuses_update BEFORE UPDATE ON log_node BEGIN SELECT RAISE(ABORT, 'log_node is append-only'); END",
    "CREATE TRIGGER log_node_refuses_delete BEFORE DELETE ON log_node BEGIN SELECT RAISE(ABORT, 'log_node is append-only'); END",
    "CREATE TRIGGER log_checkpoint_refuses_insert BEFORE INSERT ON log_checkpoint WHEN NOT (NEW.size > (SELECT coalesce(max(size), 0) FROM log_checkpoint)) BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append-only'); END",
    "CREATE TRIGGER log_checkpoint_refuses_update BEFORE UPDATE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append-only'); END",
    "CREATE TRIGGER log_checkpoint_refuses_delete BEFORE DELETE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append-only'); END",
    "CREATE TRIGGER log_cosignature_refuses_insert BEFORE INSERT ON log_cosignature WHEN NOT (NEW.size IN (SELECT c.size FROM log_checkpoint c WHERE c.size = NEW.size)) BEGIN SELECT RAISE(ABORT, 'log_cosignature is append-only'); END",
    "CREATE TRIGGER log_cosignature_refuses_update BEFORE UPDATE ON log_cosignature BEGIN SELECT RAISE(ABORT, 'log_cosignature is append-only'); END",
    "CREATE TRIGGER log_cosignature_refuses_delete BEFORE DELETE ON log_cosignature BEGIN SELECT RAISE(ABORT, 'log_cosignature is append-only'); END",
    "CREATE TRIGGER log_published_refuses_insert BEFORE INSERT ON log_published WHEN NOT (NEW.size > (SELECT coalesce(max(size), 0) FROM log_published) AND NEW.size IN (SELECT c.size FROM log_checkpoint c WHERE c.size = NEW.size)) BEGIN SELECT RAISE(ABORT, 'log_published is append-only'); END",
    "CREATE TRIGGER log_published_refuses_update BEFORE UPDATE ON log_published BEGIN SELECT RAISE(ABORT, 'log_published is append-only'); END",
    "CREATE TRIGGER log_published_refuses_delete BEFORE DELETE ON log_published BEGIN SELECT RAISE(ABORT, 'log_published is append-only'); END",
)
POSTGRESQL_TRIGGERS = (
    "CREATE FUNCTION log_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' AND NEW.idx = (SELECT coalesce(max(idx), -1) + 1 FROM log_entry) THEN RETURN NEW; END IF; RAISE EXCEPTION 'log_entry is append-only'; END $$",
    'CREATE TRIGGER log_entry_refuses_insert BEFORE INSERT ON log_entry FOR EACH ROW EXECUTE FUNCTION log_entry_is_append_only()',
    'CREATE TRIGGER log_entry_refuses_update BEFORE UPDATE ON log_entry FOR EACH ROW EXECUTE FUNCTION log_entry_is_append_only()',
    'CREATE TRIGGER log_entry_refuses_delete BEFORE DELETE ON log_entry FOR EACH ROW EXECUTE FUNCTION log_entry_is_append_only()',
    'CREATE TRIGGER log_entry_refuses_truncate BEFORE TRUNCATE ON log_entry FOR EACH STATEMENT EXECUTE FUNCTION log_entry_is_append_only()',
    "CREATE FUNCTION log_node_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' AND NEW.number = (SELECT coalesce(max(number), -1) + 1 FROM log_node WHERE level = NEW.level) THEN RETURN NEW; END IF; RAISE EXCEPTION 'log_node is append-only'; END $$",
    'CREATE TRIGGER log_node_refuses_insert BEFORE INSERT ON log_node FOR EACH ROW EXECUTE FUNCTION log_node_is_append_only()',
    'CREATE TRIGGER log_node_refuses_update BEFORE UPDATE ON log_node FOR EACH ROW EXECUTE FUNCTION log_node_is_append_only()',
    'CREATE TRIGGER log_node_refuses_delete BEFORE DELETE ON log_node FOR EACH ROW EXECUTE FUNCTION log_node_is_append_only()',
    'CREATE TRIGGER log_node_refuses_truncate BEFORE TRUNCATE ON log_node FOR EACH STATEMENT EXECUTE FUNCTION log_node_is_append_only()',
    "CREATE FUNCTION log_checkpoint_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' AND NEW.size > (SELECT coalesce(max(size), 0) FROM log_checkpoint) THEN RETURN NEW; END IF; RAISE EXCEPTION 'log_checkpoint is append-only'; END $$",
    'CREATE TRIGGER log_checkpoint_refuses_insert BEFORE INSERT ON log_checkpoint FOR EACH ROW EXECUTE FUNCTION log_checkpoint_is_append_only()',
    'CREATE TRIGGER log_checkpoint_refuses_update BEFORE UPDATE ON log_checkpoint FOR EACH ROW EXECUTE FUNCTION log_checkpoint_is_append_only()',
    'CREATE TRIGGER log_checkpoint_refuses_delete BEFORE DELETE ON log_checkpoint FOR EACH ROW EXECUTE FUNCTION log_checkpoint_is_append_only()',
    'CREATE TRIGGER log_checkpoint_refuses_truncate BEFORE TRUNCATE ON log_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION log_checkpoint_is_append_only()',
    "CREATE FUNCTION log_cosignature_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' AND NEW.size IN (SELECT c.size FROM log_checkpoint c WHERE c.size = NEW.size) THEN RETURN NEW; END IF; RAISE EXCEPTION 'log_cosignature is append-only'; END $$",
    'CREATE TRIGGER log_cosignature_refuses_insert BEFORE INSERT ON log_cosignature FOR EACH ROW EXECUTE FUNCTION log_cosignature_is_append_only()',
    'CREATE TRIGGER log_cosignature_refuses_update BEFORE UPDATE ON log_cosignature FOR EACH ROW EXECUTE FUNCTION log_cosignature_is_append_only()',
    'CREATE TRIGGER log_cosignature_refuses_delete BEFORE DELETE ON log_cosignature FOR EACH ROW EXECUTE FUNCTION log_cosignature_is_append_only()',
    'CREATE TRIGGER log_cosignature_refuses_truncate BEFORE TRUNCATE ON log_cosignature FOR EACH STATEMENT EXECUTE FUNCTION log_cosignature_is_append_only()',
    "CREATE FUNCTION log_published_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' AND NEW.size > (SELECT coalesce(max(size), 0) FROM log_published) AND NEW.size IN (SELECT c.size FROM log_checkpoint c WHERE c.size = NEW.size) THEN RETURN NEW; END IF; RAISE EXCEPTION 'log_published is append-only'; END $$",
    'CREATE TRIGGER log_published_refuses_insert BEFORE INSERT ON log_published FOR EACH ROW EXECUTE FUNCTION log_published_is_append_only()',
    'CREATE TRIGGER log_published_refuses_update BEFORE UPDATE ON log_published FOR EACH ROW EXECUTE FUNCTION log_published_is_append_only()',
    'CREATE TRIGGER log_published_refuses_delete BEFORE DELETE ON log_published FOR EACH ROW EXECUTE FUNCTION log_published_is_append_only()',
    'CREATE TRIGGER log_published_refuses_truncate BEFORE TRUNCATE ON log_published FOR EACH STATEMENT EXECUTE FUNCTION log_published_is_append_only()',
)


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('staff_no', sa.String(length=8), nullable=True),
    sa.Column('department', sa.String(length=64), nullable=True),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=True),
    sa.Column('session_epoch', sa.Integer(), nullable=False),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('phone', name=op.f('uq_account_phone')),
    sa.UniqueConstraint('staff_no', name=op.f('uq_account_staff_no'))
    )
    op.create_table('category',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_category')),
    sa.UniqueConstraint('slug', name=op.f('uq_category_slug'))
    )
    op.create_table('city',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_city')),
    sa.UniqueConstraint('slug', name=op.f('uq_city_slug'))
    )
    op.create_table('department',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department')),
    sa.UniqueConstraint('slug', name=op.f('uq_department_slug'))
    )
    op.create_table('digest_issue',
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('date', name=op.f('pk_digest_issue'))
    )
    op.create_table('failed_sign_in',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', UtcDateTime(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_failed_sign_in'))
    )
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_failed_sign_in_at'), ['at'], unique=False)

    op.create_table('job_run',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'day', name=op.f('pk_job_run'))
    )
    op.create_table('log_checkpoint',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('root', sa.String(length=44), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_log_checkpoint'))
    )
    op.create_table('log_cosignature',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('time', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('size', 'name', name=op.f('pk_log_cosignature')),
    sqlite_with_rowid=False
    )
    op.create_table('log_entry',
    sa.Column('idx', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('bytes', sa.LargeBinary(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('hides', sa.Boolean(), nullable=False),
    sa.Column('by', sa.String(length=16), nullable=True),
    sa.Column('complaint', sa.Integer(), nullable=True),
    sa.Column('project', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('idx', name=op.f('pk_log_entry'))
    )
    with op.batch_alter_table('log_entry', schema=None) as batch_op:
        batch_op.create_index('ix_log_entry_complaint', ['complaint', 'idx'], unique=False)
        batch_op.create_index('ix_log_entry_hides', ['hides', 'idx'], unique=False)
        batch_op.create_index('ix_log_entry_kind', ['kind', 'idx'], unique=False)

    op.create_table('log_node',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('level', 'number', name=op.f('pk_log_node')),
    sqlite_with_rowid=False
    )
    op.create_table('log_published',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_log_published'))
    )
    op.create_table('opening',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('entry', 'field', name=op.f('pk_opening')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opening_complaint'), ['complaint'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('receiver', sa.String(length=80), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_open', ['done_at', 'due_at', 'id'], unique=False)

    op.create_table('rules',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('preamble', sa.Text(), nullable=False),
    sa.Column('clauses', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_rules'))
    )
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=32), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('read_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_notice_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('account_id', 'ref', name=op.f('uq_notice_account_id_ref'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index('ix_notice_account', ['account_id', 'id'], unique=False)

    op.create_table('one_time_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_one_time_code_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_code'))
    )
    with op.batch_alter_table('one_time_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_code_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_one_time_code_digest'), ['digest'], unique=False)

    op.create_table('project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('households', sa.Integer(), nullable=True),
    sa.Column('phase', sa.String(length=24), nullable=True),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['city_id'], ['city.id'], name=op.f('fk_project_city_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project')),
    sa.UniqueConstraint('slug', name=op.f('uq_project_slug'))
    )
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_project_city_id'), ['city_id'], unique=False)

    op.create_table('complaint',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('act_entry', sa.Integer(), nullable=False),
    sa.Column('last_entry', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=16), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('author', sa.String(length=80), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('remedy', sa.Text(), nullable=True),
    sa.Column('wanted_by', sa.Date(), nullable=True),
    sa.Column('author_key', sa.String(length=64), nullable=True),
    sa.Column('made', sa.String(length=8), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('state_at', UtcDateTime(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('status_at', UtcDateTime(), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('locked', sa.Boolean(), nullable=False),
    sa.Column('redacted', sa.Boolean(), nullable=False),
    sa.Column('imported', sa.Boolean(), nullable=False),
    sa.Column('source_id', sa.String(length=120), nullable=True),
    sa.Column('posted_at', UtcDateTime(), nullable=False),
    sa.Column('claimed_at', UtcDateTime(), nullable=True),
    sa.Column('due_at', UtcDateTime(), nullable=True),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.Column('withdrawal_due', UtcDateTime(), nullable=True),
    sa.Column('imported_supporters', sa.Integer(), nullable=False),
    sa.Column('supporters', sa.Integer(), nullable=False),
    sa.Column('replies', sa.Integer(), nullable=False),
    sa.Column('photos', sa.Integer(), nullable=False),
    sa.Column('statement', sa.Integer(), nullable=True),
    sa.Column('merged_into', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_complaint_account_id')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_complaint_category_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_complaint_project_id')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_complaint')),
    sa.UniqueConstraint('entry', name=op.f('uq_complaint_entry')),
    sa.UniqueConstraint('source_id', name=op.f('uq_complaint_source_id'))
    )
    with op.batch_alter_table('complaint', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_complaint_answered', ['imported', 'posted_at', 'answered_at'], unique=False)
        batch_op.create_index('ix_complaint_category', ['category_id', 'number'], unique=False)
        batch_op.create_index('ix_complaint_counts', ['state', 'listed', 'redacted', 'imported', 'withdrawal_due', 'status', 'due_at'], unique=False)
        batch_op.create_index('ix_complaint_due', ['due_at', 'number'], unique=False)
        batch_op.create_index('ix_complaint_project', ['project_id', 'number'], unique=False)
        batch_op.create_index('ix_complaint_shown', ['state', 'listed', 'number'], unique=False)
        batch_op.create_index('ix_complaint_status', ['status', 'number'], unique=False)
        batch_op.create_index('ix_complaint_supporters', ['supporters', 'number'], unique=False)

    op.create_table('complaint_version',
    sa.Column('entry', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('proven', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_complaint_version_complaint')),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_complaint_version'))
    )
    with op.batch_alter_table('complaint_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_version_complaint'), ['complaint'], unique=False)

    op.create_table('reply',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('department', sa.String(length=64), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('posted_at', UtcDateTime(), nullable=False),
    sa.Column('claimed_at', UtcDateTime(), nullable=True),
    sa.Column('source_id', sa.String(length=120), nullable=True),
    sa.Column('template', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_reply_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_reply_complaint')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply')),
    sa.UniqueConstraint('source_id', name=op.f('uq_reply_source_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.create_index('ix_reply_complaint', ['complaint', 'id'], unique=False)

    op.create_table('statement',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('clause', sa.String(length=8), nullable=False),
    sa.Column('rules', sa.Integer(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('detection', sa.String(length=16), nullable=False),
    sa.Column('automated_detection', sa.Boolean(), nullable=False),
    sa.Column('automated_decision', sa.String(length=8), nullable=False),
    sa.Column('scope', sa.String(length=12), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('staff', sa.String(length=8), nullable=False),
    sa.Column('second', sa.String(length=8), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('restored_entry', sa.Integer(), nullable=True),
    sa.Column('restored_at', UtcDateTime(), nullable=True),
    sa.Column('restored_reason', sa.String(length=24), nullable=True),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_statement_complaint')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_statement'))
    )
    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statement_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_statement_complaint'), ['complaint'], unique=False)
        batch_op.create_index(batch_op.f('ix_statement_reason'), ['reason'], unique=False)

    op.create_table('submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_submission_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_submission_complaint')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('account_id', 'key', name=op.f('uq_submission_account_id_key'))
    )
    op.create_table('support',
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_support_account_id')),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_support_complaint')),
    sa.PrimaryKeyConstraint('complaint', 'account_id', name=op.f('pk_support'))
    )
    with op.batch_alter_table('support', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_support_account_id'), ['account_id'], unique=False)

    op.create_table('photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('reply_id', sa.Integer(), nullable=True),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('thumb', sa.String(length=64), nullable=False),
    sa.Column('received', sa.String(length=64), nullable=False),
    sa.Column('alt', sa.String(length=200), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_photo_complaint')),
    sa.ForeignKeyConstraint(['reply_id'], ['reply.id'], name=op.f('fk_photo_reply_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo'))
    )
    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_photo_complaint'), ['complaint'], unique=False)
        batch_op.create_index(batch_op.f('ix_photo_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_photo_thumb'), ['thumb'], unique=False)

    op.create_table('promise',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.Integer(), nullable=False),
    sa.Column('reply_id', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['complaint'], ['complaint.number'], name=op.f('fk_promise_complaint')),
    sa.ForeignKeyConstraint(['reply_id'], ['reply.id'], name=op.f('fk_promise_reply_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promise')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('promise', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_promise_complaint'), ['complaint'], unique=False)
        batch_op.create_index('ix_promise_state', ['state', 'until'], unique=False)

    # ### end Alembic commands ###
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(sa.DDL(statement.replace("%", "%%")))


def downgrade() -> None:
    raise RuntimeError("the log is append-only: there is no way back before the board")
