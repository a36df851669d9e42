"""Two people on the real system (B23): a PIN that is guessed at, a signature given elsewhere, a process that dies."""

import asyncio
import os
import subprocess
import sys
from typing import Any

import pytest
from harness.waiting import eventually

pytestmark = pytest.mark.kafka

KEEPER, ACCOUNTANT, QC = "mai.gh", "su.kj", "lu.qc"
SLIP_LINES = [{"line_no": 1, "sku": "TP-9950", "name": "二人测试件", "quantity": 3}]
CHECKED = [{"line_no": 1, "counted": 3}]

DIES = """
import asyncio, os, signal, sys
from runtime.mongo import connect, identity_of
from runtime.settings import Settings
from runtime.signatures import Signatures

async def signs_and_dies(number):
    assert await Signatures(identity_of(connect(Settings()))).decide(number, "signed", signed_role="accountant")
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(signs_and_dies(sys.argv[1]))
"""


def checked(whole: Any, people: Any, number: str) -> str:
    """A slip whose goods were checked, and whose papers the warehouse still has."""
    slip = {"slip_no": number, "reason": "purchase", "source": "厂家", "lines": SLIP_LINES}
    people.done(ACCOUNTANT, "/api/inbound", slip)
    people.done(KEEPER, f"/api/inbound/{number}/check", {"lines": CHECKED})
    whole.settle()
    return number


def papers(people: Any, slip: str) -> str:
    return str(people[KEEPER].get(f"/api/inbound/{slip}").json()["papers"])


def test_a_pin_that_is_guessed_at_is_locked_for_all_and_its_owner_signs_in_a_session_of_their_own(
    whole: Any, people: Any
) -> None:
    """B23"""
    slip = checked(whole, people, "RK995000")
    path, body = f"/api/inbound/{slip}/papers", {"sales_list_no": "XS-1"}
    right = people.signs(ACCOUNTANT)
    answers = [
        people.post(KEEPER, path, {**body, "second": {"person": ACCOUNTANT, "pin": f"30517{n}"}}) for n in range(5)
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "pin_wrong")] * 4 + [
        (429, "pin_locked")
    ]
    locked = people.post(KEEPER, path, {**body, "second": right})
    assert (locked.status_code, locked.json()["code"], papers(people, slip)) == (429, "pin_locked", "owed")
    waits = people.done(KEEPER, path, {**body, "second": {"person": ACCOUNTANT}})
    number = waits["body"]["signature_no"]
    assert (waits["status"], waits["events"], papers(people, slip)) == ("unsigned", [], "owed")
    (view,) = people[ACCOUNTANT].get("/api/signatures").json()["to_sign"]
    assert (view["signature_no"], view["first"], {one["name"]: one["value"] for one in view["fields"]}) == (
        number,
        KEEPER,
        {"sales_list_no": "XS-1"},
    )
    for stranger in (KEEPER, QC):
        assert people.refused(stranger, f"/api/signatures/{number}/signature") == (404, "B23")
    signed = people.done(ACCOUNTANT, f"/api/signatures/{number}/signature")
    again = people.done(ACCOUNTANT, f"/api/signatures/{number}/signature")
    whole.settle()
    assert (signed["events"], again["repeated"], papers(people, slip)) == (["PapersHandedOver"], True, "handed_over")


def test_what_the_second_sends_back_changes_nothing_and_the_first_sees_why(whole: Any, people: Any) -> None:
    """B23"""
    slip = checked(whole, people, "RK995001")
    path = f"/api/inbound/{slip}/papers"
    waits = people.done(KEEPER, path, {"sales_list_no": "XS-2", "second": {"person": ACCOUNTANT}})
    number = waits["body"]["signature_no"]
    people.done(ACCOUNTANT, f"/api/signatures/{number}/refusal", {"reason": "清单不在"})
    assert people.refused(ACCOUNTANT, f"/api/signatures/{number}/signature") == (404, "B23")
    seen = next(one for one in people[KEEPER].get("/api/signatures").json()["asked"] if one["signature_no"] == number)
    assert (seen["state"], seen["reason"], papers(people, slip)) == ("refused", "清单不在", "owed")


def test_a_process_that_dies_between_signature_and_command_leaves_it_to_the_others(whole: Any, people: Any) -> None:
    """B23, X7: the command goes out once, in both names."""
    slip = checked(whole, people, "RK995002")
    path = f"/api/inbound/{slip}/papers"
    waits = people.done(KEEPER, path, {"sales_list_no": "XS-3", "second": {"person": ACCOUNTANT}})
    number = waits["body"]["signature_no"]
    done = subprocess.run(
        [sys.executable, "-c", DIES, number], env={**os.environ, **whole.env}, check=False, capture_output=True
    )
    assert done.returncode < 0, done.stderr

    def taken_up() -> Any:
        return papers(people, slip) == "handed_over" or None

    asyncio.run(eventually(taken_up, "another process put what was signed", every=0.5))
    told = people[KEEPER].get(f"/api/inbound/{slip}").json()
    again = people.done(ACCOUNTANT, f"/api/signatures/{number}/signature")
    assert (told["papers_received_by"], again["events"], again["repeated"]) == (ACCOUNTANT, ["PapersHandedOver"], True)
