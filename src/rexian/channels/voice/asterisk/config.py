"""Asterisk's and Kamailio's configuration files, written from the settings (`rexian asterisk config`).

Each file says where it comes from. They contain passwords: whoever writes them keeps them from other eyes (mode 0640).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from rexian.channels.voice.asterisk.plan import APP, CHANNEL_VARIABLES, PhonePlan, Plan, Trunk

STAMP = "RX_CONFIG"
"""Global variable in which a node carries the mark of its configuration."""

NOTE = "; Written by `rexian asterisk config`. Change the settings and write it anew, or put your own into {own}.\n"


def files(plan: Plan) -> dict[str, str]:
    """Return file name → text of all configuration files; with several nodes those of each in a folder of its own."""
    in_front = {"kamailio.cfg": _kamailio(plan), "dispatcher.list": _dispatchers(plan)}
    if len(plan.urls) < 2:
        return node_files(plan, plan.urls[0] if plan.urls else "") | in_front
    several = [
        (f"{_folder(plan, url)}/{name}", text) for url in plan.urls for name, text in node_files(plan, url).items()
    ]
    return dict(several) | in_front


def node_files(plan: Plan, url: str) -> dict[str, str]:
    """File name → text for the Asterisk whose REST interface is at `url`."""
    ours = {
        "http": _http(plan, url),
        "ari": _ari(plan),
        "rtp": _rtp(plan),
        "pjsip": _pjsip(plan),
        "extensions": _extensions(plan),
        "musiconhold": _music(plan),
        "cdr": _section("general", "enable=no"),
    }
    if any(phone.web for phone in plan.phones):
        ours["sorcery"] = _sorcery()
    written = {f"{name}.conf": _framed(name, text) for name, text in ours.items()}
    return written | {"extensions.conf": _marked(written)}


def stamp(plan: Plan, url: str) -> str:
    """What `RX_CONFIG` says at a node that has loaded what the settings ask for now."""
    return node_files(plan, url)["extensions.conf"].partition(f"{STAMP}=")[2].partition("\n")[0]


def _marked(written: dict[str, str]) -> str:
    """The dialplan with a mark of all files, so that the doctor sees what a node has loaded."""
    mark = hashlib.sha256("".join(f"{name}\0{text}\0" for name, text in sorted(written.items())).encode()).hexdigest()
    return written["extensions.conf"].replace("\n", f"\n[globals]\n{STAMP}={mark[:16]}\n\n", 1)


def _folder(plan: Plan, url: str) -> str:
    alone = sum(host_of(one) == host_of(url) for one in plan.urls) == 1
    return host_of(url) if alone else f"{host_of(url)}-{urlsplit(url).port}"


def host_of(url: str) -> str:
    return urlsplit(url).hostname or "127.0.0.1"


def _framed(name: str, text: str) -> str:
    own = f"{name}_custom.conf"
    return f"{NOTE.format(own=own)}{text.rstrip()}\n\n#tryinclude {own}\n"


def _section(name: str, *rows: str) -> str:
    return "\n".join([f"[{name}]", *(row for row in rows if row), "", ""])


def _place(url: str) -> tuple[str, int, str]:
    parts = urlsplit(url or "http://127.0.0.1:8088/ari")
    return parts.hostname or "127.0.0.1", parts.port or 8088, parts.path.removesuffix("/ari").strip("/")


def _http(plan: Plan, url: str) -> str:
    host, port, prefix = _place(url)
    rows = ["enabled=yes", f"bindaddr={host}", f"bindport={port}", "sessionlimit=4000"]
    if prefix:
        rows.append(f"prefix={prefix}")
    if plan.certificate:
        key = [f"tlsprivatekey={plan.certificate_key}"] if plan.certificate_key else []
        rows += ["tlsenable=yes", f"tlsbindaddr={plan.wss}", f"tlscertfile={plan.certificate}", *key]
    return _section("general", *rows)


def _ari(plan: Plan) -> str:
    # 100 ms is the default after which a slow reader is cut off; a second bears a busy moment of our event loop.
    general = _section(
        "general", "enabled=yes", "pretty=no", "websocket_write_timeout=1000",
        f"channelvars={','.join(CHANNEL_VARIABLES)}",
    )  # fmt: skip
    return general + _section(plan.user, "type=user", f"password={plan.password}")


def _rtp(plan: Plan) -> str:
    first, last = plan.rtp
    return _section("general", f"rtpstart={first}", f"rtpend={last}", "strictrtp=yes", "icesupport=yes")


def _music(plan: Plan) -> str:
    return _section("default", "mode=files", f"directory={plan.music}", "sort=alpha")


# -- SIP -------------------------------------------------------------------------------------------------------------
def _pjsip(plan: Plan) -> str:
    parts = [*_transports(plan)]
    if plan.front:
        parts += _front(plan)
    for trunk in plan.trunks:
        parts += _trunk(plan, trunk)
    for phone in plan.phones:
        parts += _phone(plan, phone)
    return "".join(parts)


def _transports(plan: Plan) -> Iterator[str]:
    yield _section("global", "type=global", "user_agent=Rexian",
                   "endpoint_identifier_order=username,ip", "max_initial_qualify_time=4",
                   "unidentified_request_count=5", "unidentified_request_period=5")  # fmt: skip
    # Without limits a flood of calls makes Asterisk grow for good (measured: 990 MB); it answers 503 beyond them.
    yield _section("system", "type=system", "threadpool_initial_size=10", "threadpool_max_size=50")
    nat = []
    if plan.public_address:
        nat = [
            f"external_media_address={plan.public_address}", f"external_signaling_address={plan.public_address}",
            "local_net=10.0.0.0/8", "local_net=172.16.0.0/12", "local_net=192.168.0.0/16", "local_net=127.0.0.0/8",
        ]  # fmt: skip
    yield _section("transport-udp", "type=transport", "protocol=udp", f"bind={plan.sip}", *nat)
    yield _section("transport-tcp", "type=transport", "protocol=tcp", f"bind={plan.sip}", *nat)
    # Browsers come in by the HTTP server: by TLS, or plain from a web server in front that takes TLS off.
    yield _section("transport-ws", "type=transport", "protocol=ws", f"bind={plan.sip_host}", *nat)
    if plan.certificate:
        yield _section("transport-wss", "type=transport", "protocol=wss", f"bind={plan.sip_host}", *nat)


ORDER = "outgoing_call_offer_pref=local"
"""Calls out offer the codecs in the order of `allow`. In any other order the peer speaks another one than Asterisk
begins with; Asterisk turns to the peer's when its sound comes, and what was laid upon the talk before stays silent."""


