"""The policy that `consentkit init` writes, and the schema: both say what the model says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from pydantic.json_schema import SkipJsonSchema

from consentkit.policy import Policy, load_policy, parse_policy

STARTER = files("consentkit.policy").joinpath("starter.toml").read_text(encoding="utf-8")
EVERYTHING = re.sub(r"^#(?: (?=[a-z_]+ = |\[)|$)", "", STARTER, flags=re.MULTILINE)
SCHEMA: dict[str, Any] = Policy.model_json_schema()


def keys(value: Any) -> Iterator[str]:
    """Every key that is written in a table, by its place: "vendors.hosts"."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield name
        for part in inner if isinstance(inner, list) else [inner]:
            yield from (f"{name}.{below}" for below in keys(part))


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(part)


def modelled(model: type = Policy, prefix: str = "") -> Iterator[str]:
    """Every key of the model that is an owner's to write, by its place."""
    for name, field in model.model_fields.items():  # type: ignore[attr-defined]
        if SkipJsonSchema() in field.metadata:
            continue
        yield prefix + name
        for module, inner in re.findall(r"(consentkit\.policy\.\w+)\.(\w+)", str(field.annotation)):
            below = getattr(__import__(module, fromlist=[inner]), inner)
            if hasattr(below, "model_fields"):
                yield from modelled(below, f"{prefix}{name}.")


def test_starter_is_the_defaults() -> None:
    """An owner who starts from the starter, and changes nothing, has exactly the policy they had without."""
    assert parse_policy(tomllib.loads(STARTER), "starter") == Policy()
    assert load_policy({}) == Policy()


def test_defaults_are_shown_as_they_are() -> None:
    """Each value in the starter that has no mark is the default, as its first lines say; not so what has one."""
    assert "without a mark is the default; a key behind a mark is an example" in STARTER
    assert parse_policy(tomllib.loads(EVERYTHING), "starter") != Policy()
    default = Policy().model_dump(mode="json")
    for key, value in tomllib.loads(STARTER).items():
        assert value == (Policy().effective if key == "effective" else {k: default[key][k] for k in value} if
                         isinstance(value, dict) else default[key])  # fmt: skip


def test_every_example_is_a_policy() -> None:
    """An owner who takes the mark from every example has a policy that loads, whole."""
    assert EVERYTHING.count("\n") == STARTER.count("\n")
    policy = parse_policy(tomllib.loads(EVERYTHING), "starter")
    assert policy.vendors[0].cookies[0].name == "_ex_*"
    assert policy.controller
    assert policy.jurisdiction.regimes


def test_starter_names_every_key() -> None:
    """No key has to be guessed: the starter shows each of them; a vendor's cookie has those of the site's own."""
    written = {
        re.sub(
            r"^(categories|jurisdiction\.places)\.\w+|^(jurisdiction\.regimes"
            r"|csp\.only|minimum_age\.countries|signals\.tcf\.translations|texts|imports\.map).*",
            r"\1\2",
            key,
        )
        for key in keys(tomllib.loads(EVERYTHING))
    }
    plain = {key for key in written if not re.search(r"description\.\w+$", key)}
    assert plain | {"vendors.cookies.path", "vendors.justification"} == {*modelled()}


def test_schema_is_json_schema() -> None:
    """An editor that reads JSON Schema can read ours: known words, types that exist, references that lead somewhere."""
    words = {"$defs", "$ref", "additionalProperties", "anyOf", "default", "description", "enum", "format", "items"}
    words |= {"maxItems", "maxLength", "minItems", "minLength", "oneOf", "pattern", "patternProperties", "properties"}
    words |= {"const", "maximum", "maxProperties", "minimum", "minProperties"}
    words |= {"propertyNames", "required", "title", "type"}
    named = {id(each) for node in nodes(SCHEMA) for key in ("properties", "$defs", "patternProperties", "default")
             for each in [node.get(key)]}  # fmt: skip
    defaults = [node["default"] for node in nodes(SCHEMA) if "$ref" in node and "default" in node]
    named |= {id(inner) for default in defaults for inner in nodes(default)}
    for node in nodes(SCHEMA):
        if id(node) in named:
            continue
        assert node.keys() <= words
        assert node.get("type", "object") in {"object", "array", "string", "boolean", "integer", "null"}
        assert set(node.get("required", ())) <= set(node.get("properties", node.get("required", ())))
        if "pattern" in node:
            re.compile(node["pattern"])
        if reference := node.get("$ref"):
            assert reference.removeprefix("#/$defs/") in SCHEMA["$defs"]
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_schema_lists_every_key() -> None:
    """What `consentkit schema` prints names every key, its default, and that there are no others."""

    def listed(node: dict[str, Any], prefix: str = "") -> Iterator[str]:
        for name, inner in node["properties"].items():
            yield prefix + name
            for part in nodes(inner):
                if reference := part.get("$ref"):
                    target = SCHEMA["$defs"][reference.removeprefix("#/$defs/")]
                    if "properties" in target:
                        yield from listed(target, f"{prefix}{name}.")

    assert {*listed(SCHEMA)} == {*modelled()}
    assert all(node["additionalProperties"] is False for node in nodes(SCHEMA) if "properties" in node)
    default = Policy().model_dump(mode="json")
    for name, node in SCHEMA["properties"].items():
        if "default" in node:
            assert node["default"] == default[name]
