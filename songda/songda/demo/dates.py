"""The sample weeks, moved so that they end today: every date in the files is shifted by the same number of days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from songda.stack.places import PROJECT

SAMPLES = PROJECT / "tests" / "data" / "week"
LAST_DAY = date(2026, 3, 20)
"""The last day of the sample weeks."""

_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


@dataclass(frozen=True, slots=True)
class Weeks:
    """Files to import: contracts, then logistics day by day."""

    contracts: Path
    logistics: tuple[Path, ...]


def shifted(text: str, days: int) -> str:
    """All ISO dates of a text, `days` later. What is no date stays as it is."""

    def later(match: re.Match[str]) -> str:
        try:
            day = date(*(int(part) for part in match.groups()))
        except ValueError:
            return match.group()
        return (day + timedelta(days=days)).isoformat()

    return _DATE.sub(later, text)


def write_weeks(folder: Path, today: date) -> Weeks:
    """Write the sample files into `folder`, ending `today`; their encodings (UTF-8 with BOM, GB18030) stay."""
    days = (today - LAST_DAY).days
    folder.mkdir(parents=True, exist_ok=True)
    contracts = folder / "contracts.csv"
    _write(SAMPLES / "contracts.csv", contracts, days, "utf-8-sig")
    logistics = []
    for source in sorted((SAMPLES / "logistics").glob("*.csv")):
        target = folder / f"logistics-{shifted(source.stem, days)}.csv"
        _write(source, target, days, "gb18030")
        logistics.append(target)
    return Weeks(contracts, tuple(logistics))


def _write(source: Path, target: Path, days: int, encoding: str) -> None:
    target.write_bytes(shifted(source.read_bytes().decode(encoding), days).encode(encoding))
