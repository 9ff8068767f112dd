"""A real Asterisk for tests: in its chroot (`tools/setup-asterisk`), on loopback,
with the configuration that we generate."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rexian.channels.voice.asterisk.config import files
from rexian.channels.voice.asterisk.plan import Plan, plan_of
from rexian.kit.settings import Settings

CHROOT = Path(os.environ.get("REXIAN_TEST_ASTERISK", "/var/cache/rexian/asterisk-chroot"))
SECRET = "a secret of the tests that is long enough"

FOLDERS = """[directories]
astetcdir => {run}/etc
astmoddir => /usr/lib/x86_64-linux-gnu/asterisk/modules
astvarlibdir => /var/lib/asterisk
astdbdir => {run}
astkeydir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astspooldir => {run}/spool
astrundir => {run}
astlogdir => {run}/log

[options]
systemname = {name}
"""
MODULES = """[modules]
autoload=yes
""" + "".join(
    f"noload={name}.so\n"
    for name in (
        "cdr_pgsql", "cdr_custom", "cdr_csv", "cel_custom", "cel_pgsql", "res_config_pgsql", "res_config_ldap",
        "chan_iax2", "chan_dahdi", "chan_unistim", "res_snmp", "pbx_dundi", "pbx_ael", "pbx_lua", "app_voicemail",
        "app_queue", "res_phoneprov", "res_calendar", "res_xmpp", "chan_motif", "res_fax", "res_stun_monitor",
        "res_hep", "res_smdi", "app_minivm", "res_config_odbc", "cdr_odbc", "res_odbc", "res_ari_mailboxes",
        "res_pjsip_phoneprov_provider", "chan_console", "chan_alsa", "res_parking", "app_confbridge",
    )
)  # fmt: skip


AGENTS = """[agents]
type=endpoint
context=rexian-phones
aors=agents
disallow=all
allow=ulaw
direct_media=no
media_address=127.0.0.1
bind_rtp_to_media_address=yes

[agents]
type=aor
contact=sip:agents@127.0.0.1:{port}
"""
"""A phone that need not register: sipp plays all agents at one port."""
DESKS = """
[s{n}]
type=endpoint
context=rexian-phones
aors=s{n}
disallow=all
allow=ulaw
direct_media=no
media_address=127.0.0.1
bind_rtp_to_media_address=yes

[s{n}]
type=aor
contact=sip:s{n}@127.0.0.1:{port}
"""


without_kamailio = pytest.mark.skipif(
    not shutil.which("kamailio") and not os.environ.get("CI"), reason="no kamailio: tools/setup-asterisk kamailio"
)


def missing() -> str:
    """Say why no Asterisk can be run here; empty when it can."""
    if os.geteuid() != 0:
        return "not root: a chroot needs it"
    if not (CHROOT / "usr/sbin/asterisk").exists():
        return "no Asterisk here: run tools/setup-asterisk"
    return ""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tune(path: Path) -> None:
    """Two notes, ten seconds."""
    t = np.arange(80_000) / 8_000
    path.write_bytes((6_000 * (np.sin(2 * np.pi * 523 * t) + np.sin(2 * np.pi * 659 * t))).astype("<i2").tobytes())


def _certify(folder: Path) -> None:
    """A certificate for loopback that its own key has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rexian-test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, unsealed = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unsealed))


