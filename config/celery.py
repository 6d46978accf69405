"""Jobs and their clock.

A *task* is what a nurse does, a *job* is what Celery does: jobs live in each room's `jobs.py`. All times
are Oslo time, and nothing runs between 02:00 and 03:00, an hour that some nights lack and some have twice.
"""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, before_task_publish, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings  # after the environment says which settings
from django.core.exceptions import ImproperlyConfigured

app = Celery("fordel")
app.conf.update(
    broker_url=settings.REDIS_URL,
    timezone="Europe/Oslo",
    task_ignore_result=True,
    # A job is acknowledged when it is done, and given out again if its worker dies: every job is safe to
    # run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Charts and scenarios take seconds each and nothing hangs on them: a worker of their own draws and reckons, by
    # turns (Procfile), so that an import, or a proposal when somebody is ill, never stands in line behind them.
    task_routes={
        "reports.jobs.draw_charts": {"queue": "drawing"},
        "scenarios.jobs.run_scenario": {"queue": "reckoning"},
    },
    broker_transport_options={"visibility_timeout": 3600},
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    beat_schedule={
        "night": {"task": "tasks.jobs.night", "schedule": crontab(hour=4, minute=0)},
        # An import whose message was lost (broker down, worker killed) is asked for again.
        "resume_imports": {
            "task": "patients.jobs.resume_imports",
            "schedule": crontab(minute="*/5", hour="0-1,3-23"),
        },
        "resume_proposals": {
            "task": "tasks.jobs.resume_proposals",
            "schedule": crontab(minute="*/2", hour="0-1,3-23"),
        },
        "resume_plans": {
            "task": "tasks.jobs.resume_plans",
            "schedule": crontab(minute="*/2", hour="0-1,3-23"),
        },
        "resume_scenarios": {
            "task": "scenarios.jobs.resume_scenarios",
            "schedule": crontab(minute="*/2", hour="0-1,3-23"),
        },
        "follow_discharges": {
            "task": "tasks.jobs.follow_discharges",
            "schedule": crontab(minute="*/10", hour="0-1,3-23"),
        },
        # On Monday at six those who asked get their e-mail; what could not be sent is tried again through the day.
        "send_reports": {
            "task": "reports.jobs.send_reports",
            "schedule": crontab(minute="*/10", hour="6-20"),
        },
        # After the night's own work, while nobody waits for anything.
        "keep_rules": {"task": "rights.jobs.keep_rules", "schedule": crontab(hour=4, minute=40)},
        "close_weeks": {
            "task": "reports.jobs.close_weeks",
            # Every night just after midnight: a week is closed before the night's own work touches its tasks, and
            # what was told late gives last week a new edition.
            "schedule": crontab(hour=0, minute=10),
        },
    },
)
app.autodiscover_tasks(related_name="jobs")


@before_task_publish.connect
def declare_nothing(declare: list[object], **_: object) -> None:
    """In Valkey a queue is a list that is there once somebody puts in it. Declaring it first only lets kombu meet a line
    that breaks just then, mend it, and go on with the channel that it closed: the job was lost (AttributeError)."""
    declare.clear()


@worker_init.connect
def be_patient(**_: object) -> None:
    """A job that asks for others waits for a queue that is away, up to two minutes; a page, with somebody before it, not."""
    pauses = {"interval_start": 0.2, "interval_step": 0.2, "interval_max": 2}
    app.conf.task_publish_retry_policy = {
        "max_retries": 60,
        **pauses,
    }  # of a line that breaks while it is used
    app.conf.broker_transport_options = {
        **app.conf.broker_transport_options, "connect_retries_timeout": 120, **pauses,
    }  # fmt: skip


@worker_init.connect
@beat_init.connect
def refuse_unsafe_role(**_: object) -> None:
    """A signal's errors are only logged: ends the process by itself."""
    from config.starting import refuse_unsafe

    try:
        refuse_unsafe("jobs")
    except ImproperlyConfigured as refused:
        raise SystemExit(str(refused)) from None


@worker_ready.connect
def catch_up(**_: object) -> None:
    """A worker that starts does what was missed: the machine was off at night, or a worker was killed."""
    if app.conf.task_default_queue in app.amqp.queues.consume_from:
        for job in (
            "patients.jobs.resume_imports",
            "tasks.jobs.resume_proposals",
            "tasks.jobs.resume_plans",
            "scenarios.jobs.resume_scenarios",
            "tasks.jobs.follow_discharges",
            "tasks.jobs.catch_up",
            "reports.jobs.close_weeks",
            "rights.jobs.keep_rules",
        ):
            app.send_task(job)
