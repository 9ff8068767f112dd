"""Asterisk's REST interface, typed: made by `tools/generate_ari.py` out of Asterisk's own description.

Structs are what it answers and tells; `Message` is the union of all that comes over the events socket. Each method of
`Ari` is one operation; parameters that are None are not sent.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec import Struct


def _q(part: object) -> str:
    return quote(str(part), safe="")


class Application(Struct, frozen=True, kw_only=True):
    name: str
    channel_ids: list[str]
    bridge_ids: list[str]
    endpoint_ids: list[str]
    device_names: list[str]
    events_allowed: list[dict[str, Any]]
    events_disallowed: list[dict[str, Any]]


class BuildInfo(Struct, frozen=True, kw_only=True):
    os: str
    kernel: str
    options: str
    machine: str
    date: str
    user: str


class SystemInfo(Struct, frozen=True, kw_only=True):
    version: str
    entity_id: str


class SetId(Struct, frozen=True, kw_only=True):
    user: str
    group: str


class ConfigInfo(Struct, frozen=True, kw_only=True):
    name: str
    default_language: str
    max_channels: int | None = None
    max_open_files: int | None = None
    max_load: float | None = None
    setid: SetId


class StatusInfo(Struct, frozen=True, kw_only=True):
    startup_time: str
    last_reload_time: str


class AsteriskInfo(Struct, frozen=True, kw_only=True):
    build: BuildInfo | None = None
    system: SystemInfo | None = None
    config: ConfigInfo | None = None
    status: StatusInfo | None = None


class AsteriskPing(Struct, frozen=True, kw_only=True):
    asterisk_id: str
    ping: str
    timestamp: str | None = None


class Module(Struct, frozen=True, kw_only=True):
    name: str
    description: str
    use_count: int
    status: str
    support_level: str


class LogChannel(Struct, frozen=True, kw_only=True):
    channel: str
    type: str
    status: str
    configuration: str


class Variable(Struct, frozen=True, kw_only=True):
    value: str


class Variables(Struct, frozen=True, kw_only=True):
    variables: dict[str, Any]


class ConfigTuple(Struct, frozen=True, kw_only=True):
    attribute: str
    value: str


class Bridge(Struct, frozen=True, kw_only=True):
    id: str
    technology: str
    bridge_type: str
    bridge_class: str
    creator: str
    name: str
    channels: list[str]
    video_mode: str | None = None
    video_source_id: str | None = None
    creationtime: str
    bridgevars: dict[str, Any] | None = None


class Dialed(Struct, frozen=True, kw_only=True):
    pass


class DialplanCEP(Struct, frozen=True, kw_only=True):
    context: str
    exten: str
    priority: int
    app_name: str
    app_data: str


class CallerID(Struct, frozen=True, kw_only=True):
    name: str
    number: str


class RTPstat(Struct, frozen=True, kw_only=True):
    txcount: int
    rxcount: int
    txjitter: float | None = None
    rxjitter: float | None = None
    remote_maxjitter: float | None = None
    remote_minjitter: float | None = None
    remote_normdevjitter: float | None = None
    remote_stdevjitter: float | None = None
    local_maxjitter: float | None = None
    local_minjitter: float | None = None
    local_normdevjitter: float | None = None
    local_stdevjitter: float | None = None
    txploss: int
    rxploss: int
    remote_maxrxploss: float | None = None
    remote_minrxploss: float | None = None
    remote_normdevrxploss: float | None = None
    remote_stdevrxploss: float | None = None
    local_maxrxploss: float | None = None
    local_minrxploss: float | None = None
    local_normdevrxploss: float | None = None
    local_stdevrxploss: float | None = None
    rtt: float | None = None
    maxrtt: float | None = None
    minrtt: float | None = None
    normdevrtt: float | None = None
    stdevrtt: float | None = None
    local_ssrc: int
    remote_ssrc: int
    txoctetcount: int
    rxoctetcount: int
    channel_uniqueid: str


class Channel(Struct, frozen=True, kw_only=True):
    id: str
    protocol_id: str
    name: str
    state: str
    caller: CallerID
    connected: CallerID
    accountcode: str
    dialplan: DialplanCEP
    creationtime: str
    language: str
    channelvars: dict[str, Any] | None = None
    caller_rdnis: str | None = None
    tenantid: str | None = None


class DeviceState(Struct, frozen=True, kw_only=True):
    name: str
    state: str


class Endpoint(Struct, frozen=True, kw_only=True):
    technology: str
    resource: str
    state: str | None = None
    channel_ids: list[str]


class TextMessage(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    from_: str
    to: str
    body: str
    variables: dict[str, Any] | None = None


class Message(Struct, frozen=True, kw_only=True, tag_field="type", tag="Message"):
    asterisk_id: str | None = None


class MissingParams(Message, frozen=True, kw_only=True, tag_field="type", tag="MissingParams"):
    params: list[str]


class Event(Message, frozen=True, kw_only=True, tag_field="type", tag="Event"):
    application: str | None = None
    timestamp: str | None = None


class ContactInfo(Struct, frozen=True, kw_only=True):
    uri: str
    contact_status: str
    aor: str
    roundtrip_usec: str | None = None


class Peer(Struct, frozen=True, kw_only=True):
    peer_status: str
    cause: str | None = None
    address: str | None = None
    port: str | None = None
    time: str | None = None


class DeviceStateChanged(Event, frozen=True, kw_only=True, tag_field="type", tag="DeviceStateChanged"):
    device_state: DeviceState


class PlaybackStarted(Event, frozen=True, kw_only=True, tag_field="type", tag="PlaybackStarted"):
    playback: Playback


class PlaybackContinuing(Event, frozen=True, kw_only=True, tag_field="type", tag="PlaybackContinuing"):
    playback: Playback


class PlaybackFinished(Event, frozen=True, kw_only=True, tag_field="type", tag="PlaybackFinished"):
    playback: Playback


class RecordingStarted(Event, frozen=True, kw_only=True, tag_field="type", tag="RecordingStarted"):
    recording: LiveRecording


class RecordingFinished(Event, frozen=True, kw_only=True, tag_field="type", tag="RecordingFinished"):
    recording: LiveRecording


class RecordingFailed(Event, frozen=True, kw_only=True, tag_field="type", tag="RecordingFailed"):
    recording: LiveRecording


class ApplicationMoveFailed(Event, frozen=True, kw_only=True, tag_field="type", tag="ApplicationMoveFailed"):
    channel: Channel
    destination: str
    args: list[str]


class ApplicationRegistered(Event, frozen=True, kw_only=True, tag_field="type", tag="ApplicationRegistered"):
    pass


class ApplicationUnregistered(Event, frozen=True, kw_only=True, tag_field="type", tag="ApplicationUnregistered"):
    pass


class ApplicationReplaced(Event, frozen=True, kw_only=True, tag_field="type", tag="ApplicationReplaced"):
    pass


class BridgeCreated(Event, frozen=True, kw_only=True, tag_field="type", tag="BridgeCreated"):
    bridge: Bridge


class BridgeDestroyed(Event, frozen=True, kw_only=True, tag_field="type", tag="BridgeDestroyed"):
    bridge: Bridge


class BridgeMerged(Event, frozen=True, kw_only=True, tag_field="type", tag="BridgeMerged"):
    bridge: Bridge
    bridge_from: Bridge


class BridgeVideoSourceChanged(Event, frozen=True, kw_only=True, tag_field="type", tag="BridgeVideoSourceChanged"):
    bridge: Bridge
    old_video_source_id: str | None = None


class BridgeBlindTransfer(Event, frozen=True, kw_only=True, tag_field="type", tag="BridgeBlindTransfer"):
    channel: Channel
    replace_channel: Channel | None = None
    transferee: Channel | None = None
    exten: str
    context: str
    result: str
    is_external: bool
    bridge: Bridge | None = None


class BridgeAttendedTransfer(Event, frozen=True, kw_only=True, tag_field="type", tag="BridgeAttendedTransfer"):
    transferer_first_leg: Channel
    transferer_second_leg: Channel
    replace_channel: Channel | None = None
    transferee: Channel | None = None
    transfer_target: Channel | None = None
    result: str
    is_external: bool
    transferer_first_leg_bridge: Bridge | None = None
    transferer_second_leg_bridge: Bridge | None = None
    destination_type: str
    destination_bridge: str | None = None
    destination_application: str | None = None
    destination_link_first_leg: Channel | None = None
    destination_link_second_leg: Channel | None = None
    destination_threeway_channel: Channel | None = None
    destination_threeway_bridge: Bridge | None = None


class ChannelCreated(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelCreated"):
    channel: Channel


class ChannelDestroyed(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelDestroyed"):
    cause: int
    cause_txt: str
    tech_cause: int | None = None
    channel: Channel


class ChannelEnteredBridge(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelEnteredBridge"):
    bridge: Bridge
    channel: Channel | None = None


class ChannelLeftBridge(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelLeftBridge"):
    bridge: Bridge
    channel: Channel


class ChannelStateChange(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelStateChange"):
    channel: Channel


class ChannelDtmfReceived(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelDtmfReceived"):
    digit: str
    duration_ms: int
    channel: Channel


class ChannelDialplan(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelDialplan"):
    channel: Channel
    dialplan_app: str
    dialplan_app_data: str


class ChannelCallerId(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelCallerId"):
    caller_presentation: int
    caller_presentation_txt: str
    channel: Channel


class ChannelUserevent(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelUserevent"):
    eventname: str
    channel: Channel | None = None
    bridge: Bridge | None = None
    endpoint: Endpoint | None = None
    userevent: dict[str, Any]


class ChannelHangupRequest(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelHangupRequest"):
    cause: int | None = None
    tech_cause: int | None = None
    soft: bool | None = None
    channel: Channel


class ChannelVarset(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelVarset"):
    variable: str
    value: str
    channel: Channel | None = None


class ChannelHold(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelHold"):
    channel: Channel
    musicclass: str | None = None


class ChannelUnhold(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelUnhold"):
    channel: Channel


class ChannelToneDetected(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelToneDetected"):
    channel: Channel


class ChannelTalkingStarted(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelTalkingStarted"):
    channel: Channel


class ChannelTalkingFinished(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelTalkingFinished"):
    channel: Channel
    duration: int


class ContactStatusChange(Event, frozen=True, kw_only=True, tag_field="type", tag="ContactStatusChange"):
    endpoint: Endpoint
    contact_info: ContactInfo


class PeerStatusChange(Event, frozen=True, kw_only=True, tag_field="type", tag="PeerStatusChange"):
    endpoint: Endpoint
    peer: Peer


class EndpointStateChange(Event, frozen=True, kw_only=True, tag_field="type", tag="EndpointStateChange"):
    endpoint: Endpoint


class Dial(Event, frozen=True, kw_only=True, tag_field="type", tag="Dial"):
    caller: Channel | None = None
    peer: Channel
    forward: str | None = None
    forwarded: Channel | None = None
    dialstring: str | None = None
    dialstatus: str


class StasisEnd(Event, frozen=True, kw_only=True, tag_field="type", tag="StasisEnd"):
    channel: Channel


class StasisStart(Event, frozen=True, kw_only=True, tag_field="type", tag="StasisStart"):
    args: list[str]
    channel: Channel
    replace_channel: Channel | None = None


class TextMessageReceived(Event, frozen=True, kw_only=True, tag_field="type", tag="TextMessageReceived"):
    message: TextMessage
    endpoint: Endpoint | None = None


class ChannelConnectedLine(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelConnectedLine"):
    channel: Channel


class ChannelTransfer(Event, frozen=True, kw_only=True, tag_field="type", tag="ChannelTransfer"):
    state: str | None = None
    refer_to: ReferTo
    referred_by: ReferredBy


class ReferTo(Struct, frozen=True, kw_only=True):
    requested_destination: RequiredDestination
    destination_channel: Channel | None = None
    connected_channel: Channel | None = None
    bridge: Bridge | None = None


class ReferredBy(Struct, frozen=True, kw_only=True):
    source_channel: Channel
    connected_channel: Channel | None = None
    bridge: Bridge | None = None


class RequiredDestination(Struct, frozen=True, kw_only=True):
    protocol_id: str | None = None
    destination: str | None = None
    additional_protocol_params: list[AdditionalParam] | None = None


class AdditionalParam(Struct, frozen=True, kw_only=True):
    parameter_name: str
    parameter_value: str


class RESTHeader(Struct, frozen=True, kw_only=True):
    name: str
    value: str


class RESTQueryStringParameter(Struct, frozen=True, kw_only=True):
    name: str
    value: str


class RESTRequest(Struct, frozen=True, kw_only=True):
    type: str
    transaction_id: str
    request_id: str
    method: str
    uri: str
    content_type: str | None = None
    query_strings: list[RESTQueryStringParameter] | None = None
    message_body: str | None = None


class RESTResponse(Event, frozen=True, kw_only=True, tag_field="type", tag="RESTResponse"):
    transaction_id: str
    request_id: str
    status_code: int
    reason_phrase: str
    uri: str
    content_type: str | None = None
    message_body: str | None = None


class CallBroadcast(Event, frozen=True, kw_only=True, tag_field="type", tag="CallBroadcast"):
    channel: Channel
    caller: str | None = None
    called: str | None = None


class CallClaimed(Event, frozen=True, kw_only=True, tag_field="type", tag="CallClaimed"):
    channel: Channel
    winner_app: str


class Mailbox(Struct, frozen=True, kw_only=True):
    name: str
    old_messages: int
    new_messages: int


class Playback(Struct, frozen=True, kw_only=True):
    id: str
    media_uri: str
    next_media_uri: str | None = None
    target_uri: str
    language: str | None = None
    state: str


class StoredRecording(Struct, frozen=True, kw_only=True):
    name: str
    format: str


class LiveRecording(Struct, frozen=True, kw_only=True):
    name: str
    format: str
    target_uri: str
    state: str
    duration: int | None = None
    talking_duration: int | None = None
    silence_duration: int | None = None
    cause: str | None = None


class FormatLangPair(Struct, frozen=True, kw_only=True):
    language: str
    format: str


class Sound(Struct, frozen=True, kw_only=True):
    id: str
    text: str | None = None
    formats: list[FormatLangPair]


AnyMessage = (
    ApplicationMoveFailed
    | ApplicationRegistered
    | ApplicationReplaced
    | ApplicationUnregistered
    | BridgeAttendedTransfer
    | BridgeBlindTransfer
    | BridgeCreated
    | BridgeDestroyed
    | BridgeMerged
    | BridgeVideoSourceChanged
    | CallBroadcast
    | CallClaimed
    | ChannelCallerId
    | ChannelConnectedLine
    | ChannelCreated
    | ChannelDestroyed
    | ChannelDialplan
    | ChannelDtmfReceived
    | ChannelEnteredBridge
    | ChannelHangupRequest
    | ChannelHold
    | ChannelLeftBridge
    | ChannelStateChange
    | ChannelTalkingFinished
    | ChannelTalkingStarted
    | ChannelToneDetected
    | ChannelTransfer
    | ChannelUnhold
    | ChannelUserevent
    | ChannelVarset
    | ContactStatusChange
    | DeviceStateChanged
    | Dial
    | EndpointStateChange
    | MissingParams
    | PeerStatusChange
    | PlaybackContinuing
    | PlaybackFinished
    | PlaybackStarted
    | RESTResponse
    | RecordingFailed
    | RecordingFinished
    | RecordingStarted
    | StasisEnd
    | StasisStart
    | TextMessageReceived
)


class Ari:
    """All operations. `ask` of a connection carries them."""

    async def ask(self, method: str, path: str, parameters: dict[str, Any], kind: Any) -> Any:
        """Do one request and return what it answers as `kind`."""
        raise NotImplementedError

    async def applications_list(self) -> list[Application]:
        answer: list[Application] = await self.ask("GET", "applications", {}, list[Application])
        return answer

    async def applications_get(self, application_name: str) -> Application:
        answer: Application = await self.ask("GET", f"applications/{_q(application_name)}", {}, Application)
        return answer

    async def applications_subscribe(self, application_name: str, event_source: list[str]) -> Application:
        answer: Application = await self.ask(
            "POST", f"applications/{_q(application_name)}/subscription", {"eventSource": event_source}, Application
        )
        return answer

    async def applications_unsubscribe(self, application_name: str, event_source: list[str]) -> Application:
        answer: Application = await self.ask(
            "DELETE", f"applications/{_q(application_name)}/subscription", {"eventSource": event_source}, Application
        )
        return answer

    async def applications_filter(self, application_name: str, *, filter: dict[str, Any] | None = None) -> Application:
        answer: Application = await self.ask(
            "PUT", f"applications/{_q(application_name)}/eventFilter", {"filter": filter}, Application
        )
        return answer

    async def asterisk_get_object(self, config_class: str, object_type: str, id: str) -> list[ConfigTuple]:
        answer: list[ConfigTuple] = await self.ask(
            "GET", f"asterisk/config/dynamic/{_q(config_class)}/{_q(object_type)}/{_q(id)}", {}, list[ConfigTuple]
        )
        return answer

    async def asterisk_update_object(
        self, config_class: str, object_type: str, id: str, *, fields: dict[str, Any] | None = None
    ) -> list[ConfigTuple]:
        answer: list[ConfigTuple] = await self.ask(
            "PUT",
            f"asterisk/config/dynamic/{_q(config_class)}/{_q(object_type)}/{_q(id)}",
            {"fields": fields},
            list[ConfigTuple],
        )
        return answer

    async def asterisk_delete_object(self, config_class: str, object_type: str, id: str) -> None:
        await self.ask("DELETE", f"asterisk/config/dynamic/{_q(config_class)}/{_q(object_type)}/{_q(id)}", {}, None)

    async def asterisk_get_info(self, *, only: list[str] | None = None) -> AsteriskInfo:
        answer: AsteriskInfo = await self.ask("GET", "asterisk/info", {"only": only}, AsteriskInfo)
        return answer

    async def asterisk_ping(self) -> AsteriskPing:
        answer: AsteriskPing = await self.ask("GET", "asterisk/ping", {}, AsteriskPing)
        return answer

    async def asterisk_list_modules(self) -> list[Module]:
        answer: list[Module] = await self.ask("GET", "asterisk/modules", {}, list[Module])
        return answer

    async def asterisk_get_module(self, module_name: str) -> Module:
        answer: Module = await self.ask("GET", f"asterisk/modules/{_q(module_name)}", {}, Module)
        return answer

    async def asterisk_load_module(self, module_name: str) -> None:
        await self.ask("POST", f"asterisk/modules/{_q(module_name)}", {}, None)

    async def asterisk_unload_module(self, module_name: str) -> None:
        await self.ask("DELETE", f"asterisk/modules/{_q(module_name)}", {}, None)

    async def asterisk_reload_module(self, module_name: str) -> None:
        await self.ask("PUT", f"asterisk/modules/{_q(module_name)}", {}, None)

    async def asterisk_list_log_channels(self) -> list[LogChannel]:
        answer: list[LogChannel] = await self.ask("GET", "asterisk/logging", {}, list[LogChannel])
        return answer

    async def asterisk_add_log(self, log_channel_name: str, configuration: str) -> None:
        await self.ask("POST", f"asterisk/logging/{_q(log_channel_name)}", {"configuration": configuration}, None)

    async def asterisk_delete_log(self, log_channel_name: str) -> None:
        await self.ask("DELETE", f"asterisk/logging/{_q(log_channel_name)}", {}, None)

    async def asterisk_rotate_log(self, log_channel_name: str) -> None:
        await self.ask("PUT", f"asterisk/logging/{_q(log_channel_name)}/rotate", {}, None)

    async def asterisk_get_global_var(self, variable: str) -> Variable:
        answer: Variable = await self.ask("GET", "asterisk/variable", {"variable": variable}, Variable)
        return answer

    async def asterisk_set_global_var(self, variable: str, *, value: str | None = None) -> None:
        await self.ask("POST", "asterisk/variable", {"variable": variable, "value": value}, None)

    async def bridges_list(self) -> list[Bridge]:
        answer: list[Bridge] = await self.ask("GET", "bridges", {}, list[Bridge])
        return answer

    async def bridges_create(
        self,
        *,
        type: str | None = None,
        bridge_id: str | None = None,
        name: str | None = None,
        variables: dict[str, Any] | None = None,
    ) -> Bridge:
        answer: Bridge = await self.ask(
            "POST", "bridges", {"type": type, "bridgeId": bridge_id, "name": name, "variables": variables}, Bridge
        )
        return answer

    async def bridges_create_with_id(
        self,
        bridge_id: str,
        *,
        type: str | None = None,
        name: str | None = None,
        variables: dict[str, Any] | None = None,
    ) -> Bridge:
        answer: Bridge = await self.ask(
            "POST", f"bridges/{_q(bridge_id)}", {"type": type, "name": name, "variables": variables}, Bridge
        )
        return answer

    async def bridges_get(self, bridge_id: str) -> Bridge:
        answer: Bridge = await self.ask("GET", f"bridges/{_q(bridge_id)}", {}, Bridge)
        return answer

    async def bridges_destroy(self, bridge_id: str) -> None:
        await self.ask("DELETE", f"bridges/{_q(bridge_id)}", {}, None)

    async def bridges_get_bridge_var(self, bridge_id: str, variable: str) -> Variable:
        answer: Variable = await self.ask("GET", f"bridges/{_q(bridge_id)}/variable", {"variable": variable}, Variable)
        return answer

    async def bridges_set_bridge_var(
        self, bridge_id: str, variable: str, *, value: str | None = None, report_events: bool | None = None
    ) -> None:
        await self.ask(
            "POST",
            f"bridges/{_q(bridge_id)}/variable",
            {"variable": variable, "value": value, "report_events": report_events},
            None,
        )

    async def bridges_get_bridge_vars(self, bridge_id: str, variables: list[str]) -> Variables:
        answer: Variables = await self.ask(
            "GET", f"bridges/{_q(bridge_id)}/variables", {"variables": variables}, Variables
        )
        return answer

    async def bridges_set_bridge_vars(self, bridge_id: str, variables: dict[str, Any]) -> None:
        await self.ask("POST", f"bridges/{_q(bridge_id)}/variables", {"variables": variables}, None)

    async def bridges_add_channel(
        self,
        bridge_id: str,
        channel: list[str],
        *,
        role: str | None = None,
        absorb_dtmf: bool | None = None,
        mute: bool | None = None,
        inhibit_connected_line_updates: bool | None = None,
    ) -> None:
        await self.ask(
            "POST",
            f"bridges/{_q(bridge_id)}/addChannel",
            {
                "channel": channel,
                "role": role,
                "absorbDTMF": absorb_dtmf,
                "mute": mute,
                "inhibitConnectedLineUpdates": inhibit_connected_line_updates,
            },
            None,
        )

    async def bridges_remove_channel(self, bridge_id: str, channel: list[str]) -> None:
        await self.ask("POST", f"bridges/{_q(bridge_id)}/removeChannel", {"channel": channel}, None)

    async def bridges_set_video_source(self, bridge_id: str, channel_id: str) -> None:
        await self.ask("POST", f"bridges/{_q(bridge_id)}/videoSource/{_q(channel_id)}", {}, None)

    async def bridges_clear_video_source(self, bridge_id: str) -> None:
        await self.ask("DELETE", f"bridges/{_q(bridge_id)}/videoSource", {}, None)

    async def bridges_start_moh(self, bridge_id: str, *, moh_class: str | None = None) -> None:
        await self.ask("POST", f"bridges/{_q(bridge_id)}/moh", {"mohClass": moh_class}, None)

    async def bridges_stop_moh(self, bridge_id: str) -> None:
        await self.ask("DELETE", f"bridges/{_q(bridge_id)}/moh", {}, None)

    async def bridges_play(
        self,
        bridge_id: str,
        media: list[str],
        *,
        announcer_format: str | None = None,
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
        playback_id: str | None = None,
    ) -> Playback:
        answer: Playback = await self.ask(
            "POST",
            f"bridges/{_q(bridge_id)}/play",
            {
                "media": media,
                "announcer_format": announcer_format,
                "lang": lang,
                "offsetms": offsetms,
                "skipms": skipms,
                "playbackId": playback_id,
            },
            Playback,
        )
        return answer

    async def bridges_play_with_id(
        self,
        bridge_id: str,
        playback_id: str,
        media: list[str],
        *,
        announcer_format: str | None = None,
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
    ) -> Playback:
        answer: Playback = await self.ask(
            "POST",
            f"bridges/{_q(bridge_id)}/play/{_q(playback_id)}",
            {
                "media": media,
                "announcer_format": announcer_format,
                "lang": lang,
                "offsetms": offsetms,
                "skipms": skipms,
            },
            Playback,
        )
        return answer

    async def bridges_record(
        self,
        bridge_id: str,
        name: str,
        format: str,
        *,
        recorder_format: str | None = None,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: str | None = None,
        beep: bool | None = None,
        terminate_on: str | None = None,
    ) -> LiveRecording:
        answer: LiveRecording = await self.ask(
            "POST",
            f"bridges/{_q(bridge_id)}/record",
            {
                "name": name,
                "format": format,
                "recorder_format": recorder_format,
                "maxDurationSeconds": max_duration_seconds,
                "maxSilenceSeconds": max_silence_seconds,
                "ifExists": if_exists,
                "beep": beep,
                "terminateOn": terminate_on,
            },
            LiveRecording,
        )
        return answer

    async def channels_list(self) -> list[Channel]:
        answer: list[Channel] = await self.ask("GET", "channels", {}, list[Channel])
        return answer

    async def channels_originate(
        self,
        endpoint: str,
        *,
        extension: str | None = None,
        context: str | None = None,
        priority: int | None = None,
        label: str | None = None,
        app: str | None = None,
        app_args: str | None = None,
        caller_id: str | None = None,
        timeout: int | None = None,
        variables: dict[str, Any] | None = None,
        channel_id: str | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
    ) -> Channel:
        answer: Channel = await self.ask(
            "POST",
            "channels",
            {
                "endpoint": endpoint,
                "extension": extension,
                "context": context,
                "priority": priority,
                "label": label,
                "app": app,
                "appArgs": app_args,
                "callerId": caller_id,
                "timeout": timeout,
                "variables": variables,
                "channelId": channel_id,
                "otherChannelId": other_channel_id,
                "originator": originator,
                "formats": formats,
            },
            Channel,
        )
        return answer

    async def channels_create(
        self,
        endpoint: str,
        app: str,
        *,
        app_args: str | None = None,
        channel_id: str | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
        variables: dict[str, Any] | None = None,
    ) -> Channel:
        answer: Channel = await self.ask(
            "POST",
            "channels/create",
            {
                "endpoint": endpoint,
                "app": app,
                "appArgs": app_args,
                "channelId": channel_id,
                "otherChannelId": other_channel_id,
                "originator": originator,
                "formats": formats,
                "variables": variables,
            },
            Channel,
        )
        return answer

    async def channels_get(self, channel_id: str) -> Channel:
        answer: Channel = await self.ask("GET", f"channels/{_q(channel_id)}", {}, Channel)
        return answer

    async def channels_originate_with_id(
        self,
        channel_id: str,
        endpoint: str,
        *,
        extension: str | None = None,
        context: str | None = None,
        priority: int | None = None,
        label: str | None = None,
        app: str | None = None,
        app_args: str | None = None,
        caller_id: str | None = None,
        timeout: int | None = None,
        variables: dict[str, Any] | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
    ) -> Channel:
        answer: Channel = await self.ask(
            "POST",
            f"channels/{_q(channel_id)}",
            {
                "endpoint": endpoint,
                "extension": extension,
                "context": context,
                "priority": priority,
                "label": label,
                "app": app,
                "appArgs": app_args,
                "callerId": caller_id,
                "timeout": timeout,
                "variables": variables,
                "otherChannelId": other_channel_id,
                "originator": originator,
                "formats": formats,
            },
            Channel,
        )
        return answer

    async def channels_hangup(
        self, channel_id: str, *, reason_code: str | None = None, reason: str | None = None
    ) -> None:
        await self.ask("DELETE", f"channels/{_q(channel_id)}", {"reason_code": reason_code, "reason": reason}, None)

    async def channels_continue_in_dialplan(
        self,
        channel_id: str,
        *,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
        label: str | None = None,
    ) -> None:
        await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/continue",
            {"context": context, "extension": extension, "priority": priority, "label": label},
            None,
        )

    async def channels_move(self, channel_id: str, app: str, *, app_args: str | None = None) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/move", {"app": app, "appArgs": app_args}, None)

    async def channels_redirect(self, channel_id: str, endpoint: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/redirect", {"endpoint": endpoint}, None)

    async def channels_answer(self, channel_id: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/answer", {}, None)

    async def channels_ring(self, channel_id: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/ring", {}, None)

    async def channels_ring_stop(self, channel_id: str) -> None:
        await self.ask("DELETE", f"channels/{_q(channel_id)}/ring", {}, None)

    async def channels_progress(self, channel_id: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/progress", {}, None)

    async def channels_send_dtmf(
        self,
        channel_id: str,
        *,
        dtmf: str | None = None,
        before: int | None = None,
        between: int | None = None,
        duration: int | None = None,
        after: int | None = None,
    ) -> None:
        await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/dtmf",
            {"dtmf": dtmf, "before": before, "between": between, "duration": duration, "after": after},
            None,
        )

    async def channels_mute(self, channel_id: str, *, direction: str | None = None) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/mute", {"direction": direction}, None)

    async def channels_unmute(self, channel_id: str, *, direction: str | None = None) -> None:
        await self.ask("DELETE", f"channels/{_q(channel_id)}/mute", {"direction": direction}, None)

    async def channels_hold(self, channel_id: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/hold", {}, None)

    async def channels_unhold(self, channel_id: str) -> None:
        await self.ask("DELETE", f"channels/{_q(channel_id)}/hold", {}, None)

    async def channels_start_moh(self, channel_id: str, *, moh_class: str | None = None) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/moh", {"mohClass": moh_class}, None)

    async def channels_stop_moh(self, channel_id: str) -> None:
        await self.ask("DELETE", f"channels/{_q(channel_id)}/moh", {}, None)

    async def channels_start_silence(self, channel_id: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/silence", {}, None)

    async def channels_stop_silence(self, channel_id: str) -> None:
        await self.ask("DELETE", f"channels/{_q(channel_id)}/silence", {}, None)

    async def channels_play(
        self,
        channel_id: str,
        media: list[str],
        *,
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
        playback_id: str | None = None,
    ) -> Playback:
        answer: Playback = await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/play",
            {"media": media, "lang": lang, "offsetms": offsetms, "skipms": skipms, "playbackId": playback_id},
            Playback,
        )
        return answer

    async def channels_play_with_id(
        self,
        channel_id: str,
        playback_id: str,
        media: list[str],
        *,
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
    ) -> Playback:
        answer: Playback = await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/play/{_q(playback_id)}",
            {"media": media, "lang": lang, "offsetms": offsetms, "skipms": skipms},
            Playback,
        )
        return answer

    async def channels_record(
        self,
        channel_id: str,
        name: str,
        format: str,
        *,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: str | None = None,
        beep: bool | None = None,
        terminate_on: str | None = None,
    ) -> LiveRecording:
        answer: LiveRecording = await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/record",
            {
                "name": name,
                "format": format,
                "maxDurationSeconds": max_duration_seconds,
                "maxSilenceSeconds": max_silence_seconds,
                "ifExists": if_exists,
                "beep": beep,
                "terminateOn": terminate_on,
            },
            LiveRecording,
        )
        return answer

    async def channels_get_channel_var(self, channel_id: str, variable: str) -> Variable:
        answer: Variable = await self.ask(
            "GET", f"channels/{_q(channel_id)}/variable", {"variable": variable}, Variable
        )
        return answer

    async def channels_set_channel_var(
        self, channel_id: str, variable: str, *, value: str | None = None, report_events: bool | None = None
    ) -> None:
        await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/variable",
            {"variable": variable, "value": value, "report_events": report_events},
            None,
        )

    async def channels_get_channel_vars(self, channel_id: str, variables: list[str]) -> Variables:
        answer: Variables = await self.ask(
            "GET", f"channels/{_q(channel_id)}/variables", {"variables": variables}, Variables
        )
        return answer

    async def channels_set_channel_vars(self, channel_id: str, variables: dict[str, Any]) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/variables", {"variables": variables}, None)

    async def channels_snoop_channel(
        self,
        channel_id: str,
        app: str,
        *,
        spy: str | None = None,
        whisper: str | None = None,
        app_args: str | None = None,
        snoop_id: str | None = None,
    ) -> Channel:
        answer: Channel = await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/snoop",
            {"spy": spy, "whisper": whisper, "app": app, "appArgs": app_args, "snoopId": snoop_id},
            Channel,
        )
        return answer

    async def channels_snoop_channel_with_id(
        self,
        channel_id: str,
        snoop_id: str,
        app: str,
        *,
        spy: str | None = None,
        whisper: str | None = None,
        app_args: str | None = None,
    ) -> Channel:
        answer: Channel = await self.ask(
            "POST",
            f"channels/{_q(channel_id)}/snoop/{_q(snoop_id)}",
            {"spy": spy, "whisper": whisper, "app": app, "appArgs": app_args},
            Channel,
        )
        return answer

    async def channels_dial(self, channel_id: str, *, caller: str | None = None, timeout: int | None = None) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/dial", {"caller": caller, "timeout": timeout}, None)

    async def channels_rtpstatistics(self, channel_id: str) -> RTPstat:
        answer: RTPstat = await self.ask("GET", f"channels/{_q(channel_id)}/rtp_statistics", {}, RTPstat)
        return answer

    async def channels_external_media(
        self,
        app: str,
        format: str,
        *,
        channel_id: str | None = None,
        variables: dict[str, Any] | None = None,
        external_host: str | None = None,
        encapsulation: str | None = None,
        transport: str | None = None,
        connection_type: str | None = None,
        direction: str | None = None,
        data: str | None = None,
        transport_data: str | None = None,
    ) -> Channel:
        answer: Channel = await self.ask(
            "POST",
            "channels/externalMedia",
            {
                "channelId": channel_id,
                "app": app,
                "variables": variables,
                "external_host": external_host,
                "encapsulation": encapsulation,
                "transport": transport,
                "connection_type": connection_type,
                "format": format,
                "direction": direction,
                "data": data,
                "transport_data": transport_data,
            },
            Channel,
        )
        return answer

    async def channels_transfer_progress(self, channel_id: str, states: str) -> None:
        await self.ask("POST", f"channels/{_q(channel_id)}/transfer_progress", {"states": states}, None)

    async def device_states_list(self) -> list[DeviceState]:
        answer: list[DeviceState] = await self.ask("GET", "deviceStates", {}, list[DeviceState])
        return answer

    async def device_states_get(self, device_name: str) -> DeviceState:
        answer: DeviceState = await self.ask("GET", f"deviceStates/{_q(device_name)}", {}, DeviceState)
        return answer

    async def device_states_update(self, device_name: str, device_state: str) -> None:
        await self.ask("PUT", f"deviceStates/{_q(device_name)}", {"deviceState": device_state}, None)

    async def device_states_delete(self, device_name: str) -> None:
        await self.ask("DELETE", f"deviceStates/{_q(device_name)}", {}, None)

    async def endpoints_list(self) -> list[Endpoint]:
        answer: list[Endpoint] = await self.ask("GET", "endpoints", {}, list[Endpoint])
        return answer

    async def endpoints_send_message(
        self, to: str, from_: str, *, body: str | None = None, variables: dict[str, Any] | None = None
    ) -> None:
        await self.ask(
            "PUT", "endpoints/sendMessage", {"to": to, "from": from_, "body": body, "variables": variables}, None
        )

    async def endpoints_refer(
        self,
        to: str,
        from_: str,
        refer_to: str,
        *,
        to_self: bool | None = None,
        variables: dict[str, Any] | None = None,
    ) -> None:
        await self.ask(
            "POST",
            "endpoints/refer",
            {"to": to, "from": from_, "refer_to": refer_to, "to_self": to_self, "variables": variables},
            None,
        )

    async def endpoints_list_by_tech(self, tech: str) -> list[Endpoint]:
        answer: list[Endpoint] = await self.ask("GET", f"endpoints/{_q(tech)}", {}, list[Endpoint])
        return answer

    async def endpoints_get(self, tech: str, resource: str) -> Endpoint:
        answer: Endpoint = await self.ask("GET", f"endpoints/{_q(tech)}/{_q(resource)}", {}, Endpoint)
        return answer

    async def endpoints_send_message_to_endpoint(
        self, tech: str, resource: str, from_: str, *, body: str | None = None, variables: dict[str, Any] | None = None
    ) -> None:
        await self.ask(
            "PUT",
            f"endpoints/{_q(tech)}/{_q(resource)}/sendMessage",
            {"from": from_, "body": body, "variables": variables},
            None,
        )

    async def endpoints_refer_to_endpoint(
        self,
        tech: str,
        resource: str,
        from_: str,
        refer_to: str,
        *,
        to_self: bool | None = None,
        variables: dict[str, Any] | None = None,
    ) -> None:
        await self.ask(
            "POST",
            f"endpoints/{_q(tech)}/{_q(resource)}/refer",
            {"from": from_, "refer_to": refer_to, "to_self": to_self, "variables": variables},
            None,
        )

    async def events_user_event(
        self,
        event_name: str,
        application: str,
        *,
        source: list[str] | None = None,
        variables: dict[str, Any] | None = None,
    ) -> None:
        await self.ask(
            "POST",
            f"events/user/{_q(event_name)}",
            {"application": application, "source": source, "variables": variables},
            None,
        )

    async def events_claim_channel(self, channel_id: str, application: str) -> None:
        await self.ask("POST", "events/claim", {"channelId": channel_id, "application": application}, None)

    async def mailboxes_list(self) -> list[Mailbox]:
        answer: list[Mailbox] = await self.ask("GET", "mailboxes", {}, list[Mailbox])
        return answer

    async def mailboxes_get(self, mailbox_name: str) -> Mailbox:
        answer: Mailbox = await self.ask("GET", f"mailboxes/{_q(mailbox_name)}", {}, Mailbox)
        return answer

    async def mailboxes_update(self, mailbox_name: str, old_messages: int, new_messages: int) -> None:
        await self.ask(
            "PUT", f"mailboxes/{_q(mailbox_name)}", {"oldMessages": old_messages, "newMessages": new_messages}, None
        )

    async def mailboxes_delete(self, mailbox_name: str) -> None:
        await self.ask("DELETE", f"mailboxes/{_q(mailbox_name)}", {}, None)

    async def playbacks_get(self, playback_id: str) -> Playback:
        answer: Playback = await self.ask("GET", f"playbacks/{_q(playback_id)}", {}, Playback)
        return answer

    async def playbacks_stop(self, playback_id: str) -> None:
        await self.ask("DELETE", f"playbacks/{_q(playback_id)}", {}, None)

    async def playbacks_control(self, playback_id: str, operation: str) -> None:
        await self.ask("POST", f"playbacks/{_q(playback_id)}/control", {"operation": operation}, None)

    async def recordings_list_stored(self) -> list[StoredRecording]:
        answer: list[StoredRecording] = await self.ask("GET", "recordings/stored", {}, list[StoredRecording])
        return answer

    async def recordings_get_stored(self, recording_name: str) -> StoredRecording:
        answer: StoredRecording = await self.ask("GET", f"recordings/stored/{_q(recording_name)}", {}, StoredRecording)
        return answer

    async def recordings_delete_stored(self, recording_name: str) -> None:
        await self.ask("DELETE", f"recordings/stored/{_q(recording_name)}", {}, None)

    async def recordings_get_stored_file(self, recording_name: str) -> bytes:
        answer: bytes = await self.ask("GET", f"recordings/stored/{_q(recording_name)}/file", {}, bytes)
        return answer

    async def recordings_copy_stored(self, recording_name: str, destination_recording_name: str) -> StoredRecording:
        answer: StoredRecording = await self.ask(
            "POST",
            f"recordings/stored/{_q(recording_name)}/copy",
            {"destinationRecordingName": destination_recording_name},
            StoredRecording,
        )
        return answer

    async def recordings_get_live(self, recording_name: str) -> LiveRecording:
        answer: LiveRecording = await self.ask("GET", f"recordings/live/{_q(recording_name)}", {}, LiveRecording)
        return answer

    async def recordings_cancel(self, recording_name: str) -> None:
        await self.ask("DELETE", f"recordings/live/{_q(recording_name)}", {}, None)

    async def recordings_stop(self, recording_name: str) -> None:
        await self.ask("POST", f"recordings/live/{_q(recording_name)}/stop", {}, None)

    async def recordings_pause(self, recording_name: str) -> None:
        await self.ask("POST", f"recordings/live/{_q(recording_name)}/pause", {}, None)

    async def recordings_unpause(self, recording_name: str) -> None:
        await self.ask("DELETE", f"recordings/live/{_q(recording_name)}/pause", {}, None)

    async def recordings_mute(self, recording_name: str) -> None:
        await self.ask("POST", f"recordings/live/{_q(recording_name)}/mute", {}, None)

    async def recordings_unmute(self, recording_name: str) -> None:
        await self.ask("DELETE", f"recordings/live/{_q(recording_name)}/mute", {}, None)

    async def sounds_list(self, *, lang: str | None = None, format: str | None = None) -> list[Sound]:
        answer: list[Sound] = await self.ask("GET", "sounds", {"lang": lang, "format": format}, list[Sound])
        return answer

    async def sounds_get(self, sound_id: str) -> Sound:
        answer: Sound = await self.ask("GET", f"sounds/{_q(sound_id)}", {}, Sound)
        return answer
