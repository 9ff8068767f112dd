"""Settings: one documented structure, read from defaults, then a TOML file, then the environment (the last one wins).

The file is `$REXIAN_CONFIG`, else `rexian.toml` in the data folder; keys stand at its top level. In the environment
each field is `REXIAN_` + its name in capitals; lists are separated by commas.
"""

from __future__ import annotations

import difflib
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

SECRET = frozenset((
    "secret", "master_key", "master_keys_old", "voice_turn", "voice_turn_secret", "voice_tts_key", "asterisk_password",
    "asterisk_trunks",
))  # fmt: skip
"""Settings that are never shown."""


class SettingsError(Exception):
    """A setting can't be used. The message names it, says where it came from and how to mend it."""


def _about(group: str, description: str, **limits: Any) -> Meta:
    return Meta(description=description, extra={"group": group}, **limits)


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of a Rexian process."""

    home: Annotated[Path, _about("place", "Data folder: own PostgreSQL, uploaded files, the secret.")] = Path(
        "~/.local/share/rexian"
    )
    host: Annotated[str, _about("server", "Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, _about("server", "Port to listen on; 0 takes a free one.", ge=0, le=65535)] = 8420
    public_url: Annotated[
        str, _about("server", "Address under which browsers reach the server; empty: http://host:port.")
    ] = ""
    trusted_origins: Annotated[
        tuple[str, ...], _about("server", "Further origins (scheme://host[:port]) whose pages may call the API.")
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...], _about("server", "Addresses of reverse proxies whose X-Forwarded-For is believed.")
    ] = ()
    node: Annotated[str, _about("server", "Name of this node in logs and leases; empty: host and process.")] = ""
    database_url: Annotated[
        str,
        _about("database", "PostgreSQL 16 or later, postgresql://…; empty: a private one in the data folder."),
    ] = ""
    database_pool: Annotated[int, _about("database", "Connections kept open by the process.", ge=2, le=200)] = 10
    demo: Annotated[bool, _about("demo", "Demo city: no passwords, simulated people. Never in production.")] = False
    secret: Annotated[
        str,
        _about("security", "Key for signatures, at least 32 characters; empty: made once, kept in `<home>/secret`."),
    ] = ""
    master_key: Annotated[
        str,
        _about(
            "security",
            "Key that wraps the tenants' keys: 32 bytes in base64; empty: made once, kept in `<home>/master.key`.",
        ),
    ] = ""
    master_keys_old: Annotated[
        tuple[str, ...], _about("security", "Earlier master keys, until `rexian keys rotate --master` has run.")
    ] = ()
    master_key_command: Annotated[
        str,
        _about("security", "A command that wraps and unwraps in place of a master key (a key management service)."),
    ] = ""
    session_idle_s: Annotated[int, _about("security", "A session ends after so many idle seconds.", ge=60)] = 8 * 3600
    session_max_s: Annotated[int, _about("security", "A session ends after so many seconds in any case.", ge=60)] = (
        24 * 3600
    )
    argon2_memory_kib: Annotated[
        int, _about("security", "Memory for hashing one password (argon2id, 3 passes), in KiB.", ge=64, le=1_048_576)
    ] = 65_536
    sockets_per_address: Annotated[
        int, _about("limits", "Customers' chat sockets open at once from one address.", ge=1)
    ] = 200
    voice_calls_per_address: Annotated[
        int,
        _about(
            "limits",
            "Calls from web pages at once from one address (an office may share one); 0: no limit. Addresses of this "
            "very machine are never limited. Behind a proxy set `trusted_proxies`, or all customers share its address.",
            ge=0,
        ),
    ] = 10
    voice_phone: Annotated[
        str, _about("voice", "Telephone number shown to customers whose browser can't call; empty: none.")
    ] = ""
    voice_alarm_after_s: Annotated[
        int,
        _about(
            "voice", "An emergency that nobody takes for so many seconds alarms those who aren't at work; 0: never.",
            ge=0,
        ),
    ] = 20  # fmt: skip
    voice_alarm_numbers: Annotated[
        tuple[str, ...], _about("voice", "Telephones that are then called, where there are lines (Asterisk).")
    ] = ()
    agent_grace_s: Annotated[
        int, _about("limits", "An agent without any open page is made not ready after so many seconds.", ge=1)
    ] = 30
    max_upload_bytes: Annotated[int, _about("limits", "Largest file that may be sent, in bytes.", ge=1024)] = 20_000_000
    recordings_s3: Annotated[
        str,
        _about("recordings", "Keep recordings in an S3-compatible store: `bucket` or `bucket/prefix`; empty: on disk."),
    ] = ""
    recordings_s3_endpoint: Annotated[
        str, _about("recordings", "Address of an S3-compatible store that isn't Amazon's, https://….")
    ] = ""
    webhook_loopback: Annotated[
        bool, _about("security", "Webhooks may call this very machine, by plain http too: for demos and tests only.")
    ] = False
    floor_inbox: Annotated[
        int, _about("limits", "Commands that may wait for a floor before it answers 'overloaded'.", ge=16)
    ] = 20_000
    snapshot_events: Annotated[
        int, _about("runtime", "A floor writes a snapshot of itself after so many events.", ge=10)
    ] = 20_000
    asterisk_urls: Annotated[
        tuple[str, ...],
        _about("voice", "Asterisk nodes, http://host:8088/ari each; empty: no telephone lines, browsers only."),
    ] = ()
    asterisk_draining: Annotated[
        tuple[str, ...], _about("voice", "Those of asterisk_urls that get no new calls, before maintenance.")
    ] = ()
    asterisk_front: Annotated[
        str, _about("voice", "Where Kamailio listens in front of several nodes, `host:port`, seen from them.")
    ] = ""
    asterisk_user: Annotated[str, _about("voice", "Name under which Rexian signs in at Asterisk.")] = "rexian"
    asterisk_password: Annotated[
        str, _about("voice", "Password for that; empty: made from the secret, as `rexian asterisk config` writes it.")
    ] = ""
    asterisk_capacity: Annotated[int, _about("voice", "Legs that one Asterisk node may carry.", ge=2)] = 400
    asterisk_sounds: Annotated[
        str, _about("voice", "Folder in which Rexian puts prompts for Asterisk; empty: `<home>/asterisk-sounds`.")
    ] = ""
    asterisk_sounds_there: Annotated[
        str, _about("voice", "The same folder as Asterisk sees it (another machine, a container); empty: the same.")
    ] = ""
    asterisk_music: Annotated[str, _about("voice", "Folder of Asterisk's machine with music on hold.")] = (
        "/usr/share/asterisk/moh"
    )
    asterisk_sip: Annotated[str, _about("voice", "Address and port on which Asterisk takes SIP.")] = "0.0.0.0:5060"
    asterisk_public_address: Annotated[
        str, _about("voice", "Address under which carriers reach Asterisk's sound, when it sits behind NAT.")
    ] = ""
    asterisk_rtp_ports: Annotated[str, _about("voice", "UDP ports for sound, from-to.")] = "10000-19999"
    asterisk_certificate: Annotated[
        str, _about("voice", "PEM file on Asterisk's machine with certificate and key, for browsers' phones over WSS.")
    ] = ""
    asterisk_certificate_key: Annotated[
        str, _about("voice", "PEM file with the certificate's key, when it is not in asterisk_certificate.")
    ] = ""
    asterisk_wss: Annotated[
        str, _about("voice", "Address and port on which Asterisk takes browsers' phones, with asterisk_certificate.")
    ] = "0.0.0.0:8089"
    asterisk_socket: Annotated[
        str,
        _about("voice", "Where browsers' phones reach Asterisk, wss://host/ws; empty: at its first node."),
    ] = ""
    asterisk_trunks: Annotated[
        tuple[str, ...], _about("voice", "Lines: name=host:port, or name=user:password@host:port to register there.")
    ] = ()
    asterisk_phones: Annotated[
        tuple[str, ...], _about("voice", "Phones that may register; name:web for one in a browser.")
    ] = ()
    asterisk_fallback: Annotated[tuple[str, ...], _about("voice", "Phones that ring when Rexian itself is away.")] = ()
    asterisk_denied_numbers: Annotated[
        tuple[str, ...], _about("voice", "Beginnings of numbers that are never dialled (premium rates).")
    ] = (
        "+1900",  # not 1900 alone: Chinese mobile numbers begin so too
        "+86168",
        "168",
        "+979",
        "00979",
        "+4490",
        "+44871",
        "+44872",
        "+44873",
        "+882",
        "+883",
    )
    asterisk_outbound_at_once: Annotated[
        int, _about("voice", "Calls out over lines at the same time; the next is refused.", ge=0)
    ] = 60
    asterisk_outbound_minutes: Annotated[
        int, _about("voice", "Minutes of calls out over lines within 24 hours; then no further ones.", ge=0)
    ] = 6_000
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], _about("logs", "Least severity that is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["auto", "json", "pretty"], _about("logs", "Form of log lines; auto: pretty on a terminal, else JSON.")
    ] = "auto"
    voice_enabled: Annotated[bool, _about("voice", "Calls are possible at all.")] = True
    voice_engine: Annotated[
        Literal["embedded", "asterisk"],
        _about("voice", "What moves the sound: our own process for calls from browsers, or an Asterisk beside us."),
    ] = "embedded"
    voice_addresses: Annotated[
        tuple[str, ...],
        _about("voice", "IP addresses of this machine that browsers are offered for sound (UDP); empty: all it has."),
    ] = ()
    voice_stun: Annotated[
        str, _about("voice", "STUN server, `host:port`, when this machine is behind NAT; browsers are told it too.")
    ] = ""
    voice_turn: Annotated[
        tuple[str, ...],
        _about(
            "voice",
            "TURN for browsers that no UDP reaches: its addresses (with `voice_turn_secret`), or `turn:host:port`, "
            "user, password.",
        ),
    ] = ()
    voice_turn_secret: Annotated[
        str,
        _about(
            "voice",
            "The TURN server's own secret (coturn: `static-auth-secret`): pages get a name and password for two hours.",
        ),
    ] = ""
    voice_calls: Annotated[
        int, _about("voice", "Most legs (two make a call) at once; 0: as many as the machine is found to carry.", ge=0)
    ] = 0
    locale: Annotated[Literal["zh-CN", "en"], _about("language", "Language for people who have not chosen one.")] = (
        "zh-CN"
    )
    time_zone: Annotated[str, _about("language", "IANA time zone of a new tenant.")] = "Asia/Shanghai"

    # What callers hear: text-to-speech.
    voice_tts: Annotated[
        Literal["", "http", "command"],
        _about("voice", "Text-to-speech for prompts: a service over HTTP, a program, or none (shipped sounds)."),
    ] = ""
    voice_tts_url: Annotated[
        str, _about("voice", "Its address, OpenAI-compatible; /v1/audio/speech is added where it is missing.")
    ] = ""
    voice_tts_key: Annotated[str, _about("voice", "Its key, sent as a bearer token.")] = ""
    voice_tts_model: Annotated[str, _about("voice", "Its model.")] = "tts-1"
    voice_tts_command: Annotated[
        str, _about("voice", "The program: text on its input, WAV on its output; {voice} stands for the voice.")
    ] = ""
    voice_tts_voice_zh: Annotated[str, _about("voice", "Name of the Chinese voice.")] = "alloy"
    voice_tts_voice_en: Annotated[str, _about("voice", "Name of the English voice.")] = "alloy"

    @property
    def url(self) -> str:
        """Where browsers find the server, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def local_url(self) -> str:
        """The address under which this very server is reached from its own machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def recordings(self) -> Path:
        """Folder in which recordings are written, and kept unless `recordings_s3` says otherwise."""
        return self.home / "recordings"

    @property
    def files(self) -> Path:
        """Folder of uploaded files."""
        return self.home / "files"

    @property
    def prompts(self) -> Path:
        """Folder of sounds: those that were made, and tenants' own under `own`."""
        return self.home / "prompts"


