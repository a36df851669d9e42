"""Seeds of random choices: printed with a failure, and repeatable."""

import os
import random

import pytest


def seed_of(request: pytest.FixtureRequest) -> int:
    """The seed of a test's random choices, printed with a failure; SONGDA_TEST_SEED repeats one."""
    seed = int(os.environ.get("SONGDA_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"\n{request.node.name}: SONGDA_TEST_SEED={seed}")
    return seed
