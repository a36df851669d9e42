"""What goes on in the warehouse besides: goods are moved, set aside, settled and counted, while contracts live."""

import random
from typing import Any

from harness.contract_lives import A_WHILE, BINS, SKUS
from harness.office import Office

Json = dict[str, Any]


class Keeper:
    """Somebody in the warehouse, with a chance of his own."""

    def __init__(self, office: Office, seed: int, name: str) -> None:
        self.office = office
        self.chance = random.Random(f"{seed}/{name}")
        self.adjusted = 0

    async def stock_up(self, pieces: int) -> None:
        """Free stock of every sku, by a slip (D1)."""
        lines = [{"line_no": n, "sku": sku, "name": sku, "quantity": pieces} for n, sku in enumerate(SKUS, 1)]
        body = {"slip_no": "RK-FREE", "reason": "transfer", "source": "分仓", "lines": lines}
        of = "inbound:RK-FREE"
        assert (await self.office.ask("su.kj", "/api/inbound", body, of=of)).accepted
        counted = [{"line_no": one["line_no"], "counted": pieces} for one in lines]
        assert (await self.office.ask("mai.gh", "/api/inbound/RK-FREE/check", {"lines": counted}, of=of)).accepted
        for one in lines:
            put = {"line_no": one["line_no"], "quantity": pieces, "bin": self.chance.choice(BINS)}
            assert (await self.office.ask("mai.gh", "/api/inbound/RK-FREE/put-aways", put, of=of)).accepted

    async def lots(self, sku: str) -> list[Json]:
        """What lies where, as the page shows it."""
        seen = await self.office.see(f"/api/stock/{sku}", "mai.gh")
        return [] if seen is None else list(seen["lots"])

    async def handle(self) -> None:
        """One move of pieces that are seen to lie somewhere: to another bin, aside, or back (D2, D3, D6)."""
        sku = self.chance.choice(SKUS)
        lots = await self.lots(sku)
        if not lots:
            return
        lot = self.chance.choice(lots)
        body: Json = {"quantity": self.chance.randint(1, lot["quantity"]), "reason": "整理"}
        person = "mai.gh"
        if lot["pending"]:
            what, person = "settlements", "tan.zw"
            body |= {"outcome": self.chance.choice(["good", "good", "sent_back"]), "bin": lot["bin"]}
        elif lot["held_for"] is None and self.chance.random() < 0.3:
            what = "asides"
            body |= {"bin": lot["bin"]}
        else:
            what = "moves"
            others = [one for one in BINS if one != lot["bin"]]
            body |= {"from_bin": lot["bin"], "to_bin": self.chance.choice(others), "held_for": lot["held_for"]}
        await self.office.ask(person, f"/api/stock/{sku}/{what}", body, of=f"stock:main:{sku}")

    async def count(self) -> None:
        """A count of one sku: what the bins hold, sometimes a piece more or less; differences explained and approved,
        or given up when moves were told late (D7)."""
        sku = self.chance.choice(SKUS)
        opened = await self.office.ask("mai.gh", "/api/counts", {"kind": "cycle", "chosen": {"skus": [sku]}})
        if not opened.accepted or not opened.answer["body"]["counts"]:
            return
        count_no = opened.answer["body"]["counts"][0]
        path, of = f"/api/counts/{count_no}", f"count:{count_no}"
        sheet = await self.office.sees(path, "mai.gh", within=A_WHILE)
        for person in ("mai.gh", "su.kj"):  # the first count, and the recount of what differs
            open_ = [] if sheet is None else [x for x in sheet["lines"] if x["status"] in {"to_count", "recount"}]
            if not open_:
                break
            for one in open_:
                lies = sum(
                    lot["quantity"]
                    for lot in await self.lots(sku)
                    if lot["bin"] == one["bin"] and one["lot"] in (None, lot["lot"])
                )
                found = max(0, lies + self.chance.choice([0, 0, 0, -2, -1, 1, 2]))
                figure = {"sku": sku, "bin": one["bin"], "lot": one["lot"] or "", "quantity": found}
                await self.office.ask(person, f"{path}/figures", figure, of=of)
            for _ in range(3):
                if (await self.office.ask(person, f"{path}/comparison", of=of)).accepted:
                    break
            await self.office.sees(path, "mai.gh", within=1, to_count=0)
            sheet = await self.office.see(path, "mai.gh")
        for one in (await self.office.see(path, "mai.gh") or {"lines": ()})["lines"]:
            if one["status"] != "differs":
                continue
            named = {"sku": sku, "bin": one["bin"], "lot": one["lot"] or ""}
            await self.office.ask("mai.gh", f"{path}/explanations", {**named, "reason": "found"}, of=of)
            told = await self.office.ask("guan.yf", f"{path}/approvals", {**named, "note": "同意"}, of=of)
            self.adjusted += told.accepted
