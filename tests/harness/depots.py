"""A company with a second depot, for tests of what goes from one to the other (D17)."""

import json
from importlib.resources import files
from pathlib import Path

SHUNDE = {
    "depot": "shunde",
    "name": "顺德仓",
    "zones": [
        {"zone": "R", "name": "收货区", "kind": "receiving", "bins": ["S-R-01"]},
        {"zone": "S", "name": "存放区", "kind": "goods", "bins": ["S-01-1"]},
        {"zone": "P", "name": "待处理仓", "kind": "pending", "bins": ["S-P-01"]},
    ],
    "districts": ["顺德区"],
}


def two_depots(home: Path) -> Path:
    """A folder of the shipped policies, each with the second depot from its first day on: `SONGDA_POLICIES`."""
    (policies := home / "policies").mkdir()
    for shipped in (files("company") / "policies").iterdir():
        policy = json.loads(shipped.read_text(encoding="utf-8"))
        policy |= {"revision": f"{policy['revision']}-two", "depots": [*policy["depots"], SHUNDE]}
        (policies / shipped.name).write_text(json.dumps(policy, ensure_ascii=False), encoding="utf-8")
    return policies
