"""The engines that are held to the port."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from rexian.channels.voice.port import Side
from tests.channels.voice.conformance.rig import Person, Rig
from tests.channels.voice.conformance.rig_asterisk import AsteriskRig
from tests.channels.voice.conformance.rig_browsers import BrowsersRig
from tests.channels.voice.conformance.rig_embedded import EmbeddedRig

RIGS: dict[str, type[Rig]] = {"embedded": EmbeddedRig, "asterisk": AsteriskRig, "browsers": BrowsersRig}
"""`browsers`: Asterisk with agents' browsers. Slow: with SIP phones it is the same engine."""

_MARKS = {"browsers": (pytest.mark.browser, pytest.mark.slow)}
_PARAMS = [pytest.param(name, marks=_MARKS.get(name, ())) for name in sorted(RIGS)]
_numbers = itertools.count(1)
Bring = Callable[..., Awaitable[Person]]


@pytest.fixture(scope="module", params=_PARAMS)
async def _standing(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    rig = RIGS[request.param]()
    await rig.set_up()
    yield rig
    await rig.tear_down()


@pytest.fixture
async def rig(_standing: Rig, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """An engine that is up. A test marked `needs("x")` is skipped where the engine can't do x. Its legs end with it."""
    for mark in request.node.iter_markers("needs"):
        for word in sorted(set(mark.args) - _standing.can):
            pytest.skip(f"{request.node.callspec.params['_standing']}: {_standing.limits[word]}")
    yield _standing
    inventory = await _standing.engine.inventory()
    for bridge in inventory.bridges:
        await _standing.engine.destroy_bridge(bridge.id)
    for leg in inventory.legs:
        await _standing.engine.hang_up(leg.id)
    await _standing.part()


@pytest.fixture
def bring(rig: Rig) -> Bring:
    """Bring a person: `await bring("agent", 440)`."""

    async def bring_one(side: Side = "customer", hz: int = 0, tag: str = "") -> Person:
        return await rig.person(f"leg-{next(_numbers)}", side, hz, tag)

    return bring_one


@pytest.fixture
async def bridge(rig: Rig) -> str:
    """An empty bridge."""
    name = f"bridge-{next(_numbers)}"
    await rig.engine.create_bridge(name)
    return name


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Make an id that no test had before."""
    return lambda kind: f"{kind}-{next(_numbers)}"
