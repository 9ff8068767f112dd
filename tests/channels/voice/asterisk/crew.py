"""A crew of agents whose phones are all played by one sipp."""

from __future__ import annotations

from pathlib import Path

from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.kit.ids import new_id
from tests.channels.voice.asterisk.product import Product
from tests.channels.voice.asterisk.sip import tone
from tests.served import AT, Desk

SCENARIO = Path(__file__).with_name("caller.xml")
BEFORE_KEY_MS = 1_500
KEY_1 = "/usr/share/sip-tester/dtmf_2833_1.pcap"


async def hire(product: Product) -> list[str]:
    """Agents for both companies, each with a phone of their own; the house learns of them at its next start."""
    city, ids = product.served.city, [new_id() for _ in product.exchange.desks]
    serves = [{"person_id": id, "tenant_id": tenant} for id in ids for tenant in (city.yunshan, city.jianglan)]
    people = [
        {"id": id, "tenant_id": city.yunshan, "name": f"坐席{n}", "email": f"a{n}@example.com", "level": 3,
         "email_key": f"a{n}@example.com", "locale": "zh-CN", "capacity": {"chat": 0, "voice": 1}, "active": True,
         "phone": f"s{n}", "created_at": AT} for n, id in enumerate(ids)
    ]  # fmt: skip
    async with product.served.house.db.system() as tx:
        await tx.execute(person.insert(), people)
        await tx.execute(person_serves.insert(), serves)
        roles = [{"person_id": id, "role": "agent", "tenant_id": city.yunshan} for id in ids]
        await tx.execute(role_grant.insert(), roles)
    return ids


async def work(desk: Desk) -> None:
    """Take what is offered, wrap up what has ended, for ever."""
    while True:
        await desk.until(lambda: desk.view("me", "offers") or _done(desk), 600)
        for offer in list(desk.view("me", "offers").values()):
            if not offer["proven"]:
                await desk.cmd("ProveOffer", offer_id=offer["id"])
                await desk.cmd("AcceptOffer", offer_id=offer["id"])
        for one in _done(desk):
            await desk.cmd("WrapUp", interaction_id=one["id"], disposition="resolved")


def _done(desk: Desk) -> list[dict[str, str]]:
    return [one for one in desk.view("me", "handlings").values() if one["state"] == "after_contact_work"]


def presser(folder: Path) -> Path:
    """A sipp scenario: a caller who presses 1 (RFC 4733) after a while, says nothing, and hangs up."""
    return _written(folder, f'play_pcap_audio="{KEY_1}"', BEFORE_KEY_MS)


def talker(folder: Path) -> Path:
    """A caller who speaks a tone all the time."""
    (folder / "tone.ulaw").write_bytes(tone(800))
    return _written(folder, f'rtp_stream="{folder}/tone.ulaw,-1,0,PCMU/8000"', 10, "rtpstream_audio_port")


def _written(folder: Path, act: str, after_ms: int, port: str = "auto_media_port") -> Path:
    text = SCENARIO.read_text().replace("PAUSE_MS", str(after_ms)).replace("ACT", act)
    (folder / "caller.xml").write_text(text.replace("MEDIA_PORT", port))
    return folder / "caller.xml"
