"""The document as a page for people: no script, and nothing from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #888; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2.5rem 0 .5rem; text-transform: capitalize; }
code { font: .9em ui-monospace, monospace; }
summary { display: flex; gap: .75rem; align-items: baseline; padding: .4rem 0; cursor: pointer; }
details { border-top: 1px solid var(--line); }
details > div { padding: 0 0 1rem 4.75rem; }
table { border-collapse: collapse; width: 100%; }
td { padding: .15rem 1rem .15rem 0; vertical-align: top; }
.method { flex: 0 0 4rem; font: bold .8em ui-monospace, monospace; text-transform: uppercase; }
.get { color: #2c7a4b; } .post { color: #2b6cb0; } .delete { color: #c53030; }
.patch, .put { color: #b7791f; }
.id { margin-left: auto; color: var(--soft); }
.soft { color: var(--soft); }
"""

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title} <small class="soft">{version}</small></h1>
<p>{description}</p>
<p>For programs: <a href="/schema/openapi.json">/schema/openapi.json</a> (OpenAPI {openapi}).
What wants a log-in is marked with &#128274;.</p>
{sections}
</body>
</html>
"""


def index_page(document: dict[str, Any]) -> str:
    """Every operation of an OpenAPI document, a section a tag."""
    sections: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            entry = _entry(path, method, operation, document["components"])
            sections.setdefault(operation["tags"][0], []).append(entry)
    told = [f"<h2>{escape(tag)}</h2>\n{''.join(sections[tag])}" for tag in sorted(sections)]
    info = document["info"]
    return FRAME.format(
        title=escape(info["title"]),
        style=STYLE,
        version=escape(info["version"]),
        description=escape(info["description"]).replace("\n\n", "</p><p>"),
        openapi=document["openapi"],
        sections="\n".join(told),
    )


def _entry(path: str, method: str, operation: dict[str, Any], components: dict[str, Any]) -> str:
    name = escape(operation["operationId"])
    lock = " &#128274;" if "security" in operation else ""
    rows = "".join(
        f"<tr><td><code>{escape(term)}</code></td><td>{escape(told)}</td></tr>\n"
        for term, told in _rows(operation, components)
    )
    return (
        f'<details id="{name}"><summary><span class="method {method}">{method}</span>'
        f'<code>{escape(path)}</code>{lock}<code class="id">{name}</code></summary>\n'
        f"<div><p>{escape(operation.get('description', operation['summary'] + '.'))}</p>\n"
        f"<table>{rows}</table></div></details>\n"
    )


def _rows(operation: dict[str, Any], components: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for parameter in operation["parameters"]:
        told = _followed(parameter, components)
        wanted = " (required)" if told.get("required") else ""
        yield told["name"], f"{told['in']}{wanted}. {told.get('description', '')}"
    if "requestBody" in operation:
        yield "body", _shape_named(operation["requestBody"]["content"], components)
    for status, response in operation["responses"].items():
        told = _followed(response, components)
        shape = _shape_named(told.get("content", {}), components)
        yield status, f"{told['description']} {shape}"


def _followed(part: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """The part, or what it refers to."""
    if "$ref" not in part:
        return part
    kind, name = part["$ref"].split("/")[-2:]
    found: dict[str, Any] = components[kind][name]
    return found


def _shape_named(content: dict[str, Any], components: dict[str, Any]) -> str:
    """The fields of a body, those that may be left out with a question mark."""
    for media_type, told in content.items():
        shape = _followed(told["schema"], components)
        if "properties" not in shape:
            return media_type
        required = shape.get("required", ())
        fields = (name if name in required else f"{name}?" for name in shape["properties"])
        return f"{{{', '.join(fields)}}}"
    return ""
