"""The demo city at a real telephone exchange: staff with browsers as its phones (WSS), callers by telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import as_environment
from tests.channels.voice.asterisk.sip import SipPhone
from tests.city import City
from tests.e2e.office import YUNSHAN, Office
from tests.e2e.voice.ears import CUSTOMER
from tests.e2e.voice.floor import CHIEF, Floor, Microphones
from tests.e2e.voice.telephone import Telephone

if TYPE_CHECKING:
    from tests.e2e.conftest import Browsers

NUMBER = "+8657188880001"
PHONES = {"li": "w0", "wang@rexian.example": "w1", CHIEF[1]: "w2"}


class ExchangeFloor(Floor):
    """Customers call by telephone, staff as ever."""

    def __init__(self, browsers: Browsers, tones: Microphones, url: str, exchange: Exchange) -> None:
        super().__init__(browsers, tones, url)
        self._exchange = exchange
        self._telephones: list[SipPhone] = []

    async def customer(self) -> Telephone:
        phone = await SipPhone("+8613800000001", "", self._exchange.address, CUSTOMER).start()
        self._telephones.append(phone)
        return Telephone(phone, NUMBER)

    async def clear(self) -> None:
        for phone in self._telephones:
            await phone.hang_up()
            await phone.close()
        await super().clear()


@asynccontextmanager
async def city_at(exchange: Exchange) -> AsyncIterator[City]:
    """The demo's city that leads this exchange; its staff are hired and have their phones."""
    settings = msgspec.structs.replace(exchange.settings, voice_engine="asterisk")
    with TemporaryDirectory(prefix="rexian-e2e-") as folder:
        more = {"argon2_memory_kib": "1024", "log_level": "warning"}
        city = City(Path(folder) / "home")
        city.settings = as_environment(settings) | more
        city.start(120)
        yield city
        city.stop()


async def hire_and_connect(office: Office, staff: list[tuple[str, str, int, tuple[str, ...]]]) -> None:
    """Yunshan's number, and a browser as a phone for each."""
    for name, email, level, roles in staff:
        person_id = await office.hire(name, email, level, roles)
        await _give(office, person_id, PHONES[email])
    async with office.client("agent") as li:
        me = await li.get("/api/session")
        assert me.status_code == 200, me.text
    await _give(office, me.json()["person"]["id"], PHONES["li"])
    async with office.client() as admin:
        given = await admin.put(f"/api/numbers/{NUMBER}", json={"tenant_id": YUNSHAN})
        assert given.status_code == 200, given.text


async def _give(office: Office, person_id: str, phone: str) -> None:
    async with office.client() as admin:
        given = await admin.patch(
            f"/api/people/{person_id}", json={"phone": phone, "capacity": {"chat": 3, "voice": 1}}
        )
        assert given.status_code == 200, given.text
