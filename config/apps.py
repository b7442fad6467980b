"""Wires the roof when Django starts: the Celery application and the system checks."""

from django.apps import AppConfig
from typing_extensions import override

from config import celery, checks


class RoofConfig(AppConfig):
    name = "config"
    verbose_name = "Orderflow"

    @override
    def ready(self) -> None:
        celery.app.set_default()
        checks.register()
