"""The engine compiled with mypyc, built and installed as its users do, answers exactly as the pure one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rexian.engine import core
from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from tests.engine.randomly import Chance
from tests.engine.test_twin import COMMANDS, answer, compare

ROOT = Path(__file__).resolve().parents[2]
HISTORIES, SCRIPTED = range(300), range(20)
DRILL = ("drill", "festival", "--contacts", "20000", "--seed", "1", "--json", "--lang", "en")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def scripted() -> str:
    """A checksum over everything answered in some histories, each floor after it and the fold of its events."""
    digest = hashlib.sha256()
    for seed in SCRIPTED:
        chance, floor, again = Chance(seed), Floor(), Floor()
        for number in range(COMMANDS):
            for told in answer(floor, chance.envelope(floor, number)):
                digest.update(repr(told).encode())
                if isinstance(told, AnyEvent):
                    again.apply(told)
        assert again.checksum() == floor.checksum() == Floor.restore(floor.snapshot()).checksum()
        digest.update(floor.checksum().encode())
    return digest.hexdigest()


def against_the_twin() -> None:
    """What the subprocess does: its engine must be the compiled one."""
    assert not str(core.__file__).endswith(".py"), core.__file__
    for seed in HISTORIES:
        compare(seed, Counter())
    print(scripted())


def python(*arguments: str, path: Path = ROOT / "src", **more: str) -> str:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(path), str(ROOT))), **more}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2_000:]}\n{done.stderr[-8_000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled wheel, installed in a folder of its own."""
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if not (shutil.which("cc") and headers.exists()) and not os.environ.get("CI"):
        pytest.skip("no C compiler (cc) or no Python.h: tools/setup-test-machine installs both as root")
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("target")
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    python(*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), ".", HATCH_BUILD_HOOK_ENABLE_CUSTOM="1")
    python(*pip, "install", "--no-deps", "--target", str(target), *map(str, wheels.glob("*.whl")))
    return target


def test_nothing_compiled_stays_beside_the_sources(installed: Path) -> None:
    assert list((installed / "rexian").rglob("*.so"))
    assert not list((ROOT / "src").rglob("*.so"))


def test_agrees_with_the_twin_and_with_the_pure_engine(installed: Path) -> None:
    told = python("-c", "from tests.engine.test_compiled import against_the_twin as go; go()", path=installed)
    assert told.strip() == scripted()


def test_plays_the_same_festival(installed: Path) -> None:
    def festival(path: Path) -> dict[str, Any]:
        told = json.loads(python("-m", "rexian.cli", *DRILL, path=path).splitlines()[-1])
        for part, clock in ((told, "wall_s"), (told["result"], "wall_s"), (told["result"], "cpu_s")):
            assert part.pop(clock) > 0
        return told

    assert festival(installed) == festival(ROOT / "src")


def test_doctor_says_so(installed: Path, tmp_path: Path) -> None:
    program = (sys.executable, "-m", "rexian.cli", "--home", str(tmp_path / "new"), "doctor", "--json")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "LANG": "C.UTF-8"}
    told = subprocess.run(program, env=env, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert {found["code"]: found["state"] for found in map(json.loads, told.splitlines())}["engine"] == "compiled"
