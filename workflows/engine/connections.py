"""The systems outside that flows may call, as far as a drawing needs to know them: by name and kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HTTP: Final = "http"
MAIL: Final = "mail"
ROBOTS: Final = ("dingtalk", "wecom", "feishu")
KINDS: Final = (HTTP, MAIL, *ROBOTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionBook:
    """The kinds of the declared connections by name. Addresses and secrets are none of the engine's business."""

    kinds: Mapping[str, str] = field(default_factory=dict)
