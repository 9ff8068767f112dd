"""`rexian drill …`, and the examples of its how-to page."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rexian.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/rehearse-a-day.md"
ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}


def drill(*arguments: str | Path, env: dict[str, str] = ENGLISH) -> Result:
    return CliRunner().invoke(main, ["drill", *(str(argument) for argument in arguments)], env=env)


def last_line(done: Result) -> dict[str, object]:
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(told, dict)
    return told


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the how-to page, each as the page names it; the other plan has a third agent."""
    text = PAGE.read_text("utf-8")
    for name, _, body in re.findall(r"`([\w-]+\.(?:csv|toml))`[^`]*?:\n\n```(text|toml)\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(body, "utf-8")
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"arrivals.csv", "staff.csv", "policy.toml", "queues.toml", "scenario.toml"}
    (tmp_path / "other.toml").write_text('tenant_id = "own"\nversion = 1\n', "utf-8")
    more = (tmp_path / "staff.csv").read_text("utf-8")
    (tmp_path / "more.csv").write_text(more + more.splitlines()[2].replace("He Siqi", "Luo Yiming") + "\n", "utf-8")
    other = (tmp_path / "scenario.toml").read_text("utf-8").replace("staff.csv", "more.csv")
    (tmp_path / "other-scenario.toml").write_text(other, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_festival_tells_people_and_programs(tmp_path: Path) -> None:
    done = drill("festival", "--contacts", "4000", "--json", "--html", tmp_path / "day.html")
    told = last_line(done)
    assert {"contacts", "answered", "abandoned", "service_level", "checksum", "wall_s"} <= told.keys()
    for words in ("Met by bots", "Service level", "By company", "Who waited longest, and why", "By half hour"):
        assert words in done.output
    assert (tmp_path / "day.html").read_text("utf-8").startswith('<!doctype html><html lang="en">')
    again = last_line(drill("festival", "--contacts", "4000", "--json", "--lang", "zh-CN"))
    assert again["checksum"] == told["checksum"]
    other = last_line(drill("festival", "--contacts", "4000", "--json", "--seed", "2"))
    assert other["checksum"] != told["checksum"]


def test_a_chinese_terminal_gets_a_chinese_report() -> None:
    done = drill("festival", "--contacts", "1000", env=CHINESE)
    for words in ("全天合计", "服务水平", "云杉智能", "等得最久的人，为什么"):
        assert words in done.output
    assert "--lang" in drill("festival", "--help", env=CHINESE).output


def test_every_example_of_the_page_runs(examples: Path) -> None:
    commands = [line for block in re.findall(r"```bash\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
                for line in block.splitlines()]  # fmt: skip
    assert len(commands) == 8
    for command in commands:
        words = shlex.split(command.split("|")[0], comments=True)
        assert words[:2] == ["rexian", "drill"]
        if words[2] == "festival" and "16000" not in words:
            words += ["--contacts", "1000"]
        if words[2] == "compare":
            words += ["--replications", "2", "--jobs", "1"]
        done = drill(*words[2:])
        assert done.exit_code == 0, done.output


def test_the_page_names_every_column() -> None:
    from rexian.drill.rehearsal.files import arrivals, staff

    text = PAGE.read_text("utf-8")
    for column in (*arrivals.MUST, *arrivals.MAY, *staff.MUST, *staff.MAY):
        assert f"`{column}`" in text


def test_own_files_answer_as_expected(examples: Path) -> None:
    told = last_line(drill("run", "--arrivals", "arrivals.csv", "--staff", "staff.csv", "--json"))
    assert told["contacts"] == 4
    assert told["answered"] in (3, 4), "the patience of the last one is drawn"


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (ENGLISH, "arrivals.csv, line 2: talk_s: “long” is no number"),
        (CHINESE, "arrivals.csv 第 2 行：talk_s 的“long”不是数"),
    ],
)
def test_bad_rows_are_named_and_nothing_runs(examples: Path, env: dict[str, str], words: str) -> None:
    (examples / "arrivals.csv").write_text("at,queue,talk_s\n2026-11-29T20:00:05+08:00,phone,long\n", "utf-8")
    done = drill("run", "--arrivals", "arrivals.csv", "--staff", "staff.csv", "--json", "--html", "no.html", env=env)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert not (examples / "no.html").exists()


def test_what_the_engine_does_not_take_is_said(examples: Path) -> None:
    wrong = (examples / "policy.toml").read_text("utf-8").replace("60000", "-1")
    (examples / "policy.toml").write_text(wrong, "utf-8")
    done = drill("run", "--arrivals", "arrivals.csv", "--staff", "staff.csv", "--policy", "policy.toml")
    assert done.exit_code == 2
    assert "policy_invalid" in done.stderr
    assert drill("run", "--arrivals", "arrivals.csv", "--staff", "staff.csv", "--zone", "Mars/Olympus").exit_code == 2


def test_a_comparison_is_one_table_and_one_object(examples: Path) -> None:
    done = drill("compare", "scenario.toml", "other-scenario.toml", "--replications", "3", "--jobs", "1", "--json")
    told = last_line(done)
    assert told["replications"] == 3
    assert "can't tell" in done.output
    lonely = drill("compare", "policy.toml", "other.toml", "--arrivals", "arrivals.csv")
    assert lonely.exit_code == 2
    assert "--staff" in lonely.stderr
