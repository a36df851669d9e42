"""装车: the count at the vehicle, on a page, with labels and two signatures (B11, B23)."""

import re

import pytest
from dashboards_site import browser, site
from dashboards_story import EARLIER, ON, rows_of, told
from warehouse_story import printed, rows

from contracts.dispatch_runs import RunDeparted, RunLoaded, RunPlanned, RunStop
from contracts.fact import GoodsLine

KEEPER, LEADER, OTHER_LEADER, SUPERVISOR, ASSISTANT, STORE = "mai.gh", "li.zq", "chen.gd", "tan.zw", "he.jx", "wu.xm"
FIRST, LAST = (
    RunStop(
        job_id=f"D-HT2603000{n}",
        contract_no=f"HT2603000{n}",
        half="am",
        position=n,
        lines=(GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=n),),
    )
    for n in (1, 2)
)
CREW = {"on": ON, "crew": "S1"}
PLANNED = RunPlanned(at=EARLIER, **CREW, leader=LEADER, vehicle="粤E·7K352", version=1, stops=(FIRST, LAST))
SIGNED = {"leader_signed": LEADER, "warehouse_signed": KEEPER}
LOADED = RunLoaded(at=EARLIER, **CREW, counted=(FIRST,), **SIGNED, settlement="第二站客户改期")
LEFT = RunDeparted(
    at=EARLIER,
    **CREW,
    leader=LEADER,
    vehicle="粤E·7K352",
    job_ids=(FIRST.job_id,),
    list_no="SY1",
    stops=(FIRST,),
    driver="deng.w",
)


async def get(person, *events, path=f"/warehouse/loading?date={ON}"):
    """The page after these events."""
    story = rows_of([told(f"run:{ON}:S1", event) for event in events])
    story["labels"] = rows(labels=[printed(FIRST.contract_no)])["labels"]
    async with browser(site(story), person) as client:
        return await client.get(path)


async def test_the_last_stop_is_loaded_first_and_every_line_is_counted():
    """B11, B19: the form asks for each line of each stop, and for the second signature (B23)."""
    text = (await get(KEEPER, PLANNED)).text
    assert f'data-api="POST /api/runs/{ON}/S1/load"' in text
    assert re.findall(r'name="counted\.(\d)\.job_id" value="([^"]+)"', text) == [
        ("0", LAST.job_id),
        ("1", FIRST.job_id),
    ]
    assert re.findall(r'name="(counted\.\d\.lines\.\d\.quantity)"', text) == [
        "counted.0.lines.0.quantity",
        "counted.1.lines.0.quantity",
    ]
    assert 'name="second.person"' in text
    assert f'value="{LEADER}"' in text
    assert f'<option value="{KEEPER}"' not in text  # nobody is their own second


async def test_scanning_the_labels_of_packages_counts_their_pieces():
    """B20, B11: each line knows the codes of its packages, and how many pieces each holds."""
    text = (await get(KEEPER, PLANNED)).text
    ((codes, pieces),) = re.findall(r'data-code="([^"]+)" data-pieces="([^"]+)"', text)
    assert len(codes.split()) == 2
    assert all(code in pieces for code in codes.split())


async def test_what_was_counted_is_shown_with_who_signed_and_can_be_counted_anew():
    """B11, X7: until the vehicle leaves."""
    text = (await get(KEEPER, PLANNED, LOADED)).text
    assert "第二站客户改期" in text
    assert re.search(r'name="counted\.1\.lines\.0\.quantity"[^>]* value="1"', text)
    assert re.search(r'name="counted\.0\.lines\.0\.quantity"[^>]* value=""', text)


async def test_a_vehicle_that_left_is_not_counted_any_more():
    """B11: what was wrong then is corrected by its own door (D16)."""
    text = (await get(KEEPER, PLANNED, LOADED, LEFT)).text
    assert "粤E·7K352" in text
    assert "data-api" not in text.partition('id="vehicles"')[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("person", "status", "counts"),
    [(KEEPER, 200, True), (LEADER, 200, True), (SUPERVISOR, 200, True), (ASSISTANT, 200, False), (STORE, 403, False)],
)
async def test_who_loads_counts_and_others_look(person, status, counts):
    """B11, C18"""
    answer = await get(person, PLANNED)
    assert (answer.status_code, f"/api/runs/{ON}/S1/load" in answer.text) == (status, counts)


async def test_a_leader_sees_the_own_vehicle_alone():
    """B11: other crews' sheets are not theirs."""
    assert "粤E·7K352" not in (await get(OTHER_LEADER, PLANNED)).text


async def test_without_a_vehicle_the_page_says_so():
    """B11"""
    assert "没有要装的车" in (await get(KEEPER)).text