def _media(plan: Plan, *codecs: str) -> list[str]:
    # A peer that is gone sends no sound: the channel is cleared after half a minute (a lost BYE).
    rows = ["disallow=all", f"allow={','.join(codecs)}", ORDER, "direct_media=no", "rtp_symmetric=yes",
            "rtp_timeout=30", "rtp_timeout_hold=300", "dtmf_mode=rfc4733", "timers=yes"]  # fmt: skip
    if plan.sip_host.startswith("127."):
        rows += [f"media_address={plan.sip_host}", "bind_rtp_to_media_address=yes"]
    return rows


def _front(plan: Plan) -> Iterator[str]:
    """Kamailio: whoever calls in does so through it."""
    yield _section("front", "type=endpoint", f"context={APP}-in", "aors=front", "trust_id_inbound=yes",
                   *_media(plan, "alaw", "ulaw"))  # fmt: skip
    yield _section("front", "type=aor", f"contact=sip:{plan.front}")
    yield _section("front", "type=identify", "endpoint=front", f"match={plan.front.rpartition(':')[0]}")


def _trunk(plan: Plan, trunk: Trunk) -> Iterator[str]:
    through = f"outbound_proxy=sip:{plan.front}\\;lr" if plan.front else ""
    contact = f"sip:{trunk.host}:{trunk.port}"
    yield _section(trunk.name, "type=endpoint", f"context={APP}-in", f"aors={trunk.name}", "trust_id_inbound=yes",
                   "send_pai=yes", "force_rport=yes", "rewrite_contact=yes",
                   f"outbound_auth={trunk.name}" if trunk.user else "",
                   f"from_user={trunk.user}" if trunk.user else "",
                   through, *_media(plan, "alaw", "ulaw"))  # fmt: skip
    yield _section(trunk.name, "type=aor", f"contact={contact}", "" if plan.front else "qualify_frequency=30")
    if not plan.front:
        yield _section(trunk.name, "type=identify", f"endpoint={trunk.name}", f"match={trunk.host}")
    if trunk.user:
        yield _section(trunk.name, "type=auth", "auth_type=userpass", f"username={trunk.user}",
                       f"password={trunk.password}")  # fmt: skip
        yield _section(trunk.name, "type=registration", f"outbound_auth={trunk.name}", f"server_uri={contact}",
                       f"client_uri=sip:{trunk.user}@{trunk.host}:{trunk.port}", f"contact_user={trunk.user}",
                       "retry_interval=20", "forbidden_retry_interval=300", "expiration=300")  # fmt: skip


