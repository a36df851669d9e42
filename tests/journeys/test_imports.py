"""The company's files through the command line, on the running system: rows, repeats, refusals, completeness."""

import json
from datetime import timedelta
from typing import Any

import pytest
from harness.processes import TESTS

from contracts.civil_time import civil_day
from order.files.contracts_file import LAYOUT
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

WEEK = TESTS / "data" / "week"
LOGISTICS = [str(path) for path in sorted((WEEK / "logistics").glob("*.csv"))]
TRUTH = json.loads((WEEK / "truth.json").read_text(encoding="utf-8"))
NUMBERS = {*TRUTH["complete_on"], *TRUTH["incomplete"]}


def test_three_weeks_of_files_come_to_what_is_true_of_them(whole: Any) -> None:
    """A1 A2 A3: rows taken and refused, complete contracts, and the day on which each became complete."""
    contracts = whole.json("import", "contracts", str(WEEK / "contracts.csv"))
    assert contracts["taken"] == TRUTH["contract_rows"]
    assert [row["row"] for row in contracts["refused"]] == [2, 115, 137]

    logistics = whole.json("import", "logistics", *LOGISTICS)
    assert len(logistics["refused"]) == TRUTH["refused_logistics_rows"]

    again = whole.json("import", "contracts", str(WEEK / "contracts.xlsx"))
    assert (again["taken"], again["repeated"]) == (0, TRUTH["contract_rows"])
    again = whole.json("import", "logistics", *LOGISTICS)
    assert (again["taken"], len(again["refused"])) == (0, TRUTH["refused_logistics_rows"])

    rows = [row for row in whole.json("contracts") if row["contract_no"] in NUMBERS]
    assert len(rows) == TRUTH["contracts"]
    assert {r["contract_no"]: r["complete_on"] for r in rows if r["complete"]} == TRUTH["complete_on"]
    assert sorted(r["contract_no"] for r in rows if not r["complete"]) == TRUTH["incomplete"]
    assert all(r["missing"] and r["complete_on"] is None for r in rows if not r["complete"])
    assert sorted(r["contract_no"] for r in rows if r["delayed"]) == TRUTH["delayed"]


def test_every_read_model_rebuilt_from_nothing_equals_the_live_one(whole: Any) -> None:
    """DESIGN §11: the certificate, over all that the journeys left behind; then the rebuilt ones serve."""
    whole.settle()
    done = whole.command("rebuild", "all", "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "不一致" not in done.stdout
    assert len([row for row in whole.json("contracts") if row["contract_no"] in NUMBERS]) in {0, TRUTH["contracts"]}


def test_the_history_of_a_contract_reads_across_services(whole: Any, people: Any) -> None:
    """X1: who, when it happened and was recorded, why and what caused it."""
    lines = [{"line_no": 1, "sku": "KC-100", "name": "吊柜", "spec": "L1200", "category": "橱柜", "quantity": 1}]
    body = {
        "contract_no": "HT99000003",
        "store_code": "S01",
        "store_name": "季华店",
        "signed_on": "2026-03-01",
        "customer": {"name": "韩梅", "phone": "13800138000", "address": "禅城区祖庙路1号", "district": "禅城区"},
        "promised_on": str(civil_day(utc_now()) + timedelta(days=30)),  # of a day that is over nobody is told (T4)
        "amount_due_fen": 0,
        "lines": [{**lines[0], "unit_price_fen": 100, "to_install": True}],
    }
    people.done("liang.my", "/api/contracts", body)
    whole.settle()
    entries = whole.json("events", "contract:HT99000003")
    assert {(e["service"], e["event"]) for e in entries} >= {
        ("order", "ContractSigned"),
        ("inventory", "GoodsExpected"),
        ("notify", "MessageRequested"),
    }
    assert "13800138000" not in json.dumps(entries), "phones are masked"
    unknown = whole.command("events", "contract:HT00000000")
    assert unknown.returncode == 1
    assert "HT00000000" in unknown.stdout + unknown.stderr


def test_a_file_that_is_none_is_refused_with_words_and_an_exit_code(whole: Any, tmp_path: Any) -> None:
    """A2: what is wrong, where, and what to do; nothing is taken."""
    broken = tmp_path / "photo.csv"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    unknown = tmp_path / "columns.csv"
    unknown.write_text("合同编号,行,数\nHT1,1,1\n", encoding="utf-8")
    for path in (broken, unknown, tmp_path / "missing.csv"):
        done = whole.command("import", "contracts", str(path))
        assert done.returncode == 1, done.stdout
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_a_contract_with_a_bad_row_waits_is_mended_and_then_told(whole: Any, people: Any, tmp_path: Any) -> None:
    """A13: by file, list, and mended row; nobody hears of it before it is whole."""
    no = "HT99000013"
    head = ",".join((*LAYOUT.required, "业务员"))
    row = f"{no},S02 南海店,2026-02-08,甄试,0757-83990000/13800138013,海八东路1号,南海区,2026-12-31,0"
    sold = ((1, "1"), (2, "1.5"), (3, "2"))
    lines = [f"{row},{n},WC-10{n},坐便器,700,卫浴,{quantity},1350,是,吴晓敏" for n, quantity in sold]
    file = tmp_path / "三月.csv"
    file.write_text("\n".join(["sep=,", "三月合同清单", head, *lines]), encoding="gb18030")

    told = whole.json("import", "contracts", str(file))
    assert (told["taken"], told["waiting_rows"], [one["row"] for one in told["refused"]]) == (0, 2, [4])
    assert (told["waiting"][0]["draft_no"], told["files"][0]["ignored_columns"]) == (no, ["业务员"])
    (waits,) = [one for one in whole.json("import", "waiting") if one["draft_no"] == no]
    assert [bool(one["reason"]) for one in waits["rows"]] == [False, True, False]
    assert people["he.jx"].get(f"/api/contracts/{no}").status_code == 404
    assert people["liang.my"].get("/orders/waiting").text.count(f'id="draft-{no}"') == 1

    mended = people.done("liang.my", f"/api/drafts/{no}/mend", {"rows": [{"place": 2, "cells": {"数量": "1"}}]})
    assert (mended["taken"], mended["refused"]) == (3, [])
    whole.settle()
    contract = people["he.jx"].get(f"/api/contracts/{no}").json()
    assert [line["quantity"] for line in contract["lines"]] == [1, 1, 2]
    assert (contract["customer"]["phone"], contract["customer"]["second_phone"]) == ("13800138013", "0757-83990000")
    assert [one for one in whole.json("import", "waiting") if one["draft_no"] == no] == []
    assert {e["event"] for e in whole.json("events", f"contract:{no}")} >= {"ContractSigned", "MessageRequested"}
