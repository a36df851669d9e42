"""What notify says no with: every refusal has its words, and every word its refusal."""

from pathlib import Path

import notify
from notify.refusals import no
from runtime.refusal import misfits


def test_refusals_and_the_code_that_gives_them_fit() -> None:
    """DESIGN 4"""
    root = Path(notify.__file__).parent
    sources = {str(file.relative_to(root)): file.read_text(encoding="utf-8") for file in sorted(root.rglob("*.py"))}
    assert list(misfits(no.file, sources)) == []
