"""The OpenAPI document holds together, and tells all that its readers need."""

import json
import re
from collections.abc import Iterator
from typing import Any

from actors import Marketplace
from contract.fitting import followed
from contract.operations import operations

METHODS = {"get", "post", "put", "patch", "delete"}

# Nothing of it changes but that it ends, so that there is no version to have read.
NOT_VERSIONED = {
    *("changeMemberRole", "removeMember", "revokeInvitation", "revokeApiKey"),
    *("removeVendorRequirement", "changeAddress", "removeAddress"),
} | {"revokeSession", "logOut", "removeTotp", "changeCartLine", "removeCartLine"}
# What is done already, or waits for its shopper, is told by the same body.
FURTHER_SUCCESSES = {"completeCart": ["200", "202"], "continuePayment": ["202"]}
# Nothing is answered by it but where the browser goes.
REDIRECTS = {"startOidcLogin"}


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document.keys() == {"openapi", "info", "servers", "paths", "components"}
    assert document["info"].keys() >= {"title", "version"}
    for path, method, operation in operations(document):
        assert path.startswith("/")
        assert method in METHODS
        assert operation.keys() >= {"operationId", "summary", "tags", "parameters", "responses"}


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z][a-zA-Z]+", name)] == []


def test_no_reference_leads_nowhere_and_nothing_is_told_in_vain(document: dict[str, Any]) -> None:
    used = set(references(document))
    for reference in used:
        assert followed(reference, document)
    kinds = document["components"].items()
    told = {f"#/components/{kind}/{name}" for kind, parts in kinds for name in parts}
    # Schemes are named by requirements and not by references.
    required = {
        f"#/components/securitySchemes/{name}"
        for _, _, operation in operations(document)
        for choice in operation.get("security", [])
        for name in choice
    }
    assert told - used == required


def test_shapes_have_plain_names(document: dict[str, Any]) -> None:
    # msgspec writes module paths where two types have the same name.
    assert [name for name in document["components"]["schemas"] if not name.isalpha()] == []


def test_parameters_of_paths_are_told(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        named = {p["name"] for p in operation["parameters"] if p.get("in") == "path"}
        assert named == set(re.findall("{([a-z_]+)}", path))
        assert all(p["required"] for p in operation["parameters"] if p.get("in") == "path")


def test_no_two_paths_are_the_same_but_for_the_names_in_them(document: dict[str, Any]) -> None:
    plain = [re.sub("{[a-z_]+}", "{}", path) for path in document["paths"]]
    assert [path for path in plain if plain.count(path) > 1] == []


def test_every_operation_tells_its_success_and_its_refusals(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        statuses = operation["responses"].keys()
        success = [status for status in statuses if status.startswith("2")]
        if operation["operationId"] in REDIRECTS:
            assert (success, "302" in statuses) == ([], True)
            continue
        further = FURTHER_SUCCESSES.get(operation["operationId"], [])
        assert success[1:] == further, operation["operationId"]
        (media_type,) = operation["responses"][success[0]]["content"]
        if media_type == "application/json":
            schema = operation["responses"][success[0]]["content"][media_type]["schema"]
            assert "$ref" in schema, operation["operationId"]
        wanted = {"400", "406"}
        wanted |= {"401"} if "security" in operation else set()
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"413", "415"} if "requestBody" in operation else set()
        is_versioned = operation["operationId"] not in NOT_VERSIONED
        wanted |= {"412", "428"} if method in {"patch", "delete"} and is_versioned else set()
        assert statuses >= wanted, operation["operationId"]


def test_refusals_are_problem_documents(document: dict[str, Any]) -> None:
    for response in document["components"]["responses"].values():
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


def test_bounds_are_told(document: dict[str, Any]) -> None:
    (limit,) = (
        parameter["schema"]
        for parameter in document["paths"]["/v1/products"]["get"]["parameters"]
        if parameter.get("name") == "limit"
    )
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 24)
    price = document["components"]["schemas"]["Price"]
    assert price["properties"]["amount_minor"]["minimum"] == 0
    assert price["properties"]["currency"]["pattern"] == "^[A-Z]{3}$"
    assert price["additionalProperties"] is False


