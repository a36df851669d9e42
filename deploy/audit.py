"""Which known holes the dependencies have: what is installed by the lock and by Maven, asked of OSV (osv.dev).

    audit.py FOLDER [--ask URL] [--looked-at FILE]

FOLDER holds the bills of materials (CycloneDX) `python.json` and `java.json`, and keeps OSV's last answer. What was
looked at and does not concern us stands in `deploy/advisories.toml`, with the reason and until when. Ends with 1 where
a known hole is left; without a connection it says so and goes by what was known last, if anything.
"""

import argparse
import json
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ASK = "https://api.osv.dev/v1/querybatch"
SECONDS = 30
AT_ONCE = 500


def main() -> int:
    """Ask, tell, and say by the exit code whether something is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ask", default=ASK)
    parser.add_argument("--looked-at", type=Path, default=Path(__file__).with_name("advisories.toml"))
    given = parser.parse_args()
    kept = given.folder / "advisories.json"
    packages = sorted(set(_packages(given.folder)))
    try:
        found = dict(_found(given.ask, packages))
        kept.write_text(json.dumps({"asked_at": datetime.now(UTC).isoformat(), "found": found}, indent=1))
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        print(f"警告：问不到 {given.ask}，没有核对 warning: not asked ({error}).", file=sys.stderr)
        if not kept.exists():
            return 0
        last = json.loads(kept.read_text())
        print(f"以下是 {last['asked_at']} 的结果 as known then:", file=sys.stderr)
        found = {one: ids for one, ids in last["found"].items() if one in packages}
    looked_at = _looked_at(given.looked_at, datetime.now(UTC).date())
    left = {one: [number for number in ids if number not in looked_at] for one, ids in sorted(found.items())}
    for one, ids in left.items():
        for number in ids:
            print(f"{one}: https://osv.dev/vulnerability/{number}")
    holes = sum(map(len, left.values()))
    print(f"{len(packages)} 个依赖，{holes} 个已知漏洞。{len(packages)} dependencies, {holes} known holes.")
    return 1 if holes else 0


def _packages(folder: Path) -> Iterator[str]:
    """Package URLs, without what only says where a package was fetched."""
    for name in ("python.json", "java.json"):
        for one in json.loads((folder / name).read_text()).get("components", ()):
            if "purl" in one and not one["purl"].startswith("pkg:maven/songda/"):
                yield one["purl"].partition("?")[0]


def _found(url: str, packages: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Advisories of each package that has some, page by page. Raises URLError, TimeoutError, ValueError."""
    queries: list[dict[str, Any]] = [{"package": {"purl": one}} for one in packages]
    known: dict[str, list[str]] = {}
    while queries:
        some, queries = queries[:AT_ONCE], queries[AT_ONCE:]
        body = json.dumps({"queries": some}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - as given
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as given
            results: list[dict[str, Any]] = json.load(answer)["results"]
        for query, told in zip(some, results, strict=True):
            known.setdefault(query["package"]["purl"], []).extend(hole["id"] for hole in told.get("vulns", ()))
            if token := told.get("next_page_token"):
                queries.append({**query, "page_token": token})
    yield from ((one, holes) for one, holes in known.items() if holes)


def _looked_at(file: Path, today: date) -> set[str]:
    """Advisories that do not concern us, as long as what was said of them holds."""
    told = tomllib.loads(file.read_text()).get("advisory", [])
    return {one["id"] for one in told if one["until"] >= today and one["why"]}


if __name__ == "__main__":
    raise SystemExit(main())
