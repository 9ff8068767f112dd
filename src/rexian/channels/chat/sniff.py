"""What a file is, judged by its bytes: its name and the type that its sender claims count for nothing.

Allowed are pictures, PDF, plain text, Word and Excel, sound and video. Pictures are opened under a pixel limit; only a
sound one that holds no second format may be shown in place (FAULTS 25), everything else is for downloading.
"""

from __future__ import annotations

import mmap
import zipfile
from collections.abc import Sequence
from pathlib import Path

import puremagic
from msgspec import Struct
from PIL import Image, UnidentifiedImageError

from rexian.kit.problem import Problem

MAX_PIXELS = 40_000_000  # one picture; 160 MB when unpacked
MAX_FRAME_PIXELS = 400_000_000  # all frames of an animation
MAX_UNPACKED = 200_000_000  # bytes of an Office file's parts together
MAX_PARTS = 5_000
_HEAD = 65_536

_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OTHERS = {name: name for name in ("application/pdf", "video/mp4", "audio/mpeg", "audio/wav")}
# A picture with one of these inside is something else too, and is never shown in place.
_MARKERS = (b"<script", b"<html", b"<svg", b"<!doctype", b"<iframe", b"pk\x03\x04", b"%pdf-", b"javascript:")


class Kind(Struct, frozen=True):
    """`type`: media type. `image`: may be shown in place. Width and height in pixels, of pictures only."""

    type: str
    image: bool = False
    width: int | None = None
    height: int | None = None


def sniff(path: Path) -> Kind:
    """Say what the file is. Blocking; raises `Problem` 415 for what isn't allowed, 422 for what isn't sound."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise Problem("file_empty", 400)
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or head[8:12] == b"WEBP":
        return _picture(path)
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    types = _guesses(head)
    for type in types:
        if type in _OTHERS:
            return Kind(_OTHERS[type])
    if _is_text(path):
        return Kind("text/plain")  # HTML, SVG and scripts too: words to be read, never run
    raise Problem("file_type_refused", 415)


def _guesses(head: bytes) -> Sequence[str]:
    try:
        return [match.mime_type for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        return []


def _picture(path: Path) -> Kind:
    try:
        with Image.open(path, formats=tuple(_PICTURES)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise Problem("picture_too_large", 422)
            frames = getattr(picture, "n_frames", 1)
            if width * height * frames > MAX_FRAME_PIXELS:
                raise Problem("picture_too_large", 422)
            picture.load()
            kind = _PICTURES[picture.format or ""]
    except Problem:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise Problem("picture_too_large", 422) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError):
        raise Problem("file_damaged", 422) from None
    return Kind(kind, not _holds_more(path), width, height)


def _holds_more(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        step, overlap = 1 << 20, 16
        for start in range(0, len(data), step):
            part = data[max(0, start - overlap) : start + step].lower()
            if any(marker in part for marker in _MARKERS):
                return True
    return False


def _office(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Problem("file_damaged", 422) from None
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Problem("file_too_large_unpacked", 422)
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise Problem("file_damaged", 422)
    if "[Content_Types].xml" in names and not any(name.lower().endswith("vbaproject.bin") for name in names):
        for folder, type in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return Kind(type)
    raise Problem("file_type_refused", 415)


def _is_text(path: Path) -> bool:
    data = path.read_bytes()
    if b"\x00" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(1 for sign in text[:_HEAD] if ord(sign) < 32 and sign not in "\t\n\r\f")
        return controls * 100 <= len(text[:_HEAD])
    return False
