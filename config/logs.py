"""Log lines for people (key=value) or for machines (JSON), both with the fields that the caller passed as `extra`."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from typing_extensions import override

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "status_code",
}


class LineFormatter(logging.Formatter):
    """One record, one line; a traceback follows indented (text) or as a field (JSON)."""

    def __init__(self, *, as_json: bool = False) -> None:
        super().__init__()
        self._as_json = as_json

    @override
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        fields = {key: value for key, value in vars(record).items() if key not in _PLAIN}
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if self._as_json:
            line: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name}
            line |= {"message": record.getMessage()} | fields
            if trace:
                line["trace"] = trace
            return json.dumps(line, ensure_ascii=False, default=str)
        tail = "".join(f" {key}={value!r}" for key, value in fields.items())
        text = f"{at} {record.levelname} {record.name}: {record.getMessage()}{tail}"
        return f"{text}\n{trace}" if trace else text
