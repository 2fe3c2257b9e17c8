"""`create_app()`: a list of steps. The only file that knows every feature."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _l
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from forum.accounts import recovery as account_recovery
from forum.accounts import session as sign_in
from forum.accounts import terms
from forum.accounts import views as accounts
from forum.api import offered
from forum.api import views as api
from forum.base import compact, outbox, resources
from forum.base.db import db, prepare_engine
from forum.base.jobs import Job, Worker
from forum.base.mail import mailer_for, texter_for
from forum.base.storage import FileStorage
from forum.base.web import (
    cache,
    errors,
    filters,
    forms,
    frame,
    guard,
    headers,
    locale,
    received,
    timely,
)
from forum.complaints import author_acts, photos
from forum.complaints import erasing as complaint_erasing
from forum.complaints import recovery as complaint_recovery
from forum.complaints import service as complaint_service
from forum.complaints import views as complaints
from forum.digest import erasing as digest_erasing
from forum.digest import logcheck
from forum.digest import recovery as digest_recovery
from forum.digest import render as digest_render
from forum.digest import service as digest_service
from forum.digest import views as digest
from forum.log import closing_notice, keys, rotation, witnesses
from forum.log import views as log
from forum.log.check_cosigned import check_cosigned
from forum.moderation import (
    check_closing,
    evidence,
    holding,
    recovery_flags,
    recovery_redress,
    recovery_rulings,
    sealed_end,
    two_people,
)
from forum.moderation import recovery as moderation_recovery
from forum.moderation import service as moderation_service
from forum.moderation import views as moderation
from forum.notifications import erasing as notification_erasing
from forum.notifications import receivers as notifications
from forum.notifications import views as notification_views
from forum.pages import feed_views, search_feed, search_views
from forum.pages import views as pages
from forum.places import recovery as place_recovery
from forum.response import timers as response_timers
from forum.response import views as response
from forum.transparency import audit_views as audit
from forum.transparency import recovery as transparency_recovery
from forum.transparency import service as transparency_service
from forum.transparency import views as transparency
from forum.upkeep import backup

FEATURES = (log, accounts, complaints, response, moderation, notification_views, search_views,
            transparency, audit, digest, feed_views, pages, api)  # fmt: skip

# Who hears of what, after the commit: topic, name, receiver, whether it takes many at once.
RECEIVERS = (
    ("complaint.changed", "search", search_feed.index, True),
    ("search.broken", "rebuild", search_feed.rebuild_broken, True),
    ("author.told", "notify", notifications.tell_author, False),
    ("challenge.answered", "mail", notifications.answer_challenge, False),
    ("party.told", "party", notifications.tell_party, False),
    ("mail.due", "mail", notifications.send_mail, False),
    ("receipt.due", "receipt", notifications.send_receipt, False),
    ("content.erased", "files", complaint_erasing.forget_files, False),
    ("evidence.forgotten", "files", evidence.forget_files, True),
    ("content.erased", "digests", digest_erasing.forget, False),
    ("content.erased", "open-data", offered.forget, True),
    ("board.closing", "open-data", offered.renew, True),
    ("content.erased", "mails", notification_erasing.forget_mails, False),
    ("content.erased", "notices", notification_erasing.forget_notices, False),
    ("content.erased", "search", search_feed.forget, False),
    ("content.erased", "pages", cache.forget_pages, False),
    ("content.erased", "compact", compact.after_erasure, True),
    ("code.due", "code", notifications.send_code, False),
)

# What `forum log check` holds against the log beyond the log itself.
ROW_CHECKS = (check_cosigned, *logcheck.ROW_CHECKS)

# What falls due by time, by name: done by the worker, or by the first request that comes after.
TIMERS = (
    ("case-timers", response_timers.run_due),
    ("withdrawals", author_acts.withdraw_due),
    ("held", holding.publish_due),
    ("measures-ended", moderation_service.restore_ended),
    ("measures-lapsed", two_people.lapse_due),
    ("roles-ended", terms.end_terms),
    ("sealed-ended", sealed_end.destroy_due),
)

# Who makes rows again for entries that came back without theirs: lower features first.
ROW_RECOVERIES = (place_recovery.recover_rows, account_recovery.recover_rows,
                  complaint_recovery.recover_rows, moderation_recovery.recover_rows,
                  recovery_rulings.recover_rulings, check_closing.recover_closing,
                  recovery_flags.recover_flags,
                  recovery_redress.recover_redress,
                  transparency_recovery.recover_rows,
                  digest_recovery.recover_rows)  # fmt: skip

NAVIGATION = (
    ("pages.home", _l("首页"), "read"),
    ("pages.complaints", _l("全部意见"), "read"),
    ("log.readable", _l("删改记录"), "read"),
    ("transparency.balance_page", _l("公开账"), "read"),
)
WORK_PLACES = (
    ("response.queue", _l("工作台"), "staff.queue"),
    ("moderation.desk", _l("待处理"), "moderation.queue"),
    ("audit.at_desk", _l("独立监督"), "audit.desk"),
    ("digest.index", _l("今日必看"), "digest.read"),
    ("moderation.closing_desk", _l("规则和关闭"), "closing.desk"),
)
LINKS = {
    "home": "pages.home",
    "complaints": "pages.complaints",
    "new": "complaints.new",
    "rules": "moderation.rules",
    "log": "log.readable",
    "appeals": "moderation.appeals",
    "verify": "log.verify",
    "open_data": "api.open_data",
    "transparency": "transparency.balance_page",
    "login": "accounts.login",
    "language": "accounts.language",
    "search": "search.search",
    "mine": "pages.mine",
    "notices": "notifications.index",
    "my_appeals": "moderation.own_appeals",
}


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The application with the settings of `environ` (default: the process's environment)."""
    app = Flask(__name__)
    app.config.from_mapping(config.settings(os.environ if environ is None else environ))
    _open_database(app)
    _lend_resources(app)
    _install_web(app)
    for feature in FEATURES:
        app.register_blueprint(feature.blueprint)
    for topic, name, receiver, batch in RECEIVERS:
        outbox.subscribe(topic, name, receiver, batch=batch)
    notifications.read_context(digest_render.MAIL, digest_render.mail_context)
    return app


