"""The board of the past and of a week, over HTTP: what was known then, read only; crews by days (X2, B4)."""

import re
from datetime import timedelta

import pytest
from dashboards_site import browser, site
from dashboards_story import (
    EARLIER,
    NOW,
    ON,
    booked,
    day_opened,
    in_slot,
    opened,
    published_day,
    published_stop,
    rows_of,
    signed,
    told,
)

ASSISTANT, WAREHOUSE, LEADER, STORE = "he.jx", "mai.gh", "li.zq", "wu.xm"
STORY = [
    told(*one[:3:2], by=one[3], recorded=EARLIER + timedelta(minutes=number))
    for number, one in enumerate(
        [opened(), booked(), day_opened(), *in_slot(), published_day(), published_stop(), signed()]
    )
]
BEFORE_SLOT = (EARLIER + timedelta(minutes=2, seconds=30)).isoformat()
AFTER_SLOT = (EARLIER + timedelta(minutes=5, seconds=30)).isoformat()


async def get(path, person=ASSISTANT, **query):
    async with browser(site(rows_of(STORY)), person) as client:
        return await client.get(path, params=query)


@pytest.mark.parametrize(("moment", "expected"), [(BEFORE_SLOT, ([], 1)), (AFTER_SLOT, (["D-HT26030001"], 0))])
async def test_the_board_as_of_a_moment_is_what_was_recorded_by_then(moment, expected):
    """X2"""
    board = (await get(f"/api/board/{ON}", as_of=moment)).json()
    placed = [card["job_id"] for lane in board["lanes"] for cell in lane["cells"] for card in cell["cards"]]
    assert (placed, len(board["backlog"]["ready"])) == expected


async def test_before_it_was_published_it_was_a_draft_and_nothing_can_be_moved_on_it():
    """X2, B4"""
    board = (await get(f"/api/board/{ON}", as_of=AFTER_SLOT)).json()
    cards = [card for lane in board["lanes"] for cell in lane["cells"] for card in cell["cards"]]
    assert (board["state"], board["may_write"], [card["movable"] for card in cards]) == ("draft", False, [False])


async def test_the_page_of_the_past_has_a_slider_with_its_changes_and_no_stream():
    """X2"""
    text = (await get("/board", date=str(ON), as_of="2026-03-09T10:05")).text
    ticks = [int(tick) for tick in re.findall(r'<option value="(\d+)">', text[text.index('id="asof-ticks"') :])]
    assert ('id="asof"' in text, 'id="stream"' in text, 'data-act="publish"' in text, ticks[:4]) == (
        True,
        False,
        False,
        [180, 181, 182, 183],
    )


@pytest.mark.parametrize("query", [{"as_of": "yesterday"}, {"as_of": "2026-03-09T10:05", "known": "guessed"}])
async def test_a_moment_that_cannot_be_read_is_told_in_words(query):
    """X2"""
    answer = await get("/board", date=str(ON), **query)
    assert (answer.status_code, "as_of=2026-03-12T16:55" in answer.text) == (422, True)


async def test_a_moment_that_has_not_come_shows_the_board_of_now():
    """X2"""
    text = (await get("/board", date=str(ON), as_of="2999-01-01T00:00")).text
    assert ('id="asof"' in text, 'id="stream"' in text) == (False, True)


@pytest.mark.parametrize("person", [ASSISTANT, WAREHOUSE, LEADER, STORE])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("query", [{"view": "week"}, {"as_of": AFTER_SLOT}])
async def test_past_and_week_render_for_every_role(person, lang, query):
    """X5"""
    answer = await get("/board", person, date=str(ON), lang=lang, **query)
    assert (answer.status_code, answer.text.count("<h1")) == (200, 1)


async def test_a_week_has_crews_as_rows_and_the_card_on_its_day():
    """B4"""
    week = (await get(f"/api/board-week/{ON}")).json()
    cards = {
        (row["crew"], cell["on"], half["half"]): [card["name"] for card in half["cards"]]
        for row in week["rows"]
        for cell in row["cells"]
        for half in cell["lane"]["cells"]
        if half["cards"]
    }
    states = {day["on"]: day["state"] for day in week["days"] if day["state"] != "empty"}
    assert (cards, states, len(week["days"])) == (
        {("S1", str(ON), "am"): ["林艳"]},
        {str(ON): "published"},
        7,
    )


async def test_a_leader_sees_the_own_crew_in_the_week_only():
    """RULES §1"""
    week = (await get(f"/api/board-week/{ON}", LEADER)).json()
    assert [row["crew"] for row in week["rows"]] == ["S1"]


def test_now_lies_after_all_of_this():
    """X2: the story's moments are past ones"""
    assert max(one[4] for one in STORY) < NOW
