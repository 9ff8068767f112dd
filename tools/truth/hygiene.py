"""No tracked file names a package registry's host or a path of somebody's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.truth.paths import ROOT, tracked

# Written in pieces so that this file does not find itself.
HOSTS = ("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.org", r"deb\.debian" + r"\.org")
FORBIDDEN = re.compile("|".join((*HOSTS, "/ro" + "ot/", r"/home/[a-z]+/", r"/work/(?:main|shared)")))
BINARY = {".wav", ".png", ".jpg", ".gif", ".webp", ".ico", ".woff2", ".svg"}


def faults() -> Iterator[str]:
    for path in tracked():
        if path.suffix in BINARY:
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if found := FORBIDDEN.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: names {found.group()!r}"