def worker_of(app: Flask) -> Worker:
    """The worker of `app` with everything that is done by time."""
    digest_at = app.config["FORUM_DIGEST_AT"]
    jobs = (
        Job("witnesses", witnesses.gather, every=timedelta(seconds=1)),
        *(Job(name, run, every=timedelta(seconds=60)) for name, run in TIMERS),
        Job("orphan-photos", photos.forget_orphans, daily_at="03:40"),
        Job("orphan-evidence", evidence.forget_orphans, daily_at="03:40"),
        Job("posting-keys", complaint_service.forget_keys, daily_at="03:20"),
        Job("balance", transparency_service.count_daily, daily_at="00:05"),
        Job("digest", digest_service.send_due, daily_at=digest_at),
        Job("open-data", offered.renew_daily, daily_at="04:20"),
        Job("backups-ended", backup.forget_aside, daily_at="03:50"),
        Job("log-keys", rotation.settle, daily_at="03:50"),
        Job("outbox-sweep", outbox.sweep, daily_at="03:30"),
    )
    return Worker(app, jobs)


def _open_database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def _lend_resources(app: Flask) -> None:
    instance = Path(app.config["FORUM_INSTANCE"])
    resources.provide(app, "mailer", mailer_for(app.config["FORUM_MAIL_URL"], instance))
    resources.provide(app, "texter", texter_for(app.config["FORUM_SMS_URL"], instance))
    resources.provide(app, "storage", FileStorage(instance / "files"))
    keys.lend(app)


def _install_web(app: Flask) -> None:
    proxies = int(app.config["FORUM_PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    sign_in.install(app)
    for part in (received, locale, cache, filters, forms, guard, headers, errors):
        part.install(app)
    timely.install(app, [run for _name, run in TIMERS])
    frame.install(app, NAVIGATION, WORK_PLACES, LINKS)
    closing_notice.install(app, "moderation.closing")
