"""The members' packages come first.

A folder of this workspace has the name of the package in it (`contracts/contracts`). Imported here, before the first
test, the package is what `import contracts` means; pytest would otherwise take the folder for it.

Logs are plain: drawn with all local variables, the trace of one error in a large batch would take seconds.

A property test has no deadline by the clock: how fast this machine is says nothing about a rule. Its examples are the
same each time: a rare find must not stop what has nothing to do with it. Who looks for rare finds explores
(`--hypothesis-profile exploring`, CONTRIBUTING.md): other examples each time, and many times as many.

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

EXPLORING = "exploring"
"""The profile of hypothesis that looks for rare finds; its `max_examples` are those of a test that says none."""
TIMES = int(os.environ.get("SONGDA_TEST_TIMES", "20"))
"""How many times as many examples it takes, also of a test that says how many."""
USED = "_hypothesis_internal_use_settings"
"""Where hypothesis keeps the settings of a test."""

songda_profile = settings(deadline=None, derandomize=True, database=None)
settings.register_profile("songda", songda_profile)
settings.register_profile(
    EXPLORING, songda_profile, derandomize=False, max_examples=TIMES * songda_profile.max_examples, print_blob=True
)
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


def explore(items: list[pytest.Item]) -> None:
    """Tests that say how many examples they take make more of them, too."""
    of_profile = settings.get_profile(EXPLORING).max_examples
    for test in {item.function for item in items if isinstance(item, pytest.Function)}:
        said: settings | None = getattr(test, USED, None)
        if said is not None and said.max_examples != of_profile:
            setattr(test, USED, settings(said, max_examples=TIMES * said.max_examples))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread over several workers, files that are slow or need servers come first: quick ones fill the gap."""
    if settings.get_current_profile_name() == EXPLORING:
        explore(items)
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = {item.path for item in items for name in ("kafka", "slow") if item.get_closest_marker(name)}
        items.sort(key=lambda item: item.path not in slow)
