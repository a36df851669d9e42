"""What reaches the log: JSON lines, without personal data."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from runtime.logs import get_log, mask_phones, set_up_logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as this process would write it; afterwards everything is as before."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers, root.level, structlog.get_config()
    set_up_logs("debug")
    written = io.StringIO()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers, root.level = handlers, level
    structlog.configure(**configured)


def _last(lines: io.StringIO) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return found


def test_a_line_is_json_with_the_data_as_keys(lines: io.StringIO) -> None:
    get_log("test").info("refused", subject="contract:HT26030001", code="enough")
    line = _last(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "refused",
        "level": "info",
        "logger": "test",
        "subject": "contract:HT26030001",
        "code": "enough",
    }


@pytest.mark.parametrize("key", ["name", "customer", "phone", "address", "to", "text", "signed_by", "accepted_by"])
def test_personal_data_is_never_written_under_its_key(lines: io.StringIO, key: str) -> None:
    """C18"""
    get_log("test").info("x", **{key: "马娜"})
    assert _last(lines)[key] == "***"


def test_personal_data_is_not_written_inside_other_values(lines: io.StringIO) -> None:
    """C18"""
    body = {"customer": {"name": "马娜"}, "lines": [{"phone": "13800001111"}], "sku": "WC-100"}
    get_log("test").info("x", body=body, numbers=["13800001111"], pair=("13800001111", 1))
    line = _last(lines)
    assert line["body"] == {"customer": "***", "lines": [{"phone": "***"}], "sku": "WC-100"}
    assert (line["numbers"], line["pair"]) == (["138****1111"], ["138****1111", 1])


def test_phone_numbers_are_masked_in_every_text_also_of_libraries(lines: io.StringIO) -> None:
    """C18"""
    logging.getLogger("somebody.else").warning("call %s", "13800001111")
    assert "138****1111" in _last(lines)["event"]
    try:
        raise ValueError("no such number 13800001111")
    except ValueError:
        get_log("test").exception("broke")
    assert "13800001111" not in lines.getvalue()
    assert "no such number 138****1111" in _last(lines)["exception"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800001111", "138****1111"),
        ("电话13800001111，或15912345678。", "电话138****1111，或159****5678。"),
        ("YD138000011112", "YD138000011112"),
        ("23800001111", "23800001111"),
        ("1380000111", "1380000111"),
        ("座机0757-83990000。", "座机0757-****0000。"),
        ("010-8399000", "010-****9000"),
        ("7d0c9f9e-0571-8399-0123-83990000aaaa", "7d0c9f9e-0571-8399-0123-83990000aaaa"),
        ("2026-03-12 0:15", "2026-03-12 0:15"),
        ("", ""),
    ],
)
def test_phone_numbers_and_nothing_else_are_masked(text: str, masked: str) -> None:
    assert mask_phones(text) == masked
