"""What of an error may be shown to whoever looks on."""

import pytest

from runtime.errors import FoldBroken, NotReady, shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("张三"), "KeyError"),
        (ValueError("佛山市南海区海八东路1号"), "ValueError"),
        (NotReady("there is no topic order.events"), "NotReady: there is no topic order.events"),
        (FoldBroken("projection x"), "FoldBroken: projection x"),
    ],
)
def test_only_our_own_words_are_shown(error: Exception, words: str) -> None:
    """C18: `/ready` asks nobody who they are."""
    assert shown(error) == words
