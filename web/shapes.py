"""Shapes of answers that every API room uses, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers


class Shape(serializers.Serializer[Any]):
    """An answer; views fill it from values, it parses nothing."""


class MoneyShape(Shape):
    amount = serializers.CharField(help_text="Exact, with the decimals of its currency.")
    currency = serializers.CharField()


class LocalTextShape(Shape):
    zh = serializers.CharField(allow_blank=True)
    en = serializers.CharField(allow_blank=True)
