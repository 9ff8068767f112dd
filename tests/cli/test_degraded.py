"""What `rexian serve` says of a part that doesn't work: the rest goes on, and the terminal is told once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest

from rexian.cli import serving
from rexian.cli.serving import Serving
from rexian.kit.settings import Settings
from rexian.kit.trouble import Trouble
from rexian.web.health import Part, Ready

OLD = Trouble("asterisk_old", {"node": "http://b/ari", "version": "20.1.0", "wanted": "22.4"})


class House(HTTPServer):
    """Answers `/readyz` as a server does whose parts are these."""

    parts: list[Part]


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, House)
        parts = self.server.parts
        body = json.dumps(msgspec.to_builtins(Ready(ready=True, parts=parts))).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def house() -> Iterator[House]:
    with House(("127.0.0.1", 0), Answer) as house:
        thread = threading.Thread(target=house.serve_forever, daemon=True)
        thread.start()
        yield house
        house.shutdown()
        thread.join()


@pytest.mark.parametrize(("language", "words"), [("en_GB.UTF-8", "is too old"), ("zh_CN.UTF-8", "版本太旧")])
async def test_the_start_says_what_does_not_work_in_the_language_of_the_terminal(
    house: House, language: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setattr(serving, "_BEGIN_S", 0)
    house.parts = [Part(name="database", ok=True), Part.beside("voice http://b/ari", OLD), Part.beside("voice", None)]
    await Serving(Settings(port=house.server_port))._say_degraded()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for word in ("voice http://b/ari", "20.1.0", "22.4", words):
        assert word in said


async def test_what_only_begins_is_not_complained_of(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    really = serving._degraded

    def then_well(url: str) -> dict[str, Trouble]:
        found = really(url)
        asked.append(url)
        house.parts = [Part.beside("voice", None)]
        return found

    monkeypatch.setattr(serving, "_degraded", then_well)
    house.parts = [Part.beside("voice", Trouble("engine_down"))]
    await Serving(Settings(port=house.server_port))._say_degraded()
    assert len(asked) == 2
    assert capsys.readouterr().err == ""
