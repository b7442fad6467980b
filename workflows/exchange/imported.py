"""What an import gives: the flow, and everything of the file that it does not hold as it stood there."""

from dataclasses import dataclass
from typing import Literal

from workflows.exchange.flow_document import Flow

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of a file that could not be taken as it stood there.

    `error`: a part of the meaning is missing until somebody draws it again. `warning`: taken with a difference that
    somebody should look at. `info`: nothing that runs depends on it.
    """

    code: str
    kind: str  # the element as the file calls it, e.g. subProcess
    element: str  # its id; empty when it has none
    name: str  # what people call it; empty when nobody named it
    reason: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A flow that was read, with its findings: parts left out, then parts changed."""

    document: Flow
    findings: tuple[Finding, ...] = ()
