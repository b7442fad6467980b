"""Registers the room web with Django, and its authentication classes with the API documentation."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class WebConfig(AppConfig):
    name = "web"

    @override
    def ready(self) -> None:
        # Only now: drf-spectacular reads Django's registry of models when it is imported.
        import_module("web.openapi")
