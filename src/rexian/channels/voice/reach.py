"""Tells the floors at whom no call can ring: they go on getting chats, and calls again once a microphone is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rexian.channels.voice.asking import SYSTEM, Asking
from rexian.channels.voice.devices import Phones
from rexian.engine import commands as engine
from rexian.kit.database import is_outage
from rexian.kit.ids import new_id
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Refused, Unavailable


class Reach:
    """What the pages say of their microphones, and whether the floors know. Only changes are told: another server may
    have other pages of the same person.
    """

    def __init__(self, phones: Phones, asking: Asking, mirrors: Callable[[], Iterable[Mirror]]) -> None:
        self._phones = phones
        self._asking = asking
        self._mirrors = mirrors
        self._said: dict[tuple[Mirror, str], bool] = {}
        self._asked: set[tuple[Mirror, str]] = set()

    def look(self) -> None:
        """Once a second, and when a page has spoken: what could not be told is told then."""
        for mirror in self._mirrors():
            if mirror.ready:
                self._look_at(mirror)

    def _look_at(self, mirror: Mirror) -> None:
        here = {device.person_id for device in self._phones.all()}
        cut = {agent.id for agent in mirror.floor.agents() if "voice" in agent.unreachable}
        for known in [one for one in self._said if one[0] is mirror and one[1] not in here | cut]:
            del self._said[known]
        for person_id in here | cut:
            agent, on = mirror.floor.agent(person_id), self._phones.reachable(person_id)
            place = (mirror, person_id)
            if agent is None or on is None or place in self._asked or self._said.get(place) == on:
                continue
            if on == (person_id not in cut):
                self._said[place] = on
                continue
            self._asked.add(place)
            self._asking.spawn(self._tell(mirror, person_id, on=on))

    async def _tell(self, mirror: Mirror, person_id: str, *, on: bool) -> None:
        command = engine.SetReach(agent_id=person_id, medium="voice", on=on)
        try:
            await mirror.port.submit(command, id=new_id(), by=SYSTEM)
            self._said[mirror, person_id] = on
        except (Refused, Unavailable):
            pass  # the next look tries again
        except Exception as error:
            if not is_outage(error):
                raise
        finally:
            self._asked.discard((mirror, person_id))
