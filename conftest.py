"""The members' packages come first.

A folder of this workspace has the name of the package in it (`contracts/contracts`). Imported here, before the first
test, the package is what `import contracts` means; pytest would otherwise take the folder for it.

Logs are plain: drawn with all local variables, the trace of one error in a large batch would take seconds.

A property test has no deadline by the clock: how fast this machine is says nothing about a rule.

Thousands of tests are there from the beginning to the end: garbage is not looked for among them.
"""

import os
from collections.abc import Generator

import pytest
import structlog
from hypothesis import settings

import company  # noqa: F401
import contracts  # noqa: F401
import dashboards  # noqa: F401
import runtime  # noqa: F401
import songda  # noqa: F401
from runtime.collecting import importing, set_up_collector

settings.register_profile("songda", deadline=None)
settings.load_profile("songda")
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What exists when all are collected is never garbage; what tests make is, as in the system's own processes."""
    with importing():
        done = yield
    set_up_collector()
    return done


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread over several workers, files that are slow or need servers come first: quick ones fill the gap."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = {item.path for item in items for name in ("kafka", "slow") if item.get_closest_marker(name)}
        items.sort(key=lambda item: item.path not in slow)
