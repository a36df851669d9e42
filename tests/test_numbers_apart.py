"""Many tests share one running system: what one test file registers, no other may."""

import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent


def test_no_two_files_register_the_same_contract_numbers() -> None:
    files: dict[str, set[str]] = defaultdict(set)
    for path in HERE.rglob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        if re.search(r"\b(whole|people)\b: ", source):
            for number in re.findall(r"HT9[0-9]{7}", source):
                files[number].add(path.name)
    assert {number: names for number, names in files.items() if len(names) > 1} == {}
