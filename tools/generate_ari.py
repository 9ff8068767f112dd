"""Writes the typed client of Asterisk's REST interface out of Asterisk's own description (Swagger 1.1).

    python -m tools.generate_ari SOURCE > src/rexian/channels/voice/asterisk/ari_generated.py

SOURCE is a folder with `channels.json` and its like (`/usr/share/asterisk/rest-api`), or the address of a running
Asterisk under which it serves the same (`http://user:password@127.0.0.1:8088/ari`). Needs ruff, which lays it out.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

RESOURCES = (
    "applications", "asterisk", "bridges", "channels", "deviceStates", "endpoints", "events", "mailboxes", "playbacks",
    "recordings", "sounds",
)  # fmt: skip
PLAIN = {
    "string": "str", "Date": "str", "int": "int", "long": "int", "double": "float", "boolean": "bool", "void": "None",
    "object": "dict[str, Any]", "containers": "dict[str, Any]", "binary": "bytes",
}  # fmt: skip
# What Asterisk leaves out or sends as null in some events although its description calls it required.
LENIENT = {"application", "timestamp"}

HEAD = '''"""Asterisk's REST interface, typed: made by `tools/generate_ari.py` out of Asterisk's own description.

Structs are what it answers and tells; `Message` is the union of all that comes over the events socket. Each method of
`Ari` is one operation; parameters that are None are not sent.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec import Struct


def _q(part: object) -> str:
    return quote(str(part), safe="")
'''

CLIENT = '''
class Ari:
    """All operations. `ask` of a connection carries them."""

    async def ask(self, method: str, path: str, parameters: dict[str, Any], kind: Any) -> Any:
        """Do one request and return what it answers as `kind`."""
        raise NotImplementedError
'''


def describe(source: str) -> dict[str, Any]:
    """Read the description: resource name → its declaration."""
    if source.startswith(("http://", "https://")):
        with httpx.Client(timeout=10) as client:
            found = {name: client.get(f"{source.rstrip('/')}/api-docs/{name}.json") for name in RESOURCES}
        return {name: answer.raise_for_status().json() for name, answer in found.items()}
    return {name: json.loads((Path(source) / f"{name}.json").read_text("utf-8")) for name in RESOURCES}


def generate(description: dict[str, Any]) -> str:
    """Return the module's source, laid out."""
    models = {name: model for one in description.values() for name, model in one.get("models", {}).items()}
    parts = [HEAD, *_structs(models), _union(models), CLIENT, *_operations(description)]
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "ari_generated.py", "-"]
    return subprocess.run(command, input="\n".join(parts), capture_output=True, text=True, check=True).stdout


def _snake(name: str) -> str:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def _kind(name: str) -> str:
    listed = re.fullmatch(r"List\[(.+)\]", name)
    return f"list[{_kind(listed.group(1))}]" if listed else PLAIN.get(name, name)


# -- what it tells ---------------------------------------------------------------------------------------------------
def _parents(models: dict[str, Any]) -> dict[str, str]:
    return {child: name for name, model in models.items() for child in model.get("subTypes", [])}


def _structs(models: dict[str, Any]) -> Iterator[str]:
    parents, done = _parents(models), set[str]()

    def emit(name: str) -> Iterator[str]:
        if name in done:
            return
        done.add(name)
        if (parent := parents.get(name)) is not None:
            yield from emit(parent)
        yield _struct(name, models[name], parents)

    for name in models:
        yield from emit(name)


def _struct(name: str, model: dict[str, Any], parents: dict[str, str]) -> str:
    event = _is_event(name, parents)
    head = f"class {name}({parents.get(name, 'Struct')}, frozen=True, kw_only=True"
    head += f', tag_field="type", tag="{name}"):' if event else "):"
    rows, renamed = [], {}
    for field, about in model.get("properties", {}).items():
        if event and field == "type":
            continue
        safe = f"{field}_" if keyword.iskeyword(field) or not field.isidentifier() else field
        if safe != field:
            renamed[safe] = field
        required = bool(about.get("required")) and field not in LENIENT
        rows.append(f"    {safe}: {_kind(about['type'])}" + ("" if required else " | None = None"))
    if renamed:
        head = head.replace("):", f", rename={renamed!r}):")
    return "\n\n" + "\n".join([head, *(rows or ["    pass"])])


def _is_event(name: str, parents: dict[str, str]) -> bool:
    while name in parents:
        name = parents[name]
    return name == "Message"


def _union(models: dict[str, Any]) -> str:
    parents = _parents(models)
    leaves = sorted(name for name in models if _is_event(name, parents) and not models[name].get("subTypes"))
    return "\n\nAnyMessage = (\n    " + "\n    | ".join(leaves) + "\n)\n"


# -- what can be asked -----------------------------------------------------------------------------------------------
def _operations(description: dict[str, Any]) -> Iterator[str]:
    for resource, one in description.items():
        for api in one.get("apis", []):
            for operation in api["operations"]:
                if not operation.get("upgrade"):
                    yield _method(resource, api["path"], operation)


def _method(resource: str, path: str, operation: dict[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    in_path = [one for one in parameters if one["paramType"] == "path"]
    given = [one for one in parameters if one["paramType"] != "path"]
    required = [one for one in given if one.get("required")]
    optional = [one for one in given if not one.get("required")]
    words = ["self", *(f"{_snake(one['name'])}: {_given(one)}" for one in (*in_path, *required))]
    if optional:
        words += ["*", *(f"{_snake(one['name'])}: {_given(one)} | None = None" for one in optional)]
    sent = ", ".join(f'"{one["name"]}": {_snake(one["name"])}' for one in given)
    where = re.sub(r"{(\w+)}", lambda found: "{_q(" + _snake(found.group(1)) + ")}", path.lstrip("/"))
    prefix = "f" if "{" in where else ""
    kind = _kind(operation["responseClass"])
    name = f"{_snake(resource)}_{_snake(operation['nickname'])}"
    call = f'await self.ask("{operation["httpMethod"]}", {prefix}"{where}", {{{sent}}}, {kind})'
    body = call if kind == "None" else f"answer: {kind} = {call}\n        return answer"
    return f"\n    async def {name}({', '.join(words)}) -> {kind}:\n        {body}"


def _given(parameter: dict[str, Any]) -> str:
    kind = _kind(parameter["dataType"])
    return f"list[{kind}]" if parameter.get("allowMultiple") else kind


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write(generate(describe(sys.argv[1])))