class Exchange:
    """One Asterisk. `plan` is what the engine is made with; `phones` are names that may register; `desks`: so many
    phones s0, s1 … that need not, all played by one sipp; `wss`: browsers come in over TLS, with a
    certificate that nobody knows, else over plain sockets. `host`, `http`, `sip`: where it listens, when it is one of
    several; `agents`: where their sipp is; `front`: where Kamailio is, before them; `without`: modules that it doesn't
    load."""

    def __init__(
        self,
        *,
        phones: tuple[str, ...] = ("1001", "1002", "1003", "web1:web"),
        peer: int = 0,
        n: int = 1,
        desks: int = 0,
        wss: bool = False,
        host: str = "127.0.0.1",
        http: int = 0,
        sip: int = 0,
        agents: int = 0,
        front: str = "",
        without: tuple[str, ...] = (),
    ) -> None:
        if reason := missing():
            if os.environ.get("CI"):
                raise RuntimeError(f"the telephone tests can't run: {reason}")
            pytest.skip(reason)
        (CHROOT / "tmp").mkdir(exist_ok=True)
        self.run = Path(tempfile.mkdtemp(prefix="rexian-", dir=CHROOT / "tmp"))
        self.host, self._without = host, without
        self.agents = agents or free_port(socket.SOCK_DGRAM)
        self.desks = tuple(f"s{n}" for n in range(desks))
        self.http, self.sip = http or free_port(), sip or free_port(socket.SOCK_DGRAM)
        self.peer = peer or free_port(socket.SOCK_DGRAM)
        first = 20_000 + 4_000 * n
        self.settings = msgspec.structs.replace(
            Settings(), secret=SECRET, asterisk_urls=(f"http://{host}:{self.http}/ari",),
            asterisk_sip=f"{host}:{self.sip}", asterisk_front=front, asterisk_rtp_ports=f"{first}-{first + 3_998}",
            asterisk_trunks=(f"carrier=127.0.0.1:{self.peer}",), asterisk_phones=phones,
            asterisk_sounds=str(self.run / "sounds"), asterisk_sounds_there=f"{self.inside}/sounds",
            asterisk_music=f"{self.inside}/music", asterisk_fallback=("1003",),
        )  # fmt: skip
        if wss:
            self.settings = msgspec.structs.replace(
                self.settings, asterisk_certificate=f"{self.inside}/fullchain.pem",
                asterisk_certificate_key=f"{self.inside}/privkey.pem", asterisk_wss=f"127.0.0.1:{free_port()}",
            )  # fmt: skip
            _certify(self.run)
        self.plan: Plan = plan_of(self.settings)
        self.process: subprocess.Popen[bytes] | None = None
        self._write(f"rx{n}")

    @property
    def inside(self) -> str:
        """The run folder as Asterisk sees it."""
        return "/" + str(self.run.relative_to(CHROOT))

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.sip

    def _write(self, name: str) -> None:
        for folder in ("etc", "log", "spool/recording", "spool/monitor", "music", "sounds"):
            (self.run / folder).mkdir(parents=True)
        etc = self.run / "etc"
        for file, text in files(self.plan).items():
            (etc / file).write_text(text)
        (etc / "asterisk.conf").write_text(FOLDERS.format(run=self.inside, name=name))
        (etc / "modules.conf").write_text(MODULES + "".join(f"noload={name}.so\n" for name in self._without))
        (etc / "logger.conf").write_text("[general]\n[logfiles]\nmessages => notice,warning,error\n")
        (etc / "indications.conf").write_text("[general]\ncountry=cn\n[cn]\ndescription=China\nring=450/1000,0/4000\n")
        (etc / "pjsip_custom.conf").write_text(
            AGENTS.format(port=self.agents)
            + "".join(DESKS.format(n=n, port=self.agents) for n in range(len(self.desks)))
        )
        _tune(self.run / "music" / "tune.sln")

    def start(self) -> None:
        """Run it and wait until its REST interface answers."""
        command = ["chroot", str(CHROOT), "asterisk", "-f", "-C", f"{self.inside}/etc/asterisk.conf"]
        with (self.run / "output").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"Asterisk ended: {(self.run / 'output').read_text()[-2000:]}")
            if self.cli("core waitfullybooted").startswith("Asterisk has fully booted"):
                return
            time.sleep(0.2)
        raise RuntimeError("Asterisk does not get ready")

    def cli(self, command: str) -> str:
        found = subprocess.run(
            ["chroot", str(CHROOT), "asterisk", "-C", f"{self.inside}/etc/asterisk.conf", "-rx", command],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        return found.stdout.strip()

    def log(self) -> str:
        """What it warned of."""
        return (self.run / "log" / "messages").read_text(errors="replace")

    def kill(self, sign: int = signal.SIGKILL) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait(20)

    def close(self) -> None:
        self.kill()
        if os.environ.get("REXIAN_TEST_KEEP"):
            return
        shutil.rmtree(self.run, ignore_errors=True)