WEB = ("webrtc=yes", "dtls_auto_generate_cert=yes")
"""A browser: DTLS-SRTP (RFC 5763) with a certificate that Asterisk makes for itself, ICE, one port for RTP and RTCP."""


def _phone(plan: Plan, phone: PhonePlan) -> Iterator[str]:
    # G.711 first: nobody converts Opus in a talk. Mu-law, as in recordings.
    codecs = ("ulaw", "alaw", "opus") if phone.web else ("alaw", "ulaw")
    auths = ",".join(plan.auths(phone.name)) if phone.web else phone.name
    yield _section(phone.name, "type=endpoint", f"context={APP}-phones", f"aors={phone.name}", f"auth={auths}",
                   *(WEB if phone.web else ("force_rport=yes", "rewrite_contact=yes")),
                   *_media(plan, *codecs))  # fmt: skip
    yield _section(phone.name, "type=aor", "max_contacts=1", "remove_existing=yes", "minimum_expiration=30",
                   "" if phone.web else "qualify_frequency=30")  # fmt: skip
    if not phone.web:
        yield _section(phone.name, "type=auth", "auth_type=userpass", f"username={phone.name}",
                       f"password={plan.phone_password(phone.name)}")  # fmt: skip


def _sorcery() -> str:
    # Browsers' passwords are put into memory by Rexian, hour by hour; all others are in pjsip.conf, as ever.
    return _section("res_pjsip", "auth=config,pjsip.conf,criteria=type=auth", "auth=memory")


# -- dialplan --------------------------------------------------------------------------------------------------------
DIALPLAN = """[{app}-in]
; Everything that comes in over a line goes to Rexian, and past it when Rexian is away.
exten => _[+*#0-9a-zA-Z]!,1,Set(RX_PAI=${{PJSIP_HEADER(read,P-Asserted-Identity)}})
 same => n,Stasis({app},in,${{EXTEN}})
 same => n,GotoIf($["${{STASISSTATUS}}" = "FAILED"]?{app}-away,s,1)
 same => n,Hangup()
; When a call ends Asterisk looks for h, which the pattern above would match: it would come in once more.
exten => h,1,Hangup()

[{app}-away]
; Rexian is away: these phones ring; nobody there: the line says busy, and the carrier may go elsewhere.
exten => s,1,NoOp(Rexian is away)
{ring} same => n,Congestion(5)

[{app}-phones]
; Phones call nobody by themselves: calls out are made, limited and noted by Rexian.
exten => _[+*#0-9a-zA-Z]!,1,Hangup(21)

[{app}-out]
; A call that was transferred out of the house.
exten => s,1,Dial(${{RX_TO}},60)
 same => n,Hangup()
"""