def test_every_body_that_is_taken_forbids_what_it_does_not_know(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        body = operation.get("requestBody")
        if body is not None:
            shape = followed(body["content"]["application/json"]["schema"]["$ref"], document)
            assert shape["additionalProperties"] is False, operation["operationId"]


def test_a_body_in_which_nothing_is_required_can_be_left_out(document: dict[str, Any]) -> None:
    wanted = set()
    for _, method, operation in operations(document):
        body = operation.get("requestBody")
        if method == "post" and body is not None and body["required"]:
            shape = followed(body["content"]["application/json"]["schema"]["$ref"], document)
            wanted |= set() if shape["required"] else {operation["operationId"]}
    # Most accounts have a password, and most clients a token, that these cannot do without.
    assert wanted == {"eraseAccount", "refreshSession"}


def test_patterns_are_understood_outside_of_python(document: dict[str, Any]) -> None:
    # Anchors, and classes that hold other characters in Python than in ECMA-262.
    told = json.dumps(document, separators=(",", ":"))
    assert re.findall(r'"pattern":"[^"]*\\\\[AZzbBsSdDwW]', told) == []


async def test_people_find_every_operation_on_one_page_without_anybodys_help(
    marketplace: Marketplace, document: dict[str, Any]
) -> None:
    answer = await marketplace.anybody.get("/schema", headers={"accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    for path, _, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in answer.text
        assert path in answer.text
    assert re.findall(r"https?://|<script|<link|<img|@import|src=", answer.text) == []
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_links_of_the_welcome_lead_somewhere(marketplace: Marketplace) -> None:
    welcome = (await marketplace.anybody.get("/")).json()
    answers = {link: await marketplace.anybody.get(link) for link in welcome["links"].values()}
    assert {link for link, answer in answers.items() if answer.status_code == 404} == set()


def test_a_cookie_changes_something_only_beside_the_csrf_token(document: dict[str, Any]) -> None:
    for _, method, operation in operations(document):
        for scheme in operation.get("security", ()):
            if "accessCookie" in scheme:
                assert ("csrfToken" in scheme) == (method != "get"), operation["operationId"]


def test_every_command_by_post_takes_a_key_to_repeat_it_by(document: dict[str, Any]) -> None:
    keys = {"IdempotencyKey", "IdempotencyKeyOfAnybody", "IdempotencyKeyOfAnybodyRequired"}
    without = {
        operation["operationId"]
        for _, method, operation in operations(document)
        if method == "post"
        and not keys & {p.get("$ref", "").rpartition("/")[2] for p in operation["parameters"]}
    }
    assert without == set()


MOMENT_NAMES = re.compile(r"(?:^|_)(?:at|by|until|since)$")


def test_every_moment_is_told_as_one(document: dict[str, Any]) -> None:
    told = {
        f"{name}.{field}": [part for part in (schema, *schema.get("anyOf", ())) if "type" in part]
        for name, shape in document["components"]["schemas"].items()
        for field, schema in shape.get("properties", {}).items()
        if MOMENT_NAMES.search(field)
    }
    assert len(told) > 80
    plain = {
        name
        for name, parts in told.items()
        if any(part["type"] == "string" and part.get("format") != "date-time" for part in parts)
    }
    assert plain == set()


def test_a_cart_is_claimed_by_its_secret(document: dict[str, Any]) -> None:
    claim = document["paths"]["/v1/carts/{cart}/claim"]["post"]
    (header,) = (p for p in claim["parameters"] if p.get("name") == "Plaza-Cart-Secret")
    assert (header["in"], header["required"]) == ("header", False)


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    plain = {
        operation["operationId"]
        for _, _, operation in operations(document)
        if not operation.get("description", "").endswith(".")
    }
    assert plain == set()


def test_successes_of_several_kinds_are_told_apart(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        told = [
            response["description"]
            for status, response in operation["responses"].items()
            if status.startswith("2")
        ]
        assert len(set(told)) == len(told), operation["operationId"]
        assert all(told)
