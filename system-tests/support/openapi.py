"""Whether what the hub answers is what its OpenAPI document says. Needs Debian's python3-jsonschema and python3-yaml."""
import functools, json, os

import jsonschema, yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = f"{ROOT}/bundles/http/src/main/resources/io/datahub/http/openapi.yaml"
KNOWN = {"files", "uploads", "events", "changes", "whoami", "session", "tokens", "users", "status", "health"}


@functools.lru_cache(None)
def document():
    with open(DOCUMENT) as f:
        return yaml.safe_load(f)


def resolved(value):
    """What a reference in the document stands for."""
    while "$ref" in value:
        found = document()
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        value = found
    return value


def template(path):
    """The path of the document that a path of a request belongs to: one that is written out before one with parameters."""
    segments = path.strip("/").split("/")
    first = f"/{segments[0]}"
    if path in document()["paths"]:
        return path
    if first in ("/files", "/events") and len(segments) > 1 or first == "/files":
        return "/files/{path}" if first == "/files" else "/events/{topic}"
    for known in document()["paths"]:
        parts = known.strip("/").split("/")
        if len(parts) == len(segments) and all(p.startswith("{") or p == s for p, s in zip(parts, segments)):
            return known
    return None


def problems(method, path, status, media_type, body):
    """What of an answer isn't as the document says; empty if all is. Looks at JSON only, and not at records."""
    path = path.split("?")[0]
    media_type = media_type.split(";")[0].strip()
    is_json = media_type.endswith("json")
    is_record = path.startswith("/files/") and not path.endswith("/") and method == "GET" and status < 300
    if method == "HEAD" or not is_json or not body or is_record or path.split("/")[1] not in KNOWN:
        return []
    known = template(path)
    if known is None:
        return [] if status >= 400 else [f"{path} isn't in the document"]
    operation = document()["paths"][known].get(method.lower())
    if operation is None:
        return [] if status >= 400 or method == "MOVE" else [f"{method} {known} isn't in the document"]
    response = resolved(operation["responses"].get(str(status)) or operation["responses"].get("default") or {})
    content = response.get("content", {})
    if media_type not in content and status >= 400:  # errors are the same everywhere
        content = resolved({"$ref": "#/components/responses/Problem"})["content"]
    if media_type not in content:
        return [f"{method} {known} {status} doesn't have {media_type}"]
    schema = content[media_type].get("schema", {})
    texts = body.decode().splitlines() if media_type == "application/x-ndjson" else [body.decode()]
    validator = jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver("", document()))
    return [f"{method} {known} {status}: {error.json_path}: {error.message}" for text in texts
            for error in validator.iter_errors(json.loads(text))]
