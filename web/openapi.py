"""Tells the API documentation how callers say who they are."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from typing_extensions import override


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its hook has no types
    target_class = "web.authentication.TokenAuthentication"
    name = "token"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`, the key from `manage.py token USER`.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "web.authentication.SessionAuthentication"
    name = "session"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The browser's session; changes also need the header X-CSRFToken.",
        }


class QualifiedNames(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A serializer inside of a view is named with it: `DraftView.Given` becomes DraftViewGiven.

    It is described by its own docstring only, never by the one of the class that it inherits from.
    """

    target_class = "rest_framework.serializers.Serializer"
    match_subclasses = True
    priority = -2  # below the extension that writes unions

    @override
    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return str(type(self.target).__qualname__.replace(".", ""))

    @override
    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        # The default maps `target_class`, which is right for a serializer that stands for another one.
        schema: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]  # noqa: SLF001
            self.target, direction, bypass_extensions=True
        )
        if vars(type(self.target)).get("__doc__") is None:
            schema.pop("description", None)
        return schema
