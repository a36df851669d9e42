"""Random lives of contracts, driven over HTTP: goods come by every door, are damaged, leave, return; the contract is
amended or cancelled at any moment."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from hashlib import sha256
from typing import Any

from contracts.civil_time import civil, civil_day
from harness.office import Office, Told
from harness.waiting import PATIENCE, eventually
from runtime.clock import utc_now

Json = dict[str, Any]

SKUS = tuple(f"WC-{number}" for number in range(101, 107))
"""Few, so that contracts share their cards."""
BINS = ("A-01-1", "A-01-2", "B-01-1", "R-02")
PICTURE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"
PHOTO = f"sha256:{sha256(PICTURE).hexdigest()}"
"""Named by all of them: put it before they live."""
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
CUSTOMER = {"name": "马娜", "phone": "13800001111", "address": "佛山市南海区海八东路1号", "district": "南海区"}
SHEET = "合同号,行号,型号,数量,运单号,承运商,状态,预计到货,实际到货,备注"
CREWS = ("S1", "S2")
SOON, A_WHILE = 10.0, 60.0
"""How long people look for what may never come before they do something else: their choice, no limit of a test."""


def line(line_no: int, sku: str, quantity: int) -> Json:
    """A contract line."""
    named = {"line_no": line_no, "sku": sku, "name": f"坐便器 {sku}", "spec": "700x390x650", "category": "卫浴"}
    return {**named, "quantity": quantity, "unit_price_fen": 135_000, "to_install": False}


class Life:
    """One contract. `number` tells it from the others and gives it a day of its own; `seed` makes its choices."""

    def __init__(self, office: Office, number: int, seed: int) -> None:
        self.office = office
        self.chance = random.Random(f"{seed}/{number}")
        self.no = f"HT{97_000_000 + number}"
        self.on: date = civil_day(utc_now()) - timedelta(days=6 + number)
        self.crew = CREWS[number % len(CREWS)]
        quantities = [self.chance.randint(1, 3) for _ in range(self.chance.randint(1, 3))]
        self.lines = {no: line(no, self.chance.choice(SKUS), quantity) for no, quantity in enumerate(quantities, 1)}
        self.papers = 0
        self.surprises = 0

    # --- what is used all over ----------------------------------------------------------------------------------------

    @property
    def goods(self) -> str:
        """Address of its goods."""
        return f"/api/goods/{self.no}"

    def at(self, days: int, hour: int = 9, minute: int = 0) -> str:
        """A time of day, so many days after (before: negative) that of its delivery."""
        return civil(self.on + timedelta(days=days), time(hour, minute)).isoformat()

    def paper(self, kind: str) -> str:
        """A number for the next paper of this contract."""
        self.papers += 1
        return f"{kind}-{self.no}-{self.papers}"

    async def of_goods(self, person: str, what: str, body: Json) -> Told:
        """Ask the contract's goods."""
        return await self.office.ask(person, f"{self.goods}/{what}", body, of=f"goods:{self.no}")

    async def of_contract(self, what: str, body: Json, person: str = "liang.my") -> Told:
        """Ask the contract."""
        return await self.office.ask(person, f"/api/contracts/{self.no}/{what}", body, of=f"contract:{self.no}")

    # --- the life -----------------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """From the signature on, as chance will have it."""
        await self.sign()
        if await self.office.sees(self.goods, within=PATIENCE) is None:
            raise AssertionError(f"the warehouse never heard of {self.no}")
        await self.surprise(0.1)
        for line_no in tuple(self.lines):
            if line_no in self.lines:
                await self.fetch(self.lines[line_no])
            await self.surprise(0.15)
        if self.chance.random() < 0.65:
            await self.deliver()
        await self.surprise(0.4)
        if self.chance.random() < 0.25:
            await self.send_back()

    async def sign(self) -> None:
        """Register it (A1)."""
        body = {
            "contract_no": self.no,
            "store_code": "S02",
            "store_name": "南海店",
            "signed_on": (self.on - timedelta(days=20)).isoformat(),
            "customer": CUSTOMER,
            "promised_on": (civil_day(utc_now()) + timedelta(days=30)).isoformat(),
            "amount_due_fen": self.chance.choice([0, 10_000]),
            "lines": list(self.lines.values()),
            "at": self.at(-20),
        }
        told = await self.office.ask("liang.my", "/api/contracts", body, of=f"contract:{self.no}")
        assert told.accepted, told

    async def fetch(self, wanted: Json) -> None:
        """Goods of a line come in, by one door or another; mostly all of them."""
        quantity = wanted["quantity"] if self.chance.random() < 0.8 else self.chance.randint(1, 4)
        door = self.chance.choice([self.by_hand, self.by_file, self.by_slip, self.by_slip, self.from_stock])
        await door(wanted, quantity)

    async def by_hand(self, wanted: Json, quantity: int) -> None:
        """The warehouse received them (D2)."""
        body = {"line_no": wanted["line_no"], "sku": wanted["sku"], "quantity": quantity, "waybill": self.paper("YD")}
        await self.of_goods("mai.gh", "arrivals", {**body, "at": self.at(-9)})

    async def by_file(self, wanted: Json, quantity: int) -> None:
        """The company's logistics file says so (A2)."""
        on = self.on - timedelta(days=9)
        row = f"{self.no},{wanted['line_no']},{wanted['sku']},{quantity},{self.paper('YD')},德邦,已到仓,,{on},"
        await self.office.upload("he.jx", "/api/imports/logistics", f"{SHEET}\n{row}\n")

    async def by_slip(self, wanted: Json, quantity: int, reason: str = "purchase") -> None:
        """By an inbound slip: checked, sometimes with a damaged piece, and put away (D1, D2)."""
        slip_no = self.paper("RK")
        slip, of = f"/api/inbound/{slip_no}", f"inbound:{slip_no}"
        of_line = {"line_no": 1, "sku": wanted["sku"], "name": wanted["name"], "quantity": quantity}
        of_line |= {"contract_no": self.no, "contract_line_no": wanted["line_no"]}
        issued = {"slip_no": slip_no, "reason": reason, "source": "厂", "lines": [of_line], "at": self.at(-9)}
        await self.office.ask("su.kj", "/api/inbound", issued, of=of)
        broken = int(reason == "purchase" and self.chance.random() < 0.25)
        check: Json = {"line_no": 1, "counted": quantity}
        if broken:
            check["findings"] = [{"kind": "damage", "quantity": 1, "cause": "碰", "photos": [PHOTO]}]
        if reason != "purchase":
            check["returned"] = dict.fromkeys(("package_whole", "condition_good", "mark_present"), True)
        await self.office.ask("mai.gh", f"{slip}/check", {"lines": [check], "at": self.at(-9, 10)}, of=of)
        left = quantity - broken
        while left:
            part = self.chance.randint(1, left)
            body = {"line_no": 1, "quantity": part, "bin": self.chance.choice(BINS), "at": self.at(-9, 11)}
            await self.office.ask("mai.gh", f"{slip}/put-aways", body, of=of)
            left -= part
        if broken and self.chance.random() < 0.7:
            settled = {"exception_id": f"{slip_no}-1", "outcome": "accepted", "bin": "A-01-1", "for_contract": True}
            await self.office.ask("tan.zw", f"{slip}/settlements", settled, of=of)

    async def from_stock(self, wanted: Json, quantity: int) -> None:
        """Free stock is allocated (D8); when it has too few, the rest comes by hand."""
        asked = {"line_no": wanted["line_no"], "quantity": quantity, "at": self.at(-9)}
        told = await self.of_goods("tan.zw", "allocations", {**asked, "allocation_no": self.paper("DP")})
        if not told.accepted or self.chance.random() < 0.3:
            await self.by_hand(wanted, quantity)

    async def deliver(self) -> None:
        """Booked, planned, published, loaded, departed; delivered, refused in part, or not deliverable (B)."""
        job = f"/api/jobs/D-{self.no}"
        whole = await self.office.sees(f"/api/contracts/{self.no}", within=SOON, complete=True)
        if whole is None or await self.office.sees(job, within=A_WHILE) is None:
            return  # its goods never came together
        run = f"/api/runs/{self.on}/{self.crew}"
        place = {"on": str(self.on), "half": "am", "crew": self.crew, "at": self.at(-1, 15)}
        steps: tuple[Callable[[], Awaitable[bool]], ...] = (
            lambda: self.step("he.jx", f"{job}/booking", {"checklist": READY, "on": str(self.on), "at": self.at(-5)}),
            lambda: self.step("he.jx", f"{job}/slot", place),
            lambda: self.step("he.jx", f"/api/days/{self.on}/publish", {"at": self.at(-1, 16)}),
            lambda: self.load(run),
            lambda: self.step("tan.zw", f"{run}/list", {"at": self.at(0, 8, 50)}),
            lambda: self.depart(job, run),
        )
        for step in steps:
            if not await step():
                return
            await self.surprise(0.06)
        await self.end_delivery(job)

    async def step(self, person: str, path: str, body: Json) -> bool:
        """One step of a delivery; those who act on what they see wait until it can be seen."""
        for _ in range(4):
            if (await self.office.ask(person, path, body)).accepted:
                return True
            await asyncio.sleep(0.4)  # as a person does, who reloads the page and tries again
        return False

    async def load(self, run: str) -> bool:
        """Counted as the sheet says, once the sheet is there (B11)."""
        if await self.office.sees(run, within=A_WHILE) is None:
            return False
        sheet = await self.office.see(run)
        counted = [
            {
                "job_id": stop["job_id"],
                "lines": [{"line_no": one["line_no"], "quantity": one["quantity"]} for one in stop["lines"]],
            }
            for stop in sheet["stops"]
        ]
        signed = {"second": await self.office.signs("mai.gh"), "at": self.at(0, 8, 45)}
        if not await self.step("tan.zw", f"{run}/load", {"counted": counted, **signed}):
            return False
        if self.chance.random() < 0.3 and self.lines:
            await self.amend()  # at the very moment: the contract may not have heard of its loading yet (A6)
        return True

    async def depart(self, job: str, run: str) -> bool:
        """The vehicle leaves with what was loaded (B9)."""
        if await self.office.sees(run, within=A_WHILE, status="loaded") is None:
            return False
        gone = await self.step("tan.zw", f"{run}/depart", {"at": self.at(0, 8, 55)})
        return gone and await self.office.sees(job, within=A_WHILE, status="way") is not None

    async def end_delivery(self, job: str) -> None:
        """At the door."""
        what = self.chance.choice(["delivered", "delivered", "refused", "failed", "failed"])
        if what == "failed":
            await self.step("he.jx", f"{job}/consent", {"goods": "returned", "at": self.at(0, 11)})
            failed = {"cause": "客户不在家", "goods": "returned", "customer_reached": False, "at": self.at(0, 11, 30)}
            if await self.step("tan.zw", f"{job}/failure", failed):
                await self.receive_back()
            return
        ordered = (await self.office.see(job))["lines"]
        handed = {one["line_no"]: one["quantity"] for one in ordered}
        body: Json = {"signed_by": "马娜", "signature_ref": f"s-{self.no}", "taught_use": True, "at": self.at(0, 11)}
        if what == "refused":
            line_no = self.chance.choice(sorted(handed))
            pieces = self.chance.randint(1, handed[line_no])
            handed[line_no] -= pieces
            body["refused"] = [{"line_no": line_no, "quantity": pieces, "reason": "不要", "photos": [PHOTO]}]
        body["delivered"] = [{"line_no": line_no, "quantity": quantity} for line_no, quantity in handed.items()]
        if await self.step("tan.zw", f"{job}/delivery", body) and what == "refused":
            await self.receive_back()

    async def receive_back(self) -> None:
        """The warehouse receives and inspects what the crew brings back (D3)."""
        goods = f"/api/goods/{self.no}"

        async def look() -> bool:
            seen = await self.office.see(goods, "mai.gh")
            return bool(seen and seen["coming_back"])

        await eventually(look, f"what comes back to {self.no} is known in the warehouse")
        seen = await self.office.see(goods, "mai.gh")
        away = {line["line_no"]: line["issued"] - line["returned"] for line in seen["lines"]}
        for back in seen["coming_back"]:
            looks = dict.fromkeys(("package_whole", "condition_good", "mark_present"), True)
            there = {line["line_no"]: min(line["quantity"], away.get(line["line_no"], 0)) for line in back["lines"]}
            lines = [{"line_no": line_no, "good": good, **looks} for line_no, good in there.items() if good]
            if lines:
                await self.step("mai.gh", f"{goods}/returns", {"return_no": back["return_no"], "lines": lines})

    async def send_back(self) -> None:
        """The customer returns a piece, by a slip (D3); whether it ever left is not asked at the counter."""
        if self.lines:
            await self.by_slip(self.chance.choice(list(self.lines.values())), 1, reason="customer_return")

    # --- at any moment ------------------------------------------------------------------------------------------------

    async def surprise(self, likely: float) -> None:
        """Something that nobody planned."""
        if self.chance.random() >= likely or not self.lines:
            return
        self.surprises += 1
        deeds = [self.amend, self.amend, self.amend, self.cancel, self.break_one, self.break_one, self.let_go]
        await self.chance.choice([*deeds, self.more, self.more])()

    async def amend(self) -> None:
        """Other quantities, another line, one line less (A6)."""
        change: Json
        after = dict(self.lines)
        some = self.chance.choice(sorted(self.lines))
        match self.chance.choice(["quantity", "quantity", "add", "remove"]):
            case "quantity":
                after[some] = {**after[some], "quantity": self.chance.randint(1, 4)}
                change = {"change": [after[some]]}
            case "add":
                new = line(10 + self.surprises, self.chance.choice(SKUS), self.chance.randint(1, 2))
                after[new["line_no"]] = new
                change = {"add": [new]}
            case _:
                del after[some]
                change = {"remove": [some]}
        if (await self.of_contract("amendments", {"reason": "客户改单", **change})).accepted:
            self.lines = after

    async def cancel(self) -> None:
        """It is off (A6)."""
        await self.of_contract("cancellation", {"reason": "退房"})

    async def break_one(self) -> None:
        """A piece is damaged, in the warehouse or after it left (D4)."""
        found = self.chance.choice(["inbound", "loading", "loading", "delivery"])
        body = {"damage_id": self.paper("PS"), "line_no": self.chance.choice(sorted(self.lines)), "quantity": 1}
        await self.of_goods("mai.gh", "damages", {**body, "found": found})

    async def let_go(self) -> None:
        """What is too much becomes free stock (D9)."""
        body = {"release_no": self.paper("SF"), "line_no": self.chance.choice(sorted(self.lines)), "quantity": 1}
        await self.of_goods("tan.zw", "releases", {**body, "reason": "多出"})

    async def more(self) -> None:
        """More pieces come, wanted or not."""
        await self.fetch(self.chance.choice(list(self.lines.values())))
