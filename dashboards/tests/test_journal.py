"""The board of the past is what was recorded then, folded by the board's own folds (X1, X2)."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import dashboards_story as story
import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.masking import mask_phone
from contracts.dispatch_jobs import DeliveryFailed
from contracts.reading import WIRE
from dashboards.board.history import Past
from dashboards.board.rows import BOARD_DAYS
from dashboards.journal import ENTRIES, EVENTS, Entry, by_aggregate, changed_between, moment_text
from dispatch.job.row import JOB_FILES
from order.contract.row import CONTRACTS
from runtime.service import key_of

WEEK_OF_CARDS = [
    story.signed(),
    story.opened(),
    story.day_opened(),
    story.opened("D-HT26030002"),
    story.booked(),
    *story.in_slot(),
    story.booked("D-HT26030002", half=None),
    *story.in_slot("D-HT26030002", crew="S2", half="pm"),
    story.published_day(),
    story.published_stop(),
    *story.in_slot("D-HT26030002", crew="S1", half="pm", position=2, reason="车坏了"),
    story.delivered(at=story.NOW),
]
READERS = {
    "job": ("jobs", JOB_FILES.read),
    "day": ("days", BOARD_DAYS.read),
    "contract": ("contracts", CONTRACTS.read),
}
"""Kind of aggregate -> its read model, and how the board reads a document."""


def entries_of(told: Sequence[story.Told]) -> dict[str, list[Entry]]:
    """The journal of what was told."""
    return by_aggregate(map(ENTRIES.read, story.rows_of(told)["journal"].values()))


def masked(rows: Mapping[str, object]) -> dict[str, str]:
    """Rows as text; a phone number as the journal keeps it."""
    phone = story.CUSTOMER.phone
    text = {row_id: str(row).replace(phone, mask_phone(phone)) for row_id, row in rows.items()}
    return {row_id: re.sub(r"search=\(.*?\)|phone='[^']*'", "", one) for row_id, one in text.items()}


def test_every_event_has_a_name_of_its_own() -> None:
    """X1: the journal finds an event's model by its name"""
    assert len(EVENTS) == len({*WIRE.values()})


@given(st.data())
def test_as_of_any_moment_shows_what_was_recorded_then(data: st.DataObject) -> None:
    """X2: rows folded from the journal until a moment are those that the board had at that moment"""
    told = WEEK_OF_CARDS
    until = data.draw(st.integers(1, len(told)))
    known = [(*one[:4], story.EARLIER + timedelta(seconds=number)) for number, one in enumerate(told)]
    moment = known[until - 1][4]
    journal = entries_of(known)
    then = story.rows_of(known[:until])
    past = Past(moment, "recorded")
    made = {"job": past.job, "day": past.day, "contract": lambda one: (found := past.contract(one)) and found.row}
    for kind, (model, read) in READERS.items():
        entries = {name: one for name, one in journal.items() if name.startswith(kind)}
        rows = {key_of(name): made[kind](one) for name, one in entries.items()}
        expected = {row_id: read(document) for row_id, document in then[model].items()}
        assert masked({row_id: row for row_id, row in rows.items() if row is not None}) == masked(expected)


def test_a_fact_told_late_is_in_the_past_as_we_know_it_now_only() -> None:
    """X1, X2: a delivery failed at 9:00 and was typed in at 11:00; the board of 10:00 did not show it, and now does"""
    failed = DeliveryFailed(
        at=story.NOW,
        job_id="D-1",
        contract_no="HT1",
        crew="S1",
        leader="li.zq",
        cause="没有人在家",
        goods="returned",
        consent_by="he.jx",
        window_ends=story.NOW,
    )
    told = [
        story.told("job:D-1", story.opened("D-1")[2], recorded=story.EARLIER),
        story.told("job:D-1", failed, recorded=story.NOW + timedelta(hours=2)),
    ]
    entries = entries_of(told)["job:D-1"]
    at_ten = story.NOW + timedelta(hours=1)
    jobs = {known: Past(at_ten, known).job(entries) for known in ("recorded", "happened")}
    assert {known: job and job.row.over for known, job in jobs.items()} == {"recorded": False, "happened": True}
    assert changed_between(entries, story.EARLIER, at_ten, "recorded") == [story.EARLIER]
    assert changed_between(entries, story.NOW, at_ten, "happened") == [story.NOW]


def test_before_anything_was_known_there_is_nothing() -> None:
    """X2"""
    entries = entries_of(WEEK_OF_CARDS)
    long_ago = story.EARLIER - timedelta(days=365)
    assert [Past(long_ago, "happened").job(one) for one in entries.values()] == [None] * len(entries)


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_texts_of_moments_sort_as_the_moments_do(microsecond: int) -> None:
    """X2"""
    one = story.NOW.replace(microsecond=microsecond)
    assert moment_text(one) < moment_text(one + timedelta(microseconds=1))


def test_the_journal_keeps_no_phone_number() -> None:
    """C18"""
    assert "17712347747" not in str(story.rows_of(WEEK_OF_CARDS)["journal"])
