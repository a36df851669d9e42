"""The page of signatures: what waits with all that it says, what became of what one asked, one's PIN (B23)."""

from datetime import timedelta

from dashboards_site import RowsInMemory, browser, site

from dispatch.main import SERVICE as DISPATCH
from dispatch.run.cash import HandInCash
from inventory.main import SERVICE as INVENTORY
from runtime.clock import utc_now
from runtime.signatures import Signature
from runtime.signing import cases_of
from service_desk.main import SERVICE as SERVICE_DESK

NOW = utc_now()
WAITS = Signature(
    signature_no="QM-1",
    first="li.zq",
    first_role="crew_leader",
    second="su.kj",
    service="dispatch",
    aggregate_id="run:2026-03-13:S1",
    code="hand_in",
    command=HandInCash(amount_fen=210_200, receipt_no="SJ-7").model_dump_json(),
    command_id="c",
    correlation_id="r",
    asked_at=NOW,
    expires=NOW + timedelta(hours=1),
)
REFUSED = WAITS.model_copy(update={"signature_no": "QM-2", "state": "refused", "reason": "数目不对"})


class Kept:
    """Stands where signatures and PINs are kept."""

    async def of(self, person: str) -> list[Signature]:
        return [one for one in (WAITS, REFUSED) if person in {one.first, one.second}]

    async def is_set(self, person: str) -> bool:
        return person == "su.kj"


async def page_of(person: str, path: str = "/signatures") -> str:
    app = site({})
    app.state.signatures = app.state.pins = Kept()
    app.state.offers |= SERVICE_DESK.offers
    app.state.rows["tickets"] = RowsInMemory({})
    app.state.cases = cases_of({one.name: one for one in (DISPATCH, INVENTORY)})
    async with browser(app, person) as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


async def test_the_second_sees_exactly_what_they_sign_and_signs_or_sends_it_back() -> None:
    """B23, X9"""
    page = await page_of("su.kj")
    wanted = (
        "交款 Hand in cash",
        "金额（分）",
        "210200",
        "SJ-7",
        "李志强",
        "signatures/QM-1/signature",
        "/QM-1/refusal",
    )
    assert [text for text in wanted if text not in page] == []
    assert "QM-2" not in page


async def test_the_first_sees_what_became_of_it_and_signs_nothing() -> None:
    """B23"""
    page = await page_of("li.zq")
    assert ("数目不对" in page, "等签" in page, "/signature" in page.replace("/signatures", "")) == (True, True, False)


async def test_a_pin_is_entered_in_figures_and_never_filled_in_by_the_browser() -> None:
    """B23"""
    first, changed = await page_of("li.zq"), await page_of("su.kj")
    assert ('name="pin"' in first, 'name="old"' in first, 'name="old"' in changed) == (True, False, True)
    assert 'inputmode="numeric"' in first
    assert 'autocomplete="off"' in first


async def test_what_waits_to_be_signed_stands_in_the_inbox() -> None:
    """B23, X9"""
    assert "等您签认" in await page_of("su.kj", "/inbox")
    assert "您请人签的没签成" in await page_of("li.zq", "/inbox")
