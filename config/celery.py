"""The Celery application. It is only the bell: all work is rows in the database, found again without it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("orderflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    {
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 2,
        # A broker that hangs is as good as gone.
        "broker_transport_options": {"polling_interval": 0.05, "socket_connect_timeout": 1, "socket_timeout": 2},
        "worker_prefetch_multiplier": 8,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        # A bell that cannot ring must not hold the person who pressed the button: the sweep hears it later.
        "task_publish_retry": False,
        "task_acks_late": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        "timezone": "UTC",
    }
)
app.autodiscover_tasks()
