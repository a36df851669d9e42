"""Pages of a company with two depots: one at a time or all, in the address, remembered, a person's own first (D17); and
of a company with one, where there is nothing to choose."""

import re
from collections.abc import Iterator

import pytest
from dashboards_site import browser, site
from dashboards_story import CUSTOMER, ON, POLICY, booked, day_opened, in_slot, opened, published_day, rows_of, signed
from warehouse_story import NOW_THEN, count, goods, lot, picklist, rows, standing, stock

from company.policy import DepotPolicy, ZonePolicy, policy_book
from contracts.dispatch_days import CrewOfDay
from contracts.inventory_stock import LeftPieces, StockListLine, StockListMade
from inventory.stock_list import Finished
from inventory.stock_list_row import STOCK_LISTS
from inventory.wrong_issue import Corrections, Wrong

ASSISTANT, KEEPER, LEADER = "he.jx", "mai.gh", "li.zq"
SHUNDE = DepotPolicy(
    depot="shunde",
    name="顺德仓",
    zones=tuple(
        ZonePolicy(zone=zone, name=name, kind=kind, bins=(f"S-{zone}-1",))
        for zone, name, kind in (("R", "收货区", "receiving"), ("S", "存放区", "goods"), ("P", "待处理仓", "pending"))
    ),
    districts=("顺德区",),
)
THEIRS = POLICY.crews[0].model_copy(
    update={"crew": "D1", "name": "顺德送货组", "vehicle": "粤E·5D001", "leader": "fang.jh", "depot": "shunde"}
)
TWO = POLICY.model_copy(update={"depots": (*POLICY.depots, SHUNDE), "crews": (*POLICY.crews, THEIRS)})
HERE, THERE = "D-HT26030001", "D-HT26030002"
AWAY = CUSTOMER.model_copy(update={"district": "顺德区", "name": "欧阳慧"})


def there(story):
    """The same, told of the other depot."""
    for aggregate, service, event, by, recorded in story:
        moved = event.model_copy(update={"depot": "shunde"}) if "depot" in type(event).model_fields else event
        yield aggregate.replace(":main:", ":shunde:"), service, moved, by, recorded


STORY = rows_of(
    [
        *(opened(), booked(), day_opened(), *in_slot(), signed()),
        *there([opened(THERE, customer=AWAY), booked(THERE), day_opened(crews=(CrewOfDay(**THEIRS.model_dump()),))]),
        *there([*in_slot(THERE, crew="D1"), published_day()]),
    ]
)


