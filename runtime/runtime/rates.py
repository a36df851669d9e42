"""How often one may ask: by person, by address, by what is asked. Counts are of this process and forgotten with it.

The generic cell rate algorithm of throttled-py: a rate with a burst, and the exact time until the next one is allowed.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from throttled import Throttled
from throttled.rate_limiter.quota_parser import parse
from throttled.store import MemoryStore

from runtime.person import Person
from runtime.settings import Settings

REMEMBERED = 10_000
"""Persons or addresses that one rate remembers; the one that asked longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks: a person by cookie (a browser) or by a token in the header (a program); else an address alone."""

    address: str
    person: Person | None = None
    by_token: bool = False

    @property
    def key(self) -> str:
        """What the caller's requests are counted under."""
        return f"address:{self.address}" if self.person is None else f"person:{self.person.id}"


def network_of(host: str) -> str:
    """An address as it is counted: of IPv6 the /64, which one subscriber has to themselves."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return host


class Rate:
    """One rate, as settings write it: `1200/minute burst 300; 20/second`."""

    def __init__(self, text: str) -> None:
        self._parts = tuple(
            (quota, Throttled(using="gcra", quota=quota, store=MemoryStore(options={"MAX_SIZE": REMEMBERED})))
            for quota in parse(text)
        )

    def ask(self, key: str) -> float:
        """Count one more of `key`. Seconds until it may ask again; 0 when it may now."""
        for _, part in self._parts:
            if (asked := part.limit(key)).limited:
                return asked.state.retry_after
        return 0.0

    def look(self, key: str) -> float:
        """The same without counting it: until all but one of the burst are free again."""
        return max(
            max(0.0, part.peek(key).reset_after - (quota.burst - 1) * quota.emission_interval)
            for quota, part in self._parts
        )


class Rates:
    """The rates of all that is asked over HTTP."""

    def __init__(self, settings: Settings) -> None:
        self._address = Rate(settings.requests_per_address)
        self._stranger = Rate(settings.requests_per_stranger)
        self._wrong = Rate(settings.wrong_logins)
        self._person = _Kinds(settings.requests_per_person, settings.writes_per_person, settings.exports_per_person)
        self._token = _Kinds(settings.requests_per_program, settings.writes_per_program, settings.exports_per_program)

    def ask(self, origin: Origin, *, writes: bool, exports: bool) -> float:
        """Count a request. Seconds until the caller may ask again; 0 when they may now."""
        wait = self._address.ask(origin.address)
        if origin.person is None:
            return wait or self._stranger.ask(origin.address)
        kinds = self._token if origin.by_token else self._person
        return wait or kinds.ask(origin.person.id, writes=writes, exports=exports)

    def wrong(self, origin: Origin) -> float:
        """Count a wrong try of a secret. Seconds until the address may try again; 0 when this one was allowed."""
        return self._wrong.ask(origin.address)

    def tried_enough(self, origin: Origin) -> float:
        """Seconds until the address may try a secret; 0 when it may now."""
        return self._wrong.look(origin.address)


class _Kinds:
    def __init__(self, requests: str, writes: str, exports: str) -> None:
        self._requests, self._writes, self._exports = Rate(requests), Rate(writes), Rate(exports)

    def ask(self, key: str, *, writes: bool, exports: bool) -> float:
        return (
            self._requests.ask(key) or (writes and self._writes.ask(key)) or (exports and self._exports.ask(key)) or 0.0
        )


class AtOnce:
    """How many (requests, streams, bytes) are inside, in all and of each key."""

    def __init__(self, all_of_them: int, of_each: int) -> None:
        self._most, self._of_each = all_of_them, of_each
        self._inside: dict[str, int] = {}
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody can come in."""
        return self._count >= self._most

    def enter(self, key: str, many: int = 1) -> bool:
        """Come in, if there is room in all and for this key. Who came in must leave."""
        inside = self._inside.get(key, 0) + many
        if self._count + many > self._most or inside > self._of_each:
            return False
        self._inside[key] = inside
        self._count += many
        return True

    def leave(self, key: str, many: int = 1) -> None:
        """Go out."""
        self._count -= many
        self._inside[key] -= many
        if not self._inside[key]:
            del self._inside[key]
