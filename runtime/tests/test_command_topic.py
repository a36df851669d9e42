"""How far a command topic was decided, by what may be said of another one of the same name."""

import pytest

from runtime.command_topic import Reached, Standing, standing

HERE, FORMER = "id-of-today", "id-of-before"


@pytest.mark.parametrize(
    ("told", "by_events", "end", "expected"),
    [
        ([], -1, 0, Standing(-1, anew=False)),  # nothing ever happened
        ([Reached(HERE, 7)], 7, 8, Standing(7, anew=False)),
        ([Reached(HERE, 7), Reached(HERE, 3), Reached("", -1)], 7, 8, Standing(7, anew=False)),
        ([Reached(HERE, 3), Reached(FORMER, 900)], 900, 1_000, Standing(3, anew=False)),  # decided since it is new
        ([Reached(FORMER, 7)], 7, 0, Standing(-1, anew=True)),
        ([Reached(FORMER, 7)], 7, 8, Standing(-1, anew=True)),  # as long as the former one by now
        ([Reached(FORMER, 7)], 7, 900, Standing(-1, anew=True)),
        ([Reached(FORMER, 7), Reached(FORMER, 5), Reached(HERE, -1)], 7, 900, Standing(-1, anew=True)),
        ([], 7, 8, Standing(7, anew=False)),  # offsets, answers and checkpoints are lost: the events say it
        ([], 7, 5, Standing(-1, anew=True)),
        ([Reached(HERE, 7)], 7, 5, Standing(-1, anew=True)),  # it lost its tail
    ],
)
def test_only_what_was_said_of_this_very_topic_counts(
    told: list[Reached], by_events: int, end: int, expected: Standing
) -> None:
    """RISKS A14, C: decided before is passed over; what lies in a topic that was made anew never is."""
    assert standing(HERE, end, told, by_events) == expected
