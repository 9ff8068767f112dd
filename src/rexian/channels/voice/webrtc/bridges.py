"""Bridges of the media process: which legs are together, in what roles, and what of it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from rexian.channels.voice.once import Once
from rexian.channels.voice.port import BridgeChanged, BridgeInfo, Gone, RecordingOrder, Role
from rexian.channels.voice.webrtc.leg import Leg
from rexian.channels.voice.webrtc.mixing.mixer import Mixer


class _Bridge(Struct):
    id: str
    legs: list[str]
    recording_id: str = ""
    paused: bool = False

    @property
    def info(self) -> BridgeInfo:
        return BridgeInfo(
            id=self.id, legs=tuple(self.legs), recording_id=self.recording_id, recording_paused=self.paused
        )


class Bridges:
    """The part of the core that puts legs together. Methods are named as in the port."""

    def __init__(self, mixer: Mixer) -> None:
        self.legs: dict[str, Leg] = {}
        self._mixer = mixer
        self._bridges: dict[str, _Bridge] = {}
        self._once = Once()
        """Playbacks, collections, keys and recordings that were begun, taps that ended."""

    def tell(self, kind: Callable[..., Any], **fields: Any) -> None:
        raise NotImplementedError

    def _leg(self, leg_id: str) -> Leg:
        leg = self.legs.get(leg_id)
        if leg is None:
            raise Gone(leg_id)
        return leg

    # -- bridges ---------------------------------------------------------------------------------------------------
    def create_bridge(self, bridge_id: str) -> None:
        if bridge_id not in self._bridges:
            self._mixer.create_bridge(bridge_id)
            self._bridges[bridge_id] = _Bridge(bridge_id, [])

    def _bridge(self, bridge_id: str) -> _Bridge:
        bridge = self._bridges.get(bridge_id)
        if bridge is None:
            raise Gone(bridge_id)
        return bridge

    def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        bridge, leg = self._bridge(bridge_id), self._leg(leg_id)
        if (leg.bridge_id, leg.role) == (bridge_id, role):
            return
        self._mixer.join(bridge_id, leg_id, role)
        if leg.bridge_id != bridge_id:
            self._out(leg)
            bridge.legs.append(leg_id)
            leg.bridge_id = bridge_id
            self._changed(bridge)
        leg.role = role

    def leave(self, leg_id: str) -> None:
        leg = self._leg(leg_id)
        self._mixer.leave(leg_id)
        self._out(leg)

    def _out(self, leg: Leg) -> None:
        """Forget a leg's place."""
        bridge = self._bridges.get(leg.bridge_id)
        leg.bridge_id, leg.role = "", "talk"
        if bridge is not None and leg.id in bridge.legs:
            bridge.legs.remove(leg.id)
            self._changed(bridge)

    def destroy_bridge(self, bridge_id: str) -> None:
        bridge = self._bridges.pop(bridge_id, None)
        if bridge is None:
            return
        for leg_id in bridge.legs:
            self.legs[leg_id].bridge_id, self.legs[leg_id].role = "", "talk"
        self._mixer.destroy_bridge(bridge_id)
        self.tell(BridgeChanged, bridge_id=bridge_id, legs=())

    def _changed(self, bridge: _Bridge) -> None:
        self.tell(BridgeChanged, bridge_id=bridge.id, legs=tuple(bridge.legs))

    # -- recordings ------------------------------------------------------------------------------------------------
    def record(self, bridge_id: str, order: RecordingOrder) -> None:
        bridge = self._bridge(bridge_id)
        if not self._once.first("record", order.id):
            return
        with self._once.unless_it_fails("record", order.id):
            self._mixer.record(bridge_id, order)
        bridge.recording_id, bridge.paused = order.id, False

    def pause_recording(self, recording_id: str, paused: bool) -> None:
        bridge = next((each for each in self._bridges.values() if each.recording_id == recording_id), None)
        if bridge is None:
            raise Gone(recording_id)
        self._mixer.pause_recording(recording_id, paused)
        bridge.paused = paused

    def stop_recording(self, recording_id: str) -> None:
        self._mixer.stop_recording(recording_id)
