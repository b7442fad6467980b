"""A request as a step asks for it: no host, no secret. It stands in the outbox until it is carried out."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from workflows.engine.graph import Document

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_IDEMPOTENT: Final = frozenset({"GET", "PUT", "DELETE"})


class Request(Document):
    """What is asked of a connection. `address` is path and query, already encoded."""

    connection: str
    method: Method
    address: str
    headers: Mapping[str, str]
    body: Any = None  # JSON; None sends no body
    key_header: str = ""  # where the receiver expects the idempotency key; empty when it knows none
    success: str
    timeout_seconds: int
    wanted: Mapping[str, str]  # which place of the answer each variable takes, as a JSON pointer

    @property
    def is_repeatable(self) -> bool:
        """Whether the same request twice does what it does once."""
        return self.method in _IDEMPOTENT or bool(self.key_header)

    def is_success(self, status: int) -> bool:
        """Whether an answer with this status says that it worked."""
        codes = {word.strip() for word in self.success.split(",")}
        return str(status) in codes or f"{status // 100}xx" in codes
