"""What comes in: serializers that refuse fields they do not know, and query parameters that are what they should be."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request
from typing_extensions import override

from bedrock.errors import BadInput


class Input(serializers.Serializer[Any]):
    """A serializer for one operation's body. A field that it does not declare is an error, not a shrug."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in data if key not in self.fields)
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: [serializers.ErrorDetail("This field is not known here.", "unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


def read_input(kind: type[Input], request: Request) -> dict[str, Any]:
    """The validated values of a body that comes without query parameters.

    Raises DRF's ValidationError (422 `input.invalid`) and BadInput as `query_of` does.
    """
    query_of(request.query_params)
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


def query_of(params: QueryDict, *known: str) -> dict[str, str]:
    """The query parameters by name.

    Raises BadInput `query.unknown_parameter` for those that are not in `known`, and `query.repeated_parameter` for
    those that come more than once: which of the values was meant cannot be told.
    """
    unknown = sorted(name for name in params if name not in known)
    if unknown:
        raise _refused("query.unknown_parameter", f"There is no parameter {', '.join(unknown)} here.", unknown)
    repeated = sorted(name for name, values in params.lists() if len(values) > 1)
    if repeated:
        raise _refused("query.repeated_parameter", f"Expected {', '.join(repeated)} once, found it repeated.", repeated)
    return {name: value for name, [value] in params.lists()}


def _refused(code: str, message: str, names: Sequence[str]) -> BadInput:
    problems = [{"path": name, "code": code, "message": message, "params": {}} for name in names]
    return BadInput(code, message, problems=problems)
