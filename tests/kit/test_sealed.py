"""Sealed files: whole at any offset, broken when touched, honest when cut."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.kit.sealed import CHUNK, Broken, SealedReader, SealedWriter

KEY = bytes(range(32))
HEADER, SEALED = 12, CHUNK + 16
WORDS = Random(4).randbytes(3 * CHUNK + 1_234)


def sealed(path: Path, plain: bytes = WORDS, piece: int = 5_000) -> Path:
    writer = SealedWriter(path, KEY)
    for at in range(0, len(plain), piece):
        writer.write(plain[at : at + piece])
    told = writer.close()
    there = path.read_bytes()
    assert (told.size, told.plain_size) == (len(there), len(plain))
    assert told.sha256 == hashlib.sha256(there).hexdigest()
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed(tmp_path_factory.mktemp("sealed") / "file")


@given(offset=st.integers(-5, len(WORDS) + 5), length=st.integers(0, len(WORDS) + 5))
def test_it_reads_at_any_offset_what_was_written(written: Path, offset: int, length: int) -> None:
    with SealedReader(written, KEY) as reader:
        assert reader.read(offset, length) == WORDS[max(0, offset) : max(0, offset + length)]
        assert (reader.plain_size, reader.truncated) == (len(WORDS), False)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_any_size_comes_back(tmp_path: Path, size: int) -> None:
    with SealedReader(sealed(tmp_path / "f", WORDS[:size]), KEY) as reader:
        assert reader.read(0, 10 * CHUNK) == WORDS[:size]
        assert not reader.truncated


def test_nothing_of_it_can_be_read_on_the_disk_and_only_the_owner_may_open_it(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f", b"the card number is 4111" * 4_000)
    assert b"4111" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("place", [0, 2, HEADER - 1, HEADER, HEADER + SEALED + 7, HEADER + 2 * SEALED - 1])
def test_an_altered_byte_is_noticed(tmp_path: Path, place: int) -> None:
    path = sealed(tmp_path / "f")
    there = bytearray(path.read_bytes())
    there[place] ^= 1
    path.write_bytes(there)
    with pytest.raises(Broken), SealedReader(path, KEY) as reader:
        reader.read(0, len(WORDS))


def test_what_was_not_touched_still_reads(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    there = bytearray(path.read_bytes())
    there[HEADER + SEALED + 7] ^= 1
    path.write_bytes(there)
    with SealedReader(path, KEY) as reader:
        assert reader.read(0, CHUNK) == WORDS[:CHUNK]
        assert reader.read(2 * CHUNK, CHUNK + 5) == WORDS[2 * CHUNK : 3 * CHUNK + 5]


def test_chunks_that_changed_places_are_noticed(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    there = path.read_bytes()
    first, second = there[HEADER : HEADER + SEALED], there[HEADER + SEALED : HEADER + 2 * SEALED]
    path.write_bytes(there[:HEADER] + second + first + there[HEADER + 2 * SEALED :])
    with pytest.raises(Broken), SealedReader(path, KEY) as reader:
        reader.read(0, 1)


@pytest.mark.parametrize("cut", [1, 16, 1_234 + 16, 1_234 + 17])
def test_a_cut_file_reads_to_its_last_whole_chunk_and_says_so(tmp_path: Path, cut: int) -> None:
    path = sealed(tmp_path / "f")
    os.truncate(path, path.stat().st_size - cut)
    with SealedReader(path, KEY) as reader:
        assert reader.truncated
        whole = 3 if cut <= 1_250 else 2
        assert reader.read(0, len(WORDS)) == WORDS[: whole * CHUNK]


def test_an_altered_end_is_reported_as_missing(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    there = bytearray(path.read_bytes())
    there[-1] ^= 1
    path.write_bytes(there)
    with SealedReader(path, KEY) as reader:
        assert reader.truncated
        assert reader.plain_size == 3 * CHUNK


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(Broken), SealedReader(sealed(tmp_path / "f"), bytes(32)) as reader:
        reader.read(0, 1)
    with pytest.raises(ValueError, match="32 bytes"):
        SealedWriter(tmp_path / "g", b"short")


def test_what_is_no_sealed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"RIFF....WAVE")
    (tmp_path / "g").write_bytes(b"RX")
    for name in "fg":
        with pytest.raises(Broken):
            SealedReader(tmp_path / name, KEY)


DIES = """
import os, signal, sys
from pathlib import Path
from rexian.kit.sealed import SealedWriter
writer = SealedWriter(Path(sys.argv[1]), bytes(range(32)))
for _ in range(50):
    writer.write(b"x" * 1_000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_whose_writer_was_killed_reads_to_its_last_whole_chunk(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", DIES, str(tmp_path / "f")], check=False)
    assert died.returncode == -signal.SIGKILL
    with SealedReader(tmp_path / "f", KEY) as reader:
        assert reader.truncated
        assert reader.read(0, 99_999) == b"x" * (3 * CHUNK)


FILLS = """
import resource, signal, sys
from pathlib import Path
from rexian.kit.sealed import SealedWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
writer = SealedWriter(Path(sys.argv[1]), bytes(range(32)))
try:
    for _ in range(100):
        writer.write(b"x" * 1_000)
except OSError as wrong:
    print(wrong.errno)
try:
    writer.write(b"more")
except OSError:
    print("refused")
print(writer.close())
"""


def test_a_full_disk_raises_and_leaves_whole_chunks(tmp_path: Path) -> None:
    """The limit of a file's size behaves as a full disk does: part of a write is taken, the next one fails."""
    run = subprocess.run([sys.executable, "-c", FILLS, str(tmp_path / "f")], check=True, capture_output=True, text=True)
    there = (tmp_path / "f").read_bytes()
    assert len(there) == HEADER + 2 * SEALED
    sha = hashlib.sha256(there).hexdigest()
    assert run.stdout == f"27\nrefused\nSealed(sha256={sha!r}, size={len(there)}, plain_size={2 * CHUNK})\n"
    with SealedReader(tmp_path / "f", KEY) as reader:
        assert reader.truncated
        assert reader.read(0, 99_999) == b"x" * (2 * CHUNK)


def test_a_file_that_is_there_is_never_overwritten_and_an_abandoned_one_is_gone(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    with pytest.raises(FileExistsError):
        SealedWriter(path, KEY)
    writer = SealedWriter(tmp_path / "g", KEY)
    writer.write(WORDS)
    writer.abandon()
    writer.abandon()
    assert not (tmp_path / "g").exists()


def test_it_can_be_listened_to_while_it_grows(tmp_path: Path) -> None:
    writer = SealedWriter(tmp_path / "f", KEY)
    writer.write(WORDS[: CHUNK + 10])
    with SealedReader(tmp_path / "f", KEY) as reader:
        assert reader.truncated
        assert reader.read(0, 99_999) == WORDS[:CHUNK]
    writer.close()
