"""What is wrong with a page's address, in words (X8)."""

from dashboards.words import tables
from runtime.decision import Rejected
from runtime.http import Refusal


def wrong_address(key: str, **facts: object) -> Refusal:
    """What is wrong with an address, in both languages; unreadable characters are not repeated."""
    shown = {name: text if str(text).isprintable() else "?" for name, text in facts.items()}
    zh, en = (text.format(**shown) for text in tables()["words"][key])
    return Refusal(422, Rejected("bad_address", "X8", zh, en, {}))
