"""The JSON Schema of ``config.yaml``, from the models that read it: for editors, which then complete and explain."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from deployer.config import model
from deployer.resource import kinds


def schema() -> dict[str, Any]:
    """The schema, of the dialect 2020-12.

    It refuses what the models refuse. References, folders and AWS's own limits are checked by ``validate`` alone.
    """
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **model(kinds()).model_json_schema(schema_generator=_Closed),
        "title": "config.yaml",
        "description": "What 'python deploy.py up' makes.",
    }


class _Closed(GenerateJsonSchema):
    """Pydantic's own, but a name that breaks the rule for names is refused, not let through unchecked."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        found = super().dict_schema(schema)
        return {**found, "additionalProperties": False} if "patternProperties" in found else found
