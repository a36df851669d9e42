"""What was said of a contract already: the same words again are no event, other ones are kept or refused (X7)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from order_story import CTX, NOW, NUMBER, SYSTEM, given, signed

from order.contract.delays import AcceptError, ExplainDelay, FollowUp, HandOver, NotePost, ReportDelay
from order.contract.promise import PostponeDelivery
from order.contract.terms import CancelContract
from runtime.decision import SAID_OTHERWISE, Command

SIGNED = given(signed())
LATE = ReportDelay(contract_no=NUMBER, fault="store", reason="下错单")
CALLED = ExplainDelay(at=NOW, contract_no=NUMBER, delay_id="H1", result="reached", note="客户知道了")
OVER = HandOver(contract_no=NUMBER, delay_id="H1", reason="门店下错单")
TAKEN = AcceptError(contract_no=NUMBER, delay_id="H1", note="收到")
LATER = PostponeDelivery(
    contract_no=NUMBER, promised_on=date(2026, 3, 20), consented_by="马娜", consented_how="phone", reason="装修未完"
)


@pytest.mark.parametrize(
    ("before", "said", "otherwise"),
    [
        ((LATE,), NotePost(contract_no=NUMBER, delay_id="H1", note="已发群"), {"note": "发错群了"}),
        ((LATE, CALLED), OVER, {"reason": "设计师量错"}),
        ((LATE, CALLED, OVER), TAKEN, {"note": "不是我们的错"}),
        ((), LATER, {"consented_by": "马先生"}),
        ((), CancelContract(contract_no=NUMBER, reason="退房"), {"reason": "换品牌"}),
    ],
)
def test_other_words_are_refused_and_both_are_shown(
    before: tuple[Command, ...], said: Command, otherwise: dict[str, Any]
) -> None:
    """X7, A4, A5, A6, A8"""
    known = SIGNED.after(*before, said, ctx=CTX)
    known.asks(said, CTX).nothing_new()
    refused = known.asks(said.model_copy(update=otherwise), CTX).refuses(SAID_OTHERWISE)
    assert next(iter(otherwise.values())) in str(refused.facts["told"])


def test_a_further_call_about_a_delay_that_was_explained_is_kept() -> None:
    """X7, A4: it stays explained; the same call again is none."""
    explained = SIGNED.after(LATE, CALLED, ctx=CTX)
    again = CALLED.model_copy(update={"at": NOW + timedelta(hours=1), "result": "not_reached", "note": "再问到货日"})
    ctx = replace(CTX, now=NOW + timedelta(hours=2))
    explained.asks(CALLED, ctx).nothing_new()
    explained.asks(again, ctx).then_names("DelayExplained")
    explained.after(again, ctx=ctx).asks(OVER, ctx).then_names("StoreErrorHandedOver")
    of_a_task = again.model_copy(update={"delay_id": None, "result": "reached"})
    explained.asks(of_a_task, replace(SYSTEM, now=ctx.now)).then_names("DelayExplained")


def test_a_follow_up_that_settles_is_kept_though_its_words_were_said() -> None:
    """X7, A5"""
    did = FollowUp(at=NOW, contract_no=NUMBER, delay_id="H1", note="重新下单")
    open_still = SIGNED.after(LATE, CALLED, OVER, TAKEN, did, ctx=CTX)
    open_still.asks(did, CTX).nothing_new()
    open_still.asks(did.model_copy(update={"settled": True}), CTX).then_names("StoreErrorFollowedUp")
