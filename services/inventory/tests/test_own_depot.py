"""A keeper of one depot does nothing in another (D17, C18), whatever it is; who has no depot works in all."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import pytest
from httpx import AsyncClient, Response
from inventory_world import World
from stock_api import TOKENS, asking
from transfer_cases import NOW, TWO_DEPOTS

from company.policy import policy_book
from contracts.dispatch_days import DayPublished, Slot
from contracts.fact import ContractLine, Customer, GoodsLine, Window
from contracts.order import ContractSigned
from inventory.stock.aggregate import STOCK, card_no
from inventory.stock.holding import BringIn
from runtime.person import Person

HERE, THERE, EVERYWHERE, OFFICE, LEDGER = "mai.gh", "lan.sd", "lin.ck", "tan.zw", "su.kj"
PEOPLE = {
    HERE: Person(id=HERE, name="麦国华", role="warehouse", depot="main"),
    THERE: Person(id=THERE, name="蓝顺德", role="warehouse", depot="shunde"),
    EVERYWHERE: Person(id=EVERYWHERE, name="仓管", role="warehouse"),
    OFFICE: Person(id=OFFICE, name="谭志文", role="install_supervisor", depot="shunde"),
    LEDGER: Person(id=LEDGER, name="苏可佳", role="accountant"),
}
HT, DAY = "HT26030001", date(2026, 3, 21)
LINE = ContractLine(
    line_no=1, sku="WC-100", name="坐便器", spec="", category="卫浴", quantity=3, unit_price_fen=100, to_install=True
)
SIGNED = ContractSigned(
    at=NOW,
    contract_no=HT,
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 3, 1),
    customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
    promised_on=date(2026, 3, 30),
    amount_due_fen=0,
    lines=(LINE,),
)
STOP = Slot(
    job_id=f"D-{HT}",
    kind="delivery",
    contract_no=HT,
    crew="S1",
    half="am",
    position=1,
    window=Window(starts=NOW, ends=NOW),
    volume_l=10,
    lines=(GoodsLine(line_no=1, sku="WC-100", name="坐便器", quantity=3),),
)
ARRIVAL = {"line_no": 1, "quantity": 3, "waybill": "YD2603040017", "arrived_on": "2026-03-19", "sku": "WC-100"}
ANSWER = {"stops": [{"job_id": f"D-{HT}", "ready": True, "note": ""}]}
SLIP = {
    "slip_no": "RK1",
    "reason": "purchase",
    "source": "工厂",
    "delivery_note_no": "SH-7",
    "waybill": "YD2603040018",
    "lines": [{"line_no": 1, "sku": "TAP-9", "name": "龙头", "quantity": 2}],
}
CHECK = {"lines": [{"line_no": 1, "counted": 2}]}
MOVE = {"from_bin": "A-01-1", "to_bin": "A-01-2", "quantity": 1, "reason": "整理"}


@pytest.fixture(scope="module", autouse=True)
def two_depots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "two.json").write_text(TWO_DEPOTS.model_dump_json(exclude={"calendar_years"}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SONGDA_POLICIES", str(folder))
        policy_book.cache_clear()
        yield
    policy_book.cache_clear()


@pytest.fixture
def world() -> World:
    world = World(NOW)
    world.tell("order", f"contract:{HT}", SIGNED)
    brought = BringIn(
        depot="main",
        sku="TAP-9",
        name="龙头",
        quantity=5,
        voucher_no="RK-1",
        cause_id="c1",
        kind="received",
        bin="A-01-1",
    )
    assert world.put(STOCK.key(card_no("main", "TAP-9")), brought).status == "accepted"
    plan = DayPublished(at=NOW, depot="main", on=DAY, version=1, due=NOW, stops=(STOP,), crews=())
    world.tell("dispatch", f"day:main:{DAY}", plan)
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncClient]:
    async with asking(world, PEOPLE) as client:
        yield client


async def ask(client: AsyncClient, path: str, body: Any, by: str) -> Response:
    return await client.post(f"/api{path}", json=body, headers={"Authorization": f"Bearer {TOKENS.issue(by)}"})


WORK = {
    "receipt": (f"/goods/{HT}/arrivals", ARRIVAL),
    "feedback": (f"/picklists/{DAY}/feedback", ANSWER),
    "move": ("/stock/TAP-9/moves", MOVE),
    "count": ("/counts", {"kind": "full"}),
}


@pytest.mark.parametrize("what", sorted(WORK))
async def test_the_own_depots_work_is_done_and_another_ones_refused_by_name(
    what: str, client: AsyncClient, world: World
) -> None:
    """D17, C18: nothing has changed by what was refused, and whoever has no depot works in both."""
    path, body = WORK[what]
    before = dict(world.states)
    foreign = await ask(client, path, body, THERE)
    said = foreign.json()
    assert (foreign.status_code, said["code"]) == (403, "not_your_depot"), foreign.text
    assert "总仓" in said["zh"]
    assert "顺德仓" in said["zh"]
    assert "总仓" in said["en"]
    assert world.states == before
    for person in (HERE, EVERYWHERE):
        own = await ask(client, path, body, person)
        assert own.status_code < 300, own.text


async def test_a_paper_is_its_depots_and_a_transfer_is_counted_at_each_end_by_its_own(client: AsyncClient) -> None:
    """D17: out by one depot's keepers, in by the other's."""
    assert (await ask(client, "/inbound", SLIP, LEDGER)).status_code == 201
    assert (await ask(client, "/inbound/RK1/check", CHECK, THERE)).status_code == 403
    assert (await ask(client, "/inbound/RK1/check", CHECK, HERE)).status_code == 201
    wrong = {"lines": [{"line_no": 1, "counted": 2, "lot": "C88"}], "reason": "色号"}
    assert (await ask(client, "/inbound/RK1/corrections", wrong, THERE)).status_code == 403
    assert (await ask(client, "/inbound/RK1/corrections", wrong, HERE)).status_code == 201
    wanted = {
        "transfer_no": "DB1",
        "from_depot": "main",
        "to_depot": "shunde",
        "reason": "缺货",
        "lines": [{"line_no": 1, "sku": "TAP-9", "name": "龙头", "quantity": 2}],
    }
    assert (await ask(client, "/transfers", wanted, THERE)).status_code == 201
    sent = {"counted": [{"line_no": 1, "quantity": 2}], "carrier": "车"}
    assert (await ask(client, "/transfers/DB1/sending", sent, THERE)).status_code == 403
    assert (await ask(client, "/transfers/DB1/sending", sent, HERE)).status_code < 300
    came = {"counted": [{"line_no": 1, "good": 2}]}
    assert (await ask(client, "/transfers/DB1/receipts", came, HERE)).status_code == 403
    assert (await ask(client, "/transfers/DB1/receipts", came, THERE)).status_code < 300


async def test_what_a_contract_lacks_could_come_of_its_own_depots_free_stock(client: AsyncClient, world: World) -> None:
    """D9, D17: what lies free in the other depot is not its own."""
    theirs = SIGNED.model_copy(
        update={"contract_no": "HT26030002", "customer": SIGNED.customer.model_copy(update={"district": "顺德区"})}
    )
    world.tell("order", "contract:HT26030002", theirs)
    for depot, pieces in (("main", 5), ("shunde", 1)):
        brought = BringIn(
            depot=depot,
            sku="WC-100",
            name="坐便器",
            quantity=pieces,
            voucher_no=f"RK-{depot}",
            cause_id=f"c-{depot}",
            kind="received",
        )
        assert world.put(STOCK.key(card_no(depot, "WC-100")), brought).status == "accepted"
    answer = await client.get("/api/shortages", headers={"Authorization": f"Bearer {TOKENS.issue(HERE)}"})
    free = {row["contract_no"]: [line["free"] for line in row["lines"]] for row in answer.json()["rows"]}
    assert free == {HT: [5], "HT26030002": [1]}


NOWHERE = {
    "/loans": {"sku": "TAP-9", "name": "龙头", "quantity": 1, "purpose": "换"},
    "/scraps": {"sku": "TAP-9", "name": "龙头", "quantity": 1, "reason": "碎"},
    "/stock-lists": {
        "purpose": "other",
        "receiver": "样板间",
        "lines": [{"line_no": 1, "sku": "TAP-9", "name": "龙头", "quantity": 1}],
    },
}


@pytest.mark.parametrize("path", sorted(NOWHERE))
async def test_no_paper_is_of_a_depot_that_the_company_does_not_have(
    path: str, client: AsyncClient, world: World
) -> None:
    """D17, X8: it is refused by name, and nothing is written."""
    before = dict(world.states)
    answer = await ask(client, path, NOWHERE[path] | {"depot": "mars"}, OFFICE)
    assert (answer.status_code, answer.json()["code"], world.states) == (404, "unknown_depot", before), answer.text


async def test_the_offices_depot_is_what_pages_begin_with_and_no_more(client: AsyncClient) -> None:
    """D17: an allocation by the supervisor, for a contract of the other depot."""
    asked = {"line_no": 1, "quantity": 1}
    assert (await ask(client, f"/goods/{HT}/allocations", asked, OFFICE)).status_code != 403
