"""Words and rules of refusals fit one another."""

from pathlib import Path

import service_desk
from runtime.refusal import misfits


def test_every_refusal_has_its_words_and_every_word_is_given() -> None:
    """DESIGN 4"""
    package = Path(service_desk.__file__).parent
    sources = {str(file.relative_to(package)): file.read_text(encoding="utf-8") for file in package.rglob("*.py")}
    assert list(misfits(package / "refusals.toml", sources)) == []
