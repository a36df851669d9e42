"""A company with a second depot: what each does by itself, and what goes from one to the other (D17)."""

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
CREWS = [
    {
        "crew": crew,
        "name": name,
        "kind": kind,
        "leader": leader,
        "leader_name": leader_name,
        "members": [member],
        "vehicle": vehicle,
        "stops_per_half": 4,
        "volume_l_per_half": litres,
        "depot": "shunde",
    }
    for crew, name, kind, leader, leader_name, member, vehicle, litres in (
        ("D1", "顺德送货组", "delivery", "fang.jh", "方建华", "黎明", "粤E·5D001", 12_000),
        ("E1", "顺德安装组", "installation", "ye.sf", "叶顺发", "关平", "粤E·5E001", None),
    )
]
PEOPLE = [
    {"id": "fang.jh", "name": "方建华", "role": "crew_leader", "crew": "D1"},
    {"id": "lan.sd", "name": "蓝顺德", "role": "warehouse", "depot": "shunde"},
]


def two_depots(home: Path) -> Path:
    """A folder of the shipped policies, each with the second depot from its first day on: `SONGDA_POLICIES`."""
    (policies := home / "policies").mkdir()
    for shipped in (files("company") / "policies").iterdir():
        policy = json.loads(shipped.read_text(encoding="utf-8"))
        more = {"depots": [*policy["depots"], SHUNDE], "crews": [*policy["crews"], *CREWS]}
        policy |= {"revision": f"{policy['revision']}-two", **more}
        (policies / shipped.name).write_text(json.dumps(policy, ensure_ascii=False), encoding="utf-8")
    return policies


def people_of_both(home: Path) -> Path:
    """The shipped people with those of the second depot: `SONGDA_PEOPLE`."""
    shipped = json.loads((files("company") / "people.json").read_text(encoding="utf-8"))
    (people := home / "people.json").write_text(json.dumps([*shipped, *PEOPLE], ensure_ascii=False), encoding="utf-8")
    return people
