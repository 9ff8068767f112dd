"""The optional build hook that compiles the routing engine with mypyc: docs/how-to/compile-the-engine.md.

Off unless HATCH_BUILD_HOOK_ENABLE_CUSTOM=1. What it makes goes into the wheel alone: nothing is left beside the
sources, where it would hide every later edit of them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Left as they are. msgspec makes the classes of all but the last, with a metaclass of its own that mypyc can't compile;
# `timers` asks `in` of a generator, which compiled generators don't know.
PLAIN = {
    "__init__", "bases", "call_commands", "call_events", "commands", "events", "snapshot", "specs", "state", "timers",
}  # fmt: skip


class CompiledEngine(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._made = TemporaryDirectory(prefix="rexian-engine-")
        sources = Path(self.root, "src")
        modules = sorted(
            str(path.relative_to(sources))
            for path in (sources / "rexian" / "engine").rglob("*.py")
            if path.stem not in PLAIN
        )
        build_data["force_include"].update(_compiled(sources, modules, Path(self._made.name)))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._made.cleanup()


def _compiled(sources: Path, modules: list[str], target: Path) -> dict[str, str]:
    """The libraries, made below `target`: where each is and where it goes."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    before = Path.cwd()
    os.chdir(sources)
    try:
        extensions = mypycify(
            ["--config-file=../pyproject.toml", f"--cache-dir={target}", *modules],
            group_name="rexian_engine",
            target_dir=str(target),
        )
        command = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(target / "lib"), str(target / "o")
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(before)
    libraries = (target / "lib").rglob("*.pyd" if sys.platform == "win32" else "*.so")
    return {str(path): path.relative_to(target / "lib").as_posix() for path in sorted(libraries)}
