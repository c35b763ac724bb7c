"""The log: JSON lines on stderr, with ids, never a text, an e-mail or an address."""

import json
import logging
import sys
import time
from typing import Any

_STANDARD = set(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "data",
    "color_message",
}


class JsonLines(logging.Formatter):
    """A record as one line of JSON, with a field for each item of `extra`.

    JSON escapes control characters, so a record is always exactly one line. An exception is logged with
    its type and traceback, never with its message, which may quote what a user sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "at": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "fact": record.getMessage(),
        }
        for key, value in record.__dict__.items():
            if key not in _STANDARD and not key.startswith("_"):
                line[key] = value
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _frames(record.exc_info[2])
        return json.dumps(line, default=str, ensure_ascii=True)


def _frames(traceback: Any) -> list[str]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames[-8:]


def log_to_stderr(level: str) -> None:
    """Makes every logger of this process write JSON lines, at `level` and above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their lines contain URLs with queries, SQL parameters or internals of tasks.
    for name in ("httpx", "httpcore", "uvicorn.access", "sqlalchemy.engine", "alembic"):
        logging.getLogger(name).setLevel("WARNING")
    # The store says it when a connection is lost; this would be one more error for each.
    logging.getLogger("sqlalchemy.pool").setLevel("CRITICAL")
    # Its warnings quote what strangers send.
    logging.getLogger("python_multipart").setLevel("ERROR")
