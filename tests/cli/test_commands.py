"""The `rexian` command reads well and explains what is wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rexian.cli import main
from rexian.kit.postgres import PrivatePostgres


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=env)


def test_help_names_every_command_and_the_first_steps() -> None:
    done = run("--help")
    assert done.exit_code == 0
    for name in ("serve", "demo", "migrate", "doctor", "settings", "tenant", "user", "audit", "drill", "replay"):
        assert f"\n  {name} " in done.output
    assert "rexian demo" in done.output


def test_a_chinese_terminal_is_answered_in_chinese(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "rexian.cli", "--home", str(tmp_path / "new")]
    env = {"PATH": os.environ["PATH"], "LANG": "zh_CN.UTF-8"}
    told = subprocess.run([*program, "--help"], env=env, capture_output=True, check=True).stdout.decode()
    assert "总有真人接听的联络中心" in told
    found = subprocess.run([*program, "doctor"], env=env, capture_output=True, check=False).stdout.decode()
    assert "首次启动时会建立自带的 PostgreSQL" in found


@pytest.mark.parametrize(
    "command",
    [["tenant", "create"], ["user", "create"], ["audit", "verify"], ["demo"], ["serve"], ["drill"], ["replay"]],
)
def test_every_command_has_its_help(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert done.output.count("\n") > 4
    assert "cli." not in done.output, "a text is missing"


def test_settings_are_shown_without_the_secrets(tmp_path: Path) -> None:
    env = {
        "REXIAN_SECRET": "s" * 40,
        "REXIAN_DATABASE_URL": "postgresql://me:geheim@db.example/x",
        "REXIAN_PORT": "9001",
    }
    done = run("--home", tmp_path, "settings", env=env)
    assert done.exit_code == 0
    assert "port = 9001" in done.output
    assert "ssss" not in done.output
    assert "geheim" not in done.output


def test_the_reference_page_is_printed() -> None:
    assert run("settings", "--reference").output.startswith("# Settings\n")


def test_a_wrong_setting_ends_in_one_sentence(tmp_path: Path) -> None:
    done = run("--home", tmp_path, "serve", env={"REXIAN_PORT": "eighty"})
    assert done.exit_code == 2
    assert done.output.startswith("rexian: port: 'eighty'")
    assert "Traceback" not in done.output


def test_a_port_that_is_taken_is_said_before_anything_else_happens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--home", tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 2
    assert "can't be listened on" in done.output
    assert not (tmp_path / "pg").exists()


def test_a_database_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    done = run("--home", tmp_path, "audit", "verify", env={"REXIAN_DATABASE_URL": "postgresql://127.0.0.1:1/x"})
    assert done.exit_code == 2
    assert "the database can't be reached" in done.output


# -- doctor ----------------------------------------------------------------------------------------------------------
def findings(done: Result) -> dict[str, dict[str, str]]:
    return {found["code"]: found for found in map(json.loads, done.stdout.splitlines())}


def test_a_fresh_machine_is_well(tmp_path: Path) -> None:
    found = findings(run("--home", tmp_path / "new", "doctor", "--json"))
    assert found["home"]["level"] == "ok"
    assert found["engine"]["state"] == "pure Python"
    assert found["interface"]["level"] == "ok"
    assert found["postgres"]["state"] == "a private one is made at the first start"
    assert not (tmp_path / "new").exists()  # looking changes nothing


def test_doctor_finds_what_is_wrong_and_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x" * 40)
    (tmp_path / "secret").chmod(0o644)
    env = {"REXIAN_DATABASE_URL": "postgresql://127.0.0.1:1/x", "REXIAN_DEMO": "yes", "REXIAN_HOST": "0.0.0.0"}
    with socket.create_server(("0.0.0.0", 0)) as taken:
        env["REXIAN_PORT"] = str(taken.getsockname()[1])
        done = run("--home", tmp_path, "doctor", "--json", env=env)
    assert done.exit_code == 1
    bad = {what for what, found in findings(done).items() if found["level"] == "bad"}
    assert {"secret", "demo", "postgres", "port"} <= bad
    assert all(found["mend"] for found in findings(done).values() if found["level"] == "bad")


def test_doctor_names_a_wrong_setting(tmp_path: Path) -> None:
    done = run("--home", tmp_path, "doctor", env={"REXIAN_PROT": "1"})
    assert done.exit_code == 1
    assert "did you mean port" in done.output


def test_doctor_looks_into_the_database(tmp_path: Path, postgres: PrivatePostgres, database_url: str) -> None:
    done = run("--home", tmp_path, "doctor", "--json", env={"REXIAN_DATABASE_URL": database_url})
    found = findings(done)
    assert {found[what]["level"] for what in ("postgres", "roles", "clock", "floors")} == {"ok"}
