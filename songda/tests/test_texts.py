"""Texts for people, in their files: lines that can be read, and folding them never shows on a page (X5)."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((*ROOT.glob("dashboards/dashboards/*/*.toml"), *ROOT.glob("services/*/*/**/refusals*.toml")))


def texts(node: Any) -> Iterator[str]:
    """All texts of a file."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from texts(inner)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_lines_can_be_read_and_a_folded_text_is_one_line(file: Path) -> None:
    """At most 120 characters; and no line break, double space or space after a Chinese mark is left of the folding."""
    content = file.read_text(encoding="utf-8")
    long = [number for number, line in enumerate(content.splitlines(), 1) if len(line) > 120]
    seams = [text for text in texts(tomllib.loads(content)) if re.search(r"\n|\S {2}|[，。；：！？、] ", text)]
    assert (long, seams) == ([], [])