@pytest.fixture
def two_depots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "two.json").write_text(TWO.model_dump_json(exclude={"calendar_years"}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SONGDA_POLICIES", str(folder))
        policy_book.cache_clear()
        yield
    policy_book.cache_clear()


async def get(path, person=ASSISTANT, story=STORY, depot=None, cookies=None):
    """A page, as somebody who works in that depot (None: in all) sees it."""
    app = site(story)
    app.state.people = {**app.state.people, person: app.state.people[person].model_copy(update={"depot": depot})}
    async with browser(app, person) as client:
        return await client.get(path, headers={"Cookie": cookies} if cookies else None)


def cards(board):
    return {card["job_id"] for lane in board["lanes"] for cell in lane["cells"] for card in cell["cards"]}


@pytest.mark.parametrize(
    "path", ["/board", "/board?view=week", "/warehouse", "/warehouse/counts", "/warehouse/shortages"]
)
async def test_a_company_with_one_depot_has_nothing_to_choose(path):
    """D17"""
    page = await get(path, KEEPER if "warehouse" in path else ASSISTANT)
    assert (page.status_code, 'id="depots"' in page.text, "总仓" in page.text) == (200, False, False)
    assert "songda_depot" not in page.headers.get("set-cookie", "")


@pytest.mark.usefixtures("two_depots")
async def test_the_board_of_all_depots_is_looked_at_and_each_one_is_planned():
    """D17, B4"""
    both, main, shunde = [(await get(f"/api/board/{ON}{of}")).json() for of in ("", "?depot=main", "?depot=shunde")]
    assert [cards(board) for board in (both, main, shunde)] == [{HERE, THERE}, {HERE}, {THERE}]
    assert [(board["depot"], board["may_write"]) for board in (both, main, shunde)] == [
        ("", False),
        ("main", True),
        ("shunde", True),
    ]
    assert [board["state"] for board in (both, main, shunde)] == ["draft", "draft", "published"]
    assert [lane["depot"] for lane in both["lanes"]] == 5 * ["main"] + ["shunde"]
    assert both["totals"]["deliveries"] == main["totals"]["deliveries"] + shunde["totals"]["deliveries"] == 2
    blocked = [[card["contract_no"] for card in board["backlog"]["blocked"]] for board in (both, main, shunde)]
    assert blocked == [["HT26030009"], ["HT26030009"], []]


@pytest.mark.usefixtures("two_depots")
async def test_the_choice_is_in_the_address_else_remembered_else_the_persons_own():
    """D17: and nobody else's choice on the same computer."""
    chosen = await get(f"/board?date={ON}&depot=shunde")
    cookie = re.search(r"songda_depot=\"?([^;\"]+)", chosen.headers["set-cookie"])[1]
    assert (THERE in chosen.text, HERE in chosen.text) == (True, False)
    shown = {
        "remembered": await get(f"/board?date={ON}", cookies=f"songda_depot={cookie}"),
        "another's": await get(f"/board?date={ON}", "tan.zw", cookies=f"songda_depot={cookie}"),
        "own": await get(f"/board?date={ON}", depot="shunde"),
        "all": await get(f"/board?date={ON}&depot=all", depot="shunde"),
    }
    assert {name: (HERE in page.text, THERE in page.text) for name, page in shown.items()} == {
        "remembered": (False, True),
        "another's": (True, True),
        "own": (False, True),
        "all": (True, True),
    }
    assert all('id="depots"' in page.text for page in shown.values())
    assert 'data-act="publish"' not in shown["all"].text
    assert "要排单，请先选一个仓库" in shown["all"].text


async def test_a_depot_that_the_company_does_not_have_is_refused_and_no_other_one_shown():
    """D17, X8"""
    paths = (
        "/board",
        f"/api/board/{ON}",
        "/warehouse",
        "/warehouse/stock",
        "/warehouse/shortages",
        "/warehouse/counts",
    )
    for path in paths:
        assert (await get(f"{path}?depot=mars", KEEPER)).status_code == 422, path
        assert (await get(f"{path}?depot=all", KEEPER)).status_code == 200, path


@pytest.mark.usefixtures("two_depots")
async def test_a_keeper_is_offered_nothing_in_another_depot():
    """D17, C18: it is looked at."""
    shelf = stock("WC-1", lot("A-01-1", 2))
    story = rows(picklists=[picklist()], counts=[count()], goods=[goods()], stock=[shelf])
    for path, form in (
        ("/warehouse?date=2026-03-13&depot=main", "/feedback"),
        ("/warehouse/counts?depot=main", "/api/counts"),
        ("/warehouse/counts/PD-1", "/api/counts/PD-1/figures"),
        ("/warehouse/stock/WC-1?depot=main", "/api/stock/WC-1/moves"),
    ):
        own, other = [(await get(path, KEEPER, story, depot)).text for depot in ("main", "shunde")]
        assert (path, form in own, form in other) == (path, True, False)


@pytest.mark.usefixtures("two_depots")
async def test_a_correction_of_another_depots_paper_is_shown_and_not_decided_there():
    """D17, D16: whoever asked in its own depot may withdraw it."""
    line = StockListLine(line_no=1, sku="WC-1", name="坐便器", quantity=2)
    made = StockListMade(
        at=NOW_THEN,
        list_no="LL1",
        depot="main",
        purpose="other",
        lines=(line,),
        ticket_id=None,
        receiver="样板间",
        made_by="tan.zw",
        note="",
    )
    left = LeftPieces(line_no=1, sku="WC-1", name="坐便器", was=2, right=3)
    waits = Corrections(waits=Wrong("GZ-1", (left,), "", "少写了", "mai.xh", NOW_THEN))
    story = rows(stocklists=[standing(STOCK_LISTS, "LL1", Finished(made, (1,), (), issued=True, corrections=waits))])
    texts = [(await get("/warehouse/corrections", KEEPER, story, depot)).text for depot in ("main", "shunde")]
    form = "/api/stock-lists/LL1/corrections/refusal"
    assert [("GZ-1" in text, form in text) for text in texts] == [(True, True), (True, False)]


@pytest.mark.usefixtures("two_depots")
async def test_the_past_and_the_week_and_papers_are_of_the_chosen_depot():
    """D17, X2, B4"""
    week = [(await get(f"/api/board-week/{ON}?depot={of}")).json() for of in ("all", "main", "shunde")]
    assert [{row["crew"] for row in one["rows"]} & {"S1", "D1"} for one in week] == [{"S1", "D1"}, {"S1"}, {"D1"}]
    past = [
        (await get(f"/api/board/{ON}?depot={of}&as_of=2026-03-11T00:00:00Z")).json() for of in ("all", "main", "shunde")
    ]
    assert [cards(board) for board in past] == [{HERE, THERE}, {HERE}, {THERE}]
    schedule = (await get(f"/forms/schedule/{ON}?depot=shunde")).text
    assert ("顺德仓" in schedule, "总仓" in schedule, "D1" in schedule or "顺德送货组" in schedule) == (
        True,
        False,
        True,
    )


@pytest.mark.usefixtures("two_depots")
async def test_somebody_on_the_road_sees_the_own_crew_whatever_the_depot():
    """D17, C18"""
    board = (await get(f"/api/board/{ON}", LEADER)).json()
    assert [lane["crew"] for lane in board["lanes"]] == ["S1"]


@pytest.mark.usefixtures("two_depots")
async def test_the_warehouses_pages_begin_with_the_own_depot_and_say_which():
    """D17, B6, D7, D9"""
    story = rows(picklists=[picklist()], counts=[count()], goods=[goods()], stock=[stock("WC-1")])
    number = next(iter(story["counts"]))
    for path, here in (
        ("/warehouse?date=2026-03-13", 'id="load-S1"'),
        ("/warehouse/counts", number),
        ("/warehouse/shortages?kind=missing", 'id="gap-HT'),
    ):
        own, other = [(await get(path, KEEPER, story, depot)).text for depot in ("main", "shunde")]
        assert (path, here in own, here in other) == (path, True, False)
        assert ['aria-current="true">顺德仓' in re.sub(r"\s+", " ", text) for text in (own, other)] == [False, True]