def _extensions(plan: Plan) -> str:
    ring = "&".join(f"PJSIP/{name}" for name in plan.fallback)
    return DIALPLAN.format(app=APP, ring=f" same => n,Dial({ring},40)\n" if ring else "")


# -- Kamailio, in front of several nodes -----------------------------------------------------------------------------
KAMAILIO = """#!KAMAILIO
# {note}
# Spreads calls over the Asterisk nodes of dispatcher.list; a node that does not answer OPTIONS gets none.
# A node that is drained (`rexian asterisk drain`) answers 503, and the call goes to the next one. What it knows of the
# nodes: kamcmd dispatcher.list
debug=2
log_stderror=no
children=4
auto_aliases=no
dns=no
rev_dns=no
listen=udp:{listen}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "sanity.so"
loadmodule "pike.so"
loadmodule "htable.so"
loadmodule "ratelimit.so"
loadmodule "dispatcher.so"
loadmodule "ctl.so"
modparam("tm", "fr_timer", 2000)
modparam("pike", "sampling_time_unit", 2)
modparam("pike", "reqs_density_per_unit", {density})
modparam("htable", "htable", "banned=>size=12;autoexpire=600;")
modparam("ratelimit", "timer_interval", 1)
modparam("ratelimit", "queue", "0:INVITE")
modparam("ratelimit", "pipe", "0:TAILDROP:{rate}")
modparam("ctl", "binrpc", "unix:/run/kamailio/kamailio_ctl")
modparam("dispatcher", "list_file", "/etc/kamailio/dispatcher.list")
modparam("dispatcher", "ds_ping_interval", 2)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_probing_threshold", 1)
modparam("dispatcher", "ds_inactive_threshold", 1)
modparam("dispatcher", "xavp_dst", "_dsdst_")
modparam("dispatcher", "flags", 2)
# What an Asterisk answers that lives. Not all of 4xx: nobody there counts as 408.
modparam("dispatcher", "ds_ping_reply_codes", "class=2;code=401;code=403;code=404;code=405")

request_route {{
  if ($sht(banned=>$si) != $null) {{ exit; }}
  if (!ds_is_from_list("1") && !pike_check_req()) {{ $sht(banned=>$si) = 1; exit; }}
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (!sanity_check("1511", "7")) {{ exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK") && t_check_trans()) {{ t_relay(); exit; }}
    sl_send_reply("404", "Not here"); exit;
  }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
  t_check_trans();
  if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
  if (!is_method("INVITE")) {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
  if (ds_is_from_list("1")) {{
    # A call out: the node has said to which line, and Route has brought it here.
    loose_route();
    record_route();
    t_relay(); exit;
  }}
  # More calls a second than the nodes can take up: told at once, before anybody is half connected.
  if (!rl_check()) {{ sl_send_reply("503", "Busy"); exit; }}
  record_route();
  if (!ds_select_dst("1", "4")) {{ sl_send_reply("503", "No engine"); exit; }}
  t_on_failure("ELSEWHERE");
  t_relay();
}}

failure_route[ELSEWHERE] {{
  if (t_is_canceled()) {{ exit; }}
  if (t_check_status("500|503|408") || t_branch_timeout()) {{
    if (ds_next_dst()) {{ t_on_failure("ELSEWHERE"); t_relay(); exit; }}
  }}
}}
"""


def _kamailio(plan: Plan) -> str:
    note = "Written by `rexian asterisk config`."
    rate = 25 * max(1, len(plan.urls))
    # A call is three requests and, of a lossy line, some more; who sends twice as much is no carrier.
    density = max(300, 2 * 2 * 4 * rate)
    listen = plan.front or f"{plan.sip_host if plan.sip_host != '0.0.0.0' else '127.0.0.1'}:{plan.sip_port + 20}"  # noqa: S104
    return KAMAILIO.format(note=note, listen=listen, rate=rate, density=density)


def _dispatchers(plan: Plan) -> str:
    rows = [f"1 sip:{host_of(url)}:{plan.sip_port} 0 0" for url in plan.urls]
    return "# group, address, flags, priority\n" + "\n".join(rows) + "\n"
