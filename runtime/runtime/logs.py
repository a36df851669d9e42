"""Logs: one JSON object per line through structlog, personal data masked, libraries' own logs through the same door."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

import structlog
from aiokafka.errors import KafkaError

_MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<![0-9A-Za-z-])(0\d{2,3}-)\d{3,4}(\d{4})((?:-\d{1,6})?)(?![0-9A-Za-z-])")
"""As it is kept (`contracts.spelling`): 0757-83990000, with or without an extension; no part of an id."""
_OTHER = re.compile(r"(?<![0-9A-Za-z+-])(\+85[23]|[48]00)\d{3,4}(\d{4})(?![0-9A-Za-z-])")
"""+85291234567, 4001234567."""
_PERSONAL = frozenset(
    {"name", "customer", "phone", "second_phone", "address", "to", "text", "signed_by", "accepted_by"}
)
"""Keys whose values are personal data (C18): never written, wherever a programmer puts them."""


def mask_phones(text: str) -> str:
    """138****1234 in place of each phone number in a text."""
    return _OTHER.sub(r"\1****\2", _LANDLINE.sub(r"\1****\2\3", _MOBILE.sub(r"\1****\2", text)))


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _without_personal_data(key, value) for key, value in event.items()}


def _without_personal_data(key: Any, value: Any) -> Any:
    if key in _PERSONAL:
        return "***"
    if isinstance(value, str):
        return mask_phones(value)
    if isinstance(value, Mapping):
        return {k: _without_personal_data(k, v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_personal_data(None, v) for v in value]
    return value


def _is_not_aiokafkas_own(record: logging.LogRecord) -> bool:
    """aiokafka drops a few futures of its own when a producer is fenced; what happened we have logged by then."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, KafkaError) and "never retrieved" in record.getMessage())


def _is_not_told_by_us(record: logging.LogRecord) -> bool:
    """`runtime.connections` tells of broken requests itself, and not of each one of a flood."""
    return record.msg != "Invalid HTTP request received."


def set_up_logs(level: str = "info", *, process: str = "") -> None:
    """Send all logs of this process to stderr as JSON lines. Call once, first thing."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # aiokafka prints record values at DEBUG and retries at INFO: neither belongs into our logs.
    for noisy, at in (("aiokafka", "ERROR"), ("pymongo", "WARNING"), ("faststream", "WARNING"), ("httpx", "WARNING")):
        logging.getLogger(noisy).setLevel(at)
    logging.getLogger("asyncio").addFilter(_is_not_aiokafkas_own)
    logging.getLogger("uvicorn.error").addFilter(_is_not_told_by_us)
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(chatty)
        logger.handlers = []
        logger.propagate = True
    logging.getLogger("uvicorn.access").setLevel("WARNING")
    if process:
        structlog.contextvars.bind_contextvars(process=process)


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; event names are constant phrases, data are keys."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))
