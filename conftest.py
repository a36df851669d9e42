"""The members' packages come first.

A folder of this workspace has the name of the package in it (`contracts/contracts`). Imported here, before the first
test, the package is what `import contracts` means; pytest would otherwise take the folder for it.

Logs are plain: drawn with all local variables, the trace of one error in a large batch would take seconds.

A property test has no deadline by the clock: how fast this machine is says nothing about a rule.
"""

import os

import pytest
import structlog
from hypothesis import settings

import company  # noqa: F401
import contracts  # noqa: F401
import dashboards  # noqa: F401
import runtime  # noqa: F401
import songda  # noqa: F401

settings.register_profile("songda", deadline=None)
settings.load_profile("songda")
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread over several workers, files that need servers come first: quick ones fill the gap at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = {item.path for item in items if item.get_closest_marker("kafka")}
        items.sort(key=lambda item: item.path not in slow)
