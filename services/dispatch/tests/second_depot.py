"""A company with a second depot (D17): 顺德仓 delivers to 顺德区; D1 delivers, E1 installs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dispatch_cases import POLICY

from company.policy import CrewPolicy, DepotPolicy, ZonePolicy, policy_book

SHUNDE, DISTRICT = "shunde", "顺德区"
ZONES = tuple(
    ZonePolicy(zone=zone, name=name, kind=kind, bins=(f"S-{zone}-1",))
    for zone, name, kind in (("R", "收货区", "receiving"), ("S", "存放区", "goods"), ("P", "待处理仓", "pending"))
)
DELIVERS, INSTALLS = (
    CrewPolicy(
        crew=crew,
        name=name,
        kind=kind,
        leader=leader,
        leader_name=leader_name,
        members=(member,),
        vehicle=vehicle,
        stops_per_half=4,
        volume_l_per_half=12_000,
        depot=SHUNDE,
    )
    for crew, name, kind, leader, leader_name, member, vehicle in (
        ("D1", "顺德送货组", "delivery", "fang.jh", "方建华", "黎明", "粤E·5D001"),
        ("E1", "顺德安装组", "installation", "ye.sf", "叶顺发", "关平", "粤E·5E001"),
    )
)
TWO = POLICY.model_copy(
    update={
        "depots": (*POLICY.depots, DepotPolicy(depot=SHUNDE, name="顺德仓", zones=ZONES, districts=(DISTRICT,))),
        "crews": (*POLICY.crews, DELIVERS, INSTALLS),
    }
)


def in_force(folder: Path) -> Iterator[None]:
    """The company's policy is this one."""
    (folder / "two.json").write_text(TWO.model_dump_json(exclude={"calendar_years"}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SONGDA_POLICIES", str(folder))
        policy_book.cache_clear()
        yield
    policy_book.cache_clear()
