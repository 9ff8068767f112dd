"""Every operation of the description, called with what fits it and what doesn't: no 500, and problems are problems."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from rexian.app import openapi_schema
from rexian.directory.sign_in.service import Caller
from tests.served import Served

# They end the session under test, or change the person under test out of office.
LEFT_OUT = {"signOut", "changePassword", "enterDemo", "purgeDemo", "setPopulation"}


def call_all(schema: Any, url: str, headers: dict[str, str], examples: int) -> list[str]:
    """Call each operation some times; returns what was not as it should be."""
    wrong: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw.get("operationId") in LEFT_OUT:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: Any) -> None:
                answer = case.call(base_url=url, headers=headers, timeout=20)
                what = f"{case.method} {answer.request.url} {str(case.body)[:200]} → {answer.status_code}"
                if answer.status_code >= 500 and answer.status_code != 503:
                    wrong.append(f"{what} {answer.text[:300]}")
                problem = answer.headers.get("content-type") == ["application/problem+json"]
                if answer.status_code >= 400 and not problem and case.path != "/readyz":
                    wrong.append(f"{what} is no problem")

            try:
                one()
            except schemathesis.errors.InvalidSchema:
                raise
            except Exception as error:
                if type(error).__name__ not in ("Unsatisfiable", "SkipTest", "Skipped"):
                    raise
    return wrong


# Hypothesis means a strategy that draws. It compares the process's generator before and after making a value, and the
# server under test, in another thread of this process, may have drawn in between (when to try a webhook again).
@pytest.mark.filterwarnings("ignore:Do not use the .random. module:hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.parametrize("examples", [1, pytest.param(20, marks=pytest.mark.slow)])
async def test_no_input_makes_a_500(served: Served, examples: int) -> None:
    sign_in = served.house.directory.sign_in
    began = await sign_in.enter(served.city.sun, Caller("127.0.0.1"), how="test")
    headers = {"Cookie": f"rexian={began.session.token}", "X-CSRF-Token": sign_in.csrf(began.session.id)}
    description = openapi_schema()
    del description["components"]["securitySchemes"]  # we sign in ourselves, everywhere
    for item in description["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(description, config=SchemathesisConfig())
    wrong = await asyncio.to_thread(call_all, schema, served.url, headers, examples)
    assert not wrong, "\n".join(wrong[:20])
