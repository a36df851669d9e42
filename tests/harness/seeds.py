"""Seeds of random choices: printed with a failure, and repeatable."""

import os
import random
from zlib import crc32

import pytest
from hypothesis import settings


def seed_of(request: pytest.FixtureRequest) -> int:
    """The seed of a test's random choices: its own, another one each time when rare finds are looked for.

    It is printed with a failure; SONGDA_TEST_SEED repeats one.
    """
    own = crc32(request.node.nodeid.encode())
    exploring = settings.get_current_profile_name() == "exploring"
    seed = int(os.environ.get("SONGDA_TEST_SEED") or (random.SystemRandom().randrange(1 << 32) if exploring else own))
    print(f"\n{request.node.name}: SONGDA_TEST_SEED={seed}")
    return seed