_FIELDS: dict[str, Any] = {}


def _fields() -> dict[str, Any]:
    if not _FIELDS:
        hints = get_type_hints(Settings, include_extras=True)
        _FIELDS.update({field.name: hints[field.name] for field in msgspec.structs.fields(Settings)})
    return _FIELDS


def load_settings(env: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings; `overrides` win over everything (used by the command line). Raises `SettingsError`."""
    env = os.environ if env is None else env
    given = _from_environment(env)
    home = Path(overrides.get("home") or given.get("home") or Settings().home)
    merged = {**_from_file(env, home.expanduser()), **given, **{k: v for k, v in overrides.items() if v is not None}}
    checked = {name: _convert(name, value) for name, value in merged.items()}
    settings = Settings(**checked)
    settings = msgspec.structs.replace(settings, home=settings.home.expanduser().resolve())
    if settings.secret and len(settings.secret) < 32:
        raise SettingsError("secret: give at least 32 characters, or leave it empty and one is made for you")
    _check_turn(settings)
    return settings


def _check_turn(settings: Settings) -> None:
    if settings.voice_turn_secret:
        if not settings.voice_turn:
            raise SettingsError("voice_turn_secret: say in voice_turn where the TURN server is: turn:host:port")
        if strange := [one for one in settings.voice_turn if not one.startswith(("turn:", "turns:"))]:
            raise SettingsError(
                f"voice_turn: {strange[0]!r} is no address like turn:host:port; with voice_turn_secret it holds "
                "addresses only"
            )
    elif settings.voice_turn and len(settings.voice_turn) != 3:
        raise SettingsError(
            "voice_turn: give three values, separated by commas: turn:host:port, user, password; "
            "or addresses, and voice_turn_secret"
        )


def ensure_secret(settings: Settings) -> Settings:
    """Return settings with a secret, made and stored in the data folder (mode 0600) if none was given."""
    if settings.secret:
        return settings
    path = settings.home / "secret"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        secret = path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"home: the data folder {settings.home} can't be written ({error.strerror})") from error
    if len(secret) < 32:
        raise SettingsError(f"secret: {path} is damaged; delete it and start again (people must sign in anew)")
    return msgspec.structs.replace(settings, secret=secret)


def settings_reference() -> str:
    """Return the reference page of all settings in Markdown, grouped, with variable, type, default and meaning."""
    groups: dict[str, list[str]] = {}
    defaults = Settings()
    for name, hint in _fields().items():
        kind, meta = get_args(hint)[0], _meta(hint)
        value = getattr(defaults, name)
        row = (
            f"| `{name}` | `REXIAN_{name.upper()}` | {_kind_name(kind, meta)} | {_shown(value)} | {meta.description} |"
        )
        groups.setdefault((meta.extra or {})["group"], []).append(row)
    head = "| setting | environment | type | default | meaning |\n|---|---|---|---|---|"
    parts = [f"## {group.capitalize()}\n\n{head}\n" + "\n".join(rows) for group, rows in groups.items()]
    return "# Settings\n\n" + (__doc__ or "").strip() + "\n\n" + "\n\n".join(parts) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        value = ",".join(value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""


def _meta(hint: Any) -> Meta:
    return next(item for item in get_args(hint)[1:] if isinstance(item, Meta))


def _kind_name(kind: Any, meta: Meta) -> str:
    if get_origin(kind) is Literal:
        return " / ".join(f"`{choice}`" for choice in get_args(kind))
    name = {bool: "yes or no", int: "number", str: "text", Path: "path"}.get(kind, "list")
    bounds = [str(bound) for bound in (meta.ge, meta.le) if bound is not None]
    return f"{name} ({' to '.join(bounds) if len(bounds) == 2 else 'from ' + bounds[0]})" if bounds else name


def _unknown(name: str, where: str) -> SettingsError:
    close = difflib.get_close_matches(name, _fields(), n=1)
    hint = f"; did you mean {close[0]}?" if close else "; `rexian settings` lists all"
    return SettingsError(f"{name}: no such setting ({where}){hint}")


# Variables of the same family that are no settings of a process.
_NOT_SETTINGS = {"config"}


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in env.items():
        name = key.removeprefix("REXIAN_").lower()
        if not key.startswith("REXIAN_") or name in _NOT_SETTINGS or name.startswith("test_"):
            continue
        if name not in _fields():
            raise _unknown(name, f"environment variable {key}")
        if value != "":
            found[name] = value
    return found


def _from_file(env: Mapping[str, str], home: Path) -> dict[str, Any]:
    path = Path(env["REXIAN_CONFIG"]) if env.get("REXIAN_CONFIG") else home / "rexian.toml"
    if not path.is_file():
        if env.get("REXIAN_CONFIG"):
            raise SettingsError(f"REXIAN_CONFIG: there is no file {path}")
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML ({error})") from error
    for name in found:
        if name not in _fields():
            raise _unknown(name, str(path))
    return found


def _convert(name: str, value: Any) -> Any:
    hint = _fields()[name]
    kind = get_args(hint)[0]
    if isinstance(value, str):
        if get_origin(kind) is tuple:
            value = [part.strip() for part in value.split(",") if part.strip()]
        elif kind is bool:
            value = {"yes": "true", "no": "false", "on": "true", "off": "false"}.get(value.lower(), value.lower())
        elif kind is Path:
            return Path(value)
    elif isinstance(value, Path):
        return value
    try:
        return msgspec.convert(value, hint, strict=False)
    except msgspec.ValidationError as error:
        shown = "…" if name in SECRET or name == "database_url" else repr(value)
        raise SettingsError(f"{name}: {shown} can't be used: {error}") from error
