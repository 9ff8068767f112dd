"""People's own files: what they may hold, and how a bad row is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rexian.drill.rehearsal.files.build import as_it_was
from rexian.drill.rehearsal.files.faults import BadFiles
from rexian.drill.rehearsal.files.plans import FestivalSize, Plan, read_folder_or_file, read_plan
from rexian.drill.rehearsal.play import play
from rexian.drill.rehearsal.result import DayResult
from tests.drill.rehearsal import days

CALLS = "at,queue,talk_s"
CALL = "2026-11-29T08:00:05+08:00,phone,60"
SHIFTS = "agent,from,to,skills"
SHIFT = "甲,2026-11-29T07:00:00+08:00,2026-11-29T12:00:00+08:00,phone=3"


def plan(folder: Path, calls: list[str] | None = None, shifts: list[str] | None = None, **more: object) -> Plan:
    arrivals = days.write(
        folder / "arrivals.csv", str(more.pop("calls_header", CALLS)), [CALL] if calls is None else calls
    )
    staff = days.write(
        folder / "staff.csv", str(more.pop("shifts_header", SHIFTS)), [SHIFT] if shifts is None else shifts
    )
    return read_plan(arrivals, staff, **more)  # type: ignore[arg-type]


def faults(folder: Path, locale: str = "en", **files: object) -> list[str]:
    with pytest.raises(BadFiles) as told:
        as_it_was(plan(folder, **files), 1)  # type: ignore[arg-type]
    return told.value.sentences(locale)[1:]


def played(told: Plan) -> DayResult:
    return play(as_it_was(told, 1))


@pytest.mark.parametrize(
    ("row", "english", "chinese"),
    [
        ("2026-11-29T08:00:05,phone,60", "has no zone", "没有时区"),
        ("29/11/2026 08:00,phone,60", "is no time", "看不懂"),
        (",phone,60", "at is empty", "at 不能为空"),
        ("2026-11-29T08:00:05+08:00,phone,", "talk_s is empty", "talk_s 不能为空"),
        ("2026-11-29T08:00:05+08:00,phone,soon", "is no number", "不是数"),
        ("2026-11-29T08:00:05+08:00,phone,nan", "must lie between", "之间"),
        ("2026-11-29T08:00:05+08:00,phone,-1", "must lie between", "之间"),
        ("2026-11-29T08:00:05+08:00,phone,1_0", "is no number", "不是数"),
        ("2026-11-29T08:00:05+08:00,,60", "give queue, skills or both", "至少填一个"),
        ("2026-11-29T08:00:05+08:00,fax,60", "is not defined", "没有定义"),
        ("2026-11-29T08:00:05+08:00,phone", "2 cells, the header has 3", "表头有 3 格"),
    ],
)
def test_a_bad_arrival_is_named_by_file_line_and_reason(tmp_path: Path, row: str, english: str, chinese: str) -> None:
    (told,) = faults(tmp_path, calls=[CALL, row, CALL])
    assert told.strip().startswith("arrivals.csv, line 3: ")
    assert english in told
    (gesagt,) = faults(tmp_path, "zh-CN", calls=[CALL, row, CALL])
    assert gesagt.strip().startswith("arrivals.csv 第 3 行：")
    assert chinese in gesagt


@pytest.mark.parametrize(
    ("row", "english"),
    [
        ("甲,2026-11-29T12:00:00+08:00,2026-11-29T07:00:00+08:00,phone=3", "later than from"),
        ("甲,2026-11-28T07:00:00+08:00,2026-11-29T12:00:00+08:00,phone=3", "longer than 24 hours"),
        ("甲,2026-11-29T07:00:00+08:00,2026-11-29T12:00:00+08:00,phone=6", "levels 1 to 5"),
        ("甲,2026-11-29T07:00:00+08:00,2026-11-29T12:00:00+08:00,phone=3;phone=4", "levels 1 to 5"),
        (",2026-11-29T07:00:00+08:00,2026-11-29T12:00:00+08:00,phone=3", "agent is empty"),
    ],
)
def test_a_bad_shift_is_named(tmp_path: Path, row: str, english: str) -> None:
    (told,) = faults(tmp_path, shifts=[row])
    assert told.strip().startswith("staff.csv, line 2: ")
    assert english in told


def test_cells_of_the_other_columns_are_checked(tmp_path: Path) -> None:
    header = "agent,from,to,skills,minor,capacity,breaks"
    begin = "2026-11-29T07:00:00+08:00,2026-11-29T12:00:00+08:00"
    rows = [
        f"a,{begin},phone=3,repair,,",
        f"b,{begin},phone=3,,fax=1,",
        f"c,{begin},phone=3,,,12:00-12:30",
        f"d,{begin},phone=3,,,290+15",
        f"e,{begin},phone=3,phone,voice=1;chat=3,120+15;240+30",
    ]
    told = faults(tmp_path, shifts=rows, shifts_header=header)
    assert ["minor skill" in told[0], "voice=1;chat=3" in told[1], "120+15" in told[2], "120+15" in told[3]] == [
        True
    ] * 4
    assert len(told) == 4


def test_the_same_person_cannot_work_twice_at_once_or_be_two_people(tmp_path: Path) -> None:
    later = "甲,2026-11-29T11:00:00+08:00,2026-11-29T15:00:00+08:00,phone=3"
    other = "甲,2026-11-29T16:00:00+08:00,2026-11-29T18:00:00+08:00,phone=4"
    told = faults(tmp_path, shifts=[SHIFT, later, other])
    assert any("line 3" in one and "two shifts at once (the other in line 2)" in one for one in told)
    assert any("line 4" in one and "other skills or capacity than in line 2" in one for one in told)


def test_all_faults_of_both_files_come_at_once_up_to_twenty(tmp_path: Path) -> None:
    told = faults(tmp_path, calls=["x,phone,60"] * 3, shifts=["甲,x,y,phone=3"])
    assert len(told) == 4
    many = faults(tmp_path, calls=["x,phone,60"] * 50)
    assert len(many) == 21
    assert "only the first 20" in many[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_that_office_programs_write(tmp_path: Path, encoding: str) -> None:
    calls = days.write(tmp_path / "a.csv", CALLS, ["2026-11-29T08:00:05+08:00,手机,60"], encoding)
    staff = days.write(tmp_path / "s.csv", SHIFTS, [SHIFT.replace("phone", "手机")], encoding)
    result = played(read_plan(calls, staff))
    assert [queue.queue_id for queue in result.queues] == ["手机"]
    assert result.total.answered == 1


@pytest.mark.parametrize(
    ("data", "english"),
    [
        (b"", "no rows"),
        (b"at,queue,talk_s\n", "no rows"),
        (b"at,queue,talk_s\n\n\n", "no rows"),
        (b"at,queue\n2026,phone\n", "columns missing: talk_s"),
        (b"at,queue,talk_s,mood\nx,y,1,z\n", "unknown columns: mood"),
        (b"\x81\x30\xff\xff\xff\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, data: bytes, english: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    staff = days.write(tmp_path / "s.csv", SHIFTS, [SHIFT])
    with pytest.raises(BadFiles) as told:
        read_plan(tmp_path / "a.csv", staff)
    assert english in told.value.sentences("en")[1]


def test_missing_files_and_unknown_kinds(tmp_path: Path) -> None:
    (tmp_path / "s.xlsx").write_bytes(b"PK")
    with pytest.raises(BadFiles) as told:
        read_plan(tmp_path / "a.csv", tmp_path / "s.xlsx")
    assert [fault.code for fault in told.value.faults] == ["missing_file", "kind"]


def test_rows_in_any_order_epoch_milliseconds_quotes_and_blank_lines(tmp_path: Path) -> None:
    late = int(datetime(2026, 11, 29, 3, tzinfo=UTC).timestamp() * 1_000)
    result = played(plan(tmp_path, calls=[f'{late},"phone",60', "", CALL, "2026-11-29T00:30:00Z,phone,12.5"]))
    assert result.total.answered == 3
    assert [half.contacts for half in result.half_hours[:9]] == [0, 0, 1, 1, 0, 0, 0, 0, 1]


def test_a_shift_over_midnight_and_an_hour_that_comes_twice(tmp_path: Path) -> None:
    """The night of 2026-10-25 in Berlin: 02:30 comes twice, an hour apart; the shift is seven hours long, not six."""
    shift = "a,2026-10-25T00:00:00+02:00,2026-10-25T06:00:00+01:00,phone=3"
    calls = ["2026-10-25T02:30:00+02:00,phone,60", "2026-10-25T02:30:00+01:00,phone,60"]
    result = played(plan(tmp_path, calls=calls, shifts=[shift], zone="Europe/Berlin"))
    assert result.total.answered == 2
    came = [number for number, half in enumerate(result.half_hours) if half.contacts]
    assert came[1] - came[0] == 2
    assert result.teams[0].present_ms == 7 * 3_600_000
    over = "b,2026-11-29T22:00:00+08:00,2026-11-30T06:00:00+08:00,phone=3"
    night = played(plan(tmp_path, calls=["2026-11-30T01:00:00+08:00,phone,60"], shifts=[over]))
    assert night.total.answered == 1
    assert night.teams[0].present_ms == 8 * 3_600_000


def test_one_shift_right_after_another_is_no_absence(tmp_path: Path) -> None:
    second = "甲,2026-11-29T12:00:00+08:00,2026-11-29T14:00:00+08:00,phone=3"
    result = played(plan(tmp_path, shifts=[SHIFT, second]))
    assert result.teams[0].present_ms == 7 * 3_600_000


def test_breaks_media_priority_and_skills_without_a_queue(tmp_path: Path) -> None:
    header = "at,queue,skills,talk_s,patience_s,priority,medium,acw_s"
    calls = [
        "2026-11-29T08:10:00+08:00,,phone=2,60,,,chat,0",
        "2026-11-29T08:10:01+08:00,,phone=2,60,,30,chat,5",
        "2026-11-29T08:10:02+08:00,,phone=4,60,30,,voice,",
    ]
    shift = "a,2026-11-29T08:00:00+08:00,2026-11-29T12:00:00+08:00,phone=3,,voice=1;chat=2,60+30"
    told = plan(tmp_path, calls=calls, calls_header=header, shifts=[shift],
                shifts_header="agent,from,to,skills,minor,capacity,breaks")  # fmt: skip
    result = played(told)
    assert (result.total.answered, result.total.abandoned) == (2, 1), "nobody has level 4"
    assert result.teams[0].present_ms == (240 - 30) * 60_000


def test_policies_and_queues_in_toml_and_json(tmp_path: Path) -> None:
    policy = {"tenant_id": "t", "version": 1, "queues": {"phone": {"steps": [
        {"after_ms": 20_000, "kind": "anyone", "needs": {}}]}}}  # fmt: skip
    (tmp_path / "policy.json").write_text(json.dumps(policy), "utf-8")
    (tmp_path / "queues.toml").write_text(
        '[[queue]]\nid = "phone"\nneeds = { phone = 5 }\nservice_level_ms = 30000\n', "utf-8"
    )
    told = plan(tmp_path, policies=[tmp_path / "policy.json"], queues=tmp_path / "queues.toml")
    result = played(told)
    assert result.queues[0].threshold_ms == 30_000
    assert result.widened == {1: 1}
    assert result.total.in_time == 1


def test_what_is_wrong_with_a_policy_is_said(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('tenant_id = "t"\nversion = "one"\n', "utf-8")
    told = faults(tmp_path, policies=[tmp_path / "policy.toml"])
    assert "policy.toml: not understood" in told[0]
    assert "version" in told[0]


def test_a_slip_in_a_policy_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(
        'tenant_id = "t"\nversion = 1\n[[queues.phone.steps]]\nafter_ms = 1\nkind = "anyone"\nneed = {}\n', "utf-8"
    )
    told = faults(tmp_path, policies=[tmp_path / "policy.toml"])
    assert "$.queues.phone.steps[0].need" in told[0]
    (tmp_path / "queues.toml").write_text('[[queue]]\nid = "phone"\nservice_level = 20\n', "utf-8")
    assert "$.service_level" in faults(tmp_path, queues=tmp_path / "queues.toml")[0]


def test_folders_and_scenario_files(tmp_path: Path) -> None:
    days.arrivals(tmp_path)
    days.staff(tmp_path)
    told = read_folder_or_file(tmp_path)
    assert isinstance(told, Plan)
    assert len(told.arrivals.at) == 200
    (tmp_path / "plan.toml").write_text(
        'name = "mine"\narrivals = "arrivals.csv"\nstaff = "staff.csv"\n[behaviour]\nretry_per_10k = 5000\n', "utf-8"
    )
    named = read_folder_or_file(tmp_path / "plan.toml")
    assert isinstance(named, Plan)
    assert (named.name, named.habits.retry_per_10k) == ("mine", 5_000)
    (tmp_path / "festival.toml").write_text("[festival]\ncontacts = 4000\n", "utf-8")
    assert read_folder_or_file(tmp_path / "festival.toml") == FestivalSize(contacts=4_000)
    with pytest.raises(BadFiles):
        read_folder_or_file(tmp_path.parent / tmp_path.name / "nothing.toml")


def test_parquet_is_read_alike_or_its_lack_is_said(tmp_path: Path) -> None:
    days.staff(tmp_path)
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        (tmp_path / "arrivals.parquet").write_bytes(b"PAR1")
        with pytest.raises(BadFiles) as told:
            read_plan(tmp_path / "arrivals.parquet", tmp_path / "staff.csv")
        assert "rexian[parquet]" in told.value.sentences("en")[1]
        return
    at = [datetime(2026, 11, 29, 0, 30, tzinfo=UTC), datetime(2026, 11, 29, 0, 31, tzinfo=UTC)]
    table = arrow.table({"at": at, "queue": ["phone", "phone"], "talk_s": [60.5, 70.0], "patience_s": [None, 30]})
    parquet.write_table(table, tmp_path / "arrivals.parquet")
    told_plan = read_plan(tmp_path / "arrivals.parquet", tmp_path / "staff.csv")
    assert list(told_plan.arrivals.talk) == [60_500, 70_000]
    assert played(told_plan).total.answered == 2
