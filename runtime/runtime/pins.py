"""PINs: six figures or more that a person sets in a session of their own, and enters on another's device (B23).

Kept as passwords are (Argon2id), beside the accounts; never in a command, an event, a digest or a log. Tries are
counted with the person, in the database, for all processes at once: after five wrong ones in a row nobody can try for a
while, each time twice as long; and with whoever asks, by `wrong_pins`. A PIN that is locked or forgotten keeps nobody
from signing in a session of their own.
"""

import math
from datetime import datetime, timedelta
from itertools import pairwise

from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.identity.passwords import Hashing
from runtime.mongo import Collection, Database, Document, DuplicateKeyError
from runtime.rates import Rate
from runtime.second import LONGEST_PIN

COLLECTION = "pins"
SHORTEST_PIN = 6
TRIES = 5
"""Wrong ones in a row."""
LOCKED = timedelta(minutes=15)
LONGEST_LOCKED = timedelta(hours=24)

NOT_SET = Rejected(
    "pin_not_set",
    "B23",
    "对方还没有设 PIN：请其先在自己的登录里设好（头像旁“签认”页），或请其在自己的登录里签认。",
    "They have set no PIN yet: they do so in a session of their own (page of signatures), or sign there instead.",
)
WRONG = Rejected(
    "pin_wrong",
    "B23",
    "PIN 不对，没有签成；什么都没有改变。连错几次会锁一段时间。",
    "That is not their PIN, so nothing was signed or changed. Several wrong ones in a row lock it for a while.",
)
TRIVIAL = Rejected(
    "pin_trivial",
    "B23",
    f"PIN 要 {SHORTEST_PIN} 到 {LONGEST_PIN} 位数字，不能是同一个数字、连号或来回重复的几位。",
    f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} figures, and is no run, no repeat of one, two or three figures.",
)
OLD_WRONG = Rejected(
    "pin_old_wrong",
    "B23",
    "已经设过 PIN：要改，请填原来的 PIN；忘了请管理员清除。没有改变。",
    "A PIN is set: to change it give the old one; who forgot it has it cleared by an administrator. Nothing changed.",
)


def locked(seconds: float) -> Rejected:
    """Too many wrong tries: when they can go on."""
    minutes = max(1, math.ceil(seconds / 60))
    return Rejected(
        "pin_locked",
        "B23",
        f"PIN 输错太多次，{minutes} 分钟后再试；或请第二人在自己的登录里签认。",
        f"Too many wrong PINs: try again in {minutes} minutes, or they sign in a session of their own.",
        {"seconds": math.ceil(seconds)},
    )


def is_trivial(pin: str) -> bool:
    """Whether it is no PIN, or one that is tried first: one figure, a run, a few figures over and over."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        return True
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return True
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3))


class Pins:
    """Everybody's PIN."""

    def __init__(self, database: Database, wrong: str) -> None:
        self._collection: Collection = database[COLLECTION]
        self._wrong = Rate(wrong)
        self._hashing = Hashing()

    async def is_set(self, person: str) -> bool:
        """Whether they have one."""
        return await self._collection.find_one({"_id": person}, {"_id": 1}) is not None

    async def set(self, person: str, pin: str, old: str | None, device: str) -> Rejected | None:
        """Give somebody a PIN, who asks in a session of their own; to change it they tell the old one."""
        if is_trivial(pin):
            return TRIVIAL
        if await self.is_set(person):
            if old is None:
                return OLD_WRONG
            no = await self.check(person, old, device)
            if no is not None:
                return OLD_WRONG if no is WRONG else no
            await self._collection.update_one({"_id": person}, {"$set": await self._new(pin)})
            return None
        try:
            await self._collection.insert_one({"_id": person, **await self._new(pin)})
        except DuplicateKeyError:  # set from two pages at once: the first holds
            return OLD_WRONG
        return None

    async def forget(self, person: str) -> bool:
        """Take it away, where it was forgotten or seen. Whether there was one."""
        return bool((await self._collection.delete_one({"_id": person})).deleted_count)

    async def check(self, person: str, pin: str, device: str) -> Rejected | None:
        """Whether it is theirs. `device`: who asks, from where; their wrong tries count too. A try counts before it is
        looked at, so that many at once are no more tries."""
        wait = self._wrong.look(device)
        if wait:
            return locked(wait)
        now = utc_now()
        free = {"_id": person, "until": {"$lte": now}}
        tried: Document | None = await self._collection.find_one_and_update(
            free, {"$inc": {"tries": 1}}, return_document=True
        )
        if tried is None:
            known = await self._collection.find_one({"_id": person}, {"until": 1})
            return NOT_SET if known is None else locked((known["until"] - now).total_seconds())
        tries: int = tried["tries"]
        if tries > TRIES:
            return await self._lock(person, tried["locks"], now)
        if await self._hashing.is_right(tried["hash"], pin):
            await self._collection.update_one({"_id": person}, {"$set": {"tries": 0, "locks": 0}})
            return None
        self._wrong.ask(device)
        return WRONG if tries < TRIES else await self._lock(person, tried["locks"], now)

    async def _lock(self, person: str, locks: int, now: datetime) -> Rejected:
        """For a while, each time twice as long; of several at once one locks."""
        until = now + min(LOCKED * 2 ** min(locks, 8), LONGEST_LOCKED)
        free = {"_id": person, "until": {"$lte": now}}
        await self._collection.update_one(free, {"$set": {"until": until, "tries": 0, "locks": locks + 1}})
        return locked((until - now).total_seconds())

    async def _new(self, pin: str) -> dict[str, object]:
        return {"hash": await self._hashing.hash(pin), "set_at": utc_now(), "tries": 0, "locks": 0, "until": utc_now()}
