"""Bad input of every kind, on the running system: the right status, words, nothing changed, one log line."""

import json
from typing import Any

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

BODY = {
    "contract_no": "HT98000001",
    "store_code": "S02",
    "store_name": "南海店",
    "signed_on": "2026-03-01",
    "customer": {"name": "马娜", "phone": "17712633920", "address": "佛山市南海区海八东路150号", "district": "南海区"},
    "promised_on": "2026-04-01",
    "amount_due_fen": 0,
    "lines": [
        {
            "line_no": 1,
            "sku": "WC-100",
            "name": "连体坐便器",
            "spec": "700x390x650",
            "category": "卫浴",
            "quantity": 1,
            "unit_price_fen": 135000,
            "to_install": True,
        }
    ],
}


def said_once(whole: Any, answer: Any) -> dict[str, Any]:
    """The error's body, after checking its form and that its id stands in exactly one log line."""
    body: dict[str, Any] = answer.json()
    assert set(body) == {"code", "rule", "zh", "en", "facts", "id"}
    assert body["zh"]
    assert body["en"]
    assert len(whole.application.lines(body["id"])) == 1
    return body


def test_nobody_is_told_to_sign_in(whole: Any) -> None:
    """C18"""
    with whole.as_person(None) as client:
        answer = client.get("/api/contracts")
    assert (answer.status_code, said_once(whole, answer)["code"]) == (401, "who_are_you")


def test_a_forged_token_is_nobody(whole: Any) -> None:
    """C18"""
    with whole.as_person(None) as client:
        answer = client.get("/api/contracts", headers={"Authorization": "Bearer Imd1YW4ueWYi.aaaa.bbbb"})
    assert answer.status_code == 401


def test_the_wrong_role_is_refused(whole: Any, people: Any) -> None:
    """C18"""
    answer = people.post("li.zq", "/api/contracts", BODY)
    assert (answer.status_code, said_once(whole, answer)["code"]) == (403, "not_your_role")


def test_broken_json_is_unreadable(whole: Any, people: Any) -> None:
    """A1"""
    answer = people["liang.my"].post(
        "/api/contracts", content=b'{"contract_no": ', headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, said_once(whole, answer)["code"]) == (422, "broken_json")


def test_a_wrong_field_is_named_and_its_value_is_not_repeated(whole: Any, people: Any) -> None:
    """A1 C18"""
    wrong = {**BODY, "customer": {**BODY["customer"], "phone": 17712633920}, "lines": "none"}  # type: ignore[dict-item]
    answer = people.post("liang.my", "/api/contracts", wrong)
    body = said_once(whole, answer)
    assert (answer.status_code, body["code"]) == (422, "unreadable")
    assert "lines" in body["zh"]
    assert "17712633920" not in answer.text


def test_fifty_megabytes_are_too_much(whole: Any, people: Any) -> None:
    """A2"""
    answer = people["he.jx"].post("/api/imports/logistics", files={"file": ("big.csv", b"x" * (50 << 20))})
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


def test_fifty_megabytes_in_pieces_are_too_much_as_well(whole: Any, people: Any) -> None:
    """A2"""
    answer = people["liang.my"].post("/api/contracts", content=(b"x" * (1 << 20) for _ in range(50)))
    assert answer.status_code == 413


def test_an_unknown_contract_is_not_found(whole: Any, people: Any) -> None:
    """A2"""
    answer = people["he.jx"].get("/api/contracts/HT97999999")
    assert answer.status_code == 404
    said_once(whole, answer)


def test_an_unknown_job_is_not_found(people: Any) -> None:
    """B8"""
    slot = {"on": "2026-04-01", "half": "am", "crew": "S1"}
    assert people.post("he.jx", "/api/jobs/D-HT97999999/slot", slot).status_code == 404


def test_the_same_request_again_gets_the_first_answer(people: Any) -> None:
    """A1: also when its content was a refusal."""
    first = people.post("liang.my", "/api/contracts", BODY, Idempotency_Key="bad-1").json()
    second = people.post("liang.my", "/api/contracts", BODY, Idempotency_Key="bad-1").json()
    assert (second["command_id"], second["version"], second["events"]) == (first["command_id"], 1, ["ContractSigned"])
    contradiction = {**BODY, "amount_due_fen": 5}
    refused = people.post("liang.my", "/api/contracts", contradiction, Idempotency_Key="bad-2")
    repeated = people.post("liang.my", "/api/contracts", contradiction, Idempotency_Key="bad-2")
    assert (refused.status_code, repeated.status_code) == (409, 409)
    assert refused.json()["code"] == repeated.json()["code"]


def test_a_stale_page_is_refused(whole: Any, people: Any) -> None:
    """X1"""
    people.post("liang.my", "/api/contracts", {**BODY, "contract_no": "HT98000002"})
    answer = people.post("liang.my", "/api/contracts", {**BODY, "contract_no": "HT98000002"}, If_Match="0")
    assert (answer.status_code, said_once(whole, answer)["code"]) == (409, "stale_page")


def test_what_has_not_happened_yet_cannot_be_told(whole: Any, people: Any) -> None:
    """X1"""
    future = {**BODY, "contract_no": "HT98000003", "at": "2126-01-01T00:00:00+08:00"}
    answer = people.post("liang.my", "/api/contracts", future)
    assert (answer.status_code, said_once(whole, answer)["rule"]) == (409, "X1")
    assert people["he.jx"].get("/api/contracts/HT98000003").status_code == 404


def test_another_site_cannot_use_a_persons_cookie(whole: Any) -> None:
    """C18"""
    with whole.as_person(None) as client:
        signed_in = client.post("/login", json={"person": "liang.my"})
        assert signed_in.status_code == 200
        foreign = client.post("/api/contracts", json=BODY, headers={"Origin": "https://elsewhere.example"})
        own = client.get("/api/contracts")
    assert (foreign.status_code, foreign.json()["code"], own.status_code) == (403, "foreign_origin", 200)


def test_a_file_in_a_wrong_encoding_or_with_unknown_columns_is_refused_whole(people: Any) -> None:
    """A2"""
    for content, name in (
        ("合同号,行号\n".encode("utf-16"), "utf16.csv"),
        ("合同号,行号,颜色\nHT98000001,1,红\n".encode(), "columns.csv"),
        (b"", "empty.csv"),
        (b"%PDF-1.7 ...", "form.pdf"),
    ):
        answer = people["he.jx"].post("/api/imports/logistics", files={"file": (name, content)})
        assert answer.status_code in {415, 422}, f"{name}: {answer.text}"
        assert answer.json()["zh"]


def test_an_unknown_address_and_a_wrong_method_have_words(people: Any) -> None:
    """The one shape of every error."""
    assert people["he.jx"].get("/api/nothing").json()["code"] == "http_404"
    assert people["he.jx"].delete("/api/contracts").json()["code"] == "http_405"


def test_no_log_line_holds_a_customers_number(whole: Any, people: Any) -> None:
    """C18"""
    people.post("liang.my", "/api/contracts", {**BODY, "contract_no": "HT98000004"})
    assert whole.application.lines("17712633920") == []


def test_the_api_describes_itself(whole: Any) -> None:
    """Every error of a route is documented, and the whole can be read as JSON."""
    with whole.as_person(None) as client:
        described = json.loads(client.get("/openapi.json").text)
    register = described["paths"]["/api/contracts"]["post"]
    assert {"201", "401", "403", "409", "413", "422", "503"} <= set(register["responses"])
