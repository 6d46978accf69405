from django.apps import AppConfig


class FordelConfig(AppConfig):
    """Makes Celery's app the current one in every process, so that `job.delay()` finds the broker."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        import config.celery  # noqa: F401
