"""The documents about the hub, OpenAPI and AsyncAPI: valid, served, and true: `support.hub.Hub.curl` validates the answers of all
tests against the first, the messages of a WebSocket are validated here against the second; and users as JSON over HTTP.

Needs curl, node, the npm packages of .ci/clients, Debian's python3-jsonschema, python3-websockets and python3-yaml."""
import asyncio, concurrent.futures, json, re, subprocess

import jsonschema, pytest, websockets, yaml

from support import openapi
from support.hub import ROOT
from support.waiting import until

FOLDER = f"{ROOT}/bundles/http/src/main/resources/io/datahub/http"
DOCUMENTS = {name: f"{FOLDER}/{name}" for name in ("openapi.yaml", "asyncapi.yaml")}
USERS = "/files/broker_users.xml"


def validate(*paths):
    return subprocess.run(["node", f"{ROOT}/.ci/clients/api-documents.mjs", *paths], capture_output=True, text=True, timeout=120)


def test_the_documents_are_valid():
    done = validate(*DOCUMENTS.values())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name, sound, broken", [("openapi.yaml", "schemas/Listing'", "schemas/Lists'"), ("asyncapi.yaml", "action: send", "action: sent")])
def test_the_validator_notices_what_is_wrong(tmp_path, name, sound, broken):
    text = open(DOCUMENTS[name]).read()
    assert sound in text
    wrong = tmp_path / name
    wrong.write_text(text.replace(sound, broken))
    done = validate(*{**DOCUMENTS, name: str(wrong)}.values())
    assert done.returncode == 1 and done.stdout


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_served_without_credentials(hub, name):
    status, headers, body = hub.curl(None, f"/schemas/{name}")
    assert (status, headers["content-type"]) == (200, "application/yaml")
    assert body == open(DOCUMENTS[name], "rb").read()


def test_a_page_shows_them(hub):
    status, headers, body = hub.curl(None, "/ui/api.html")
    assert status == 200 and "script-src 'self'" in headers["content-security-policy"]
    assert b"/schemas/openapi.yaml" in body
    assert hub.curl(None, "/ui/api.js")[0] == 200


def test_each_path_of_the_document_exists(hub, admin):
    for path in openapi.document()["paths"]:
        known = re.sub(r"\{\w+\}", "none", path)
        detail = json.loads(hub.curl(admin, known, "-X", "OPTIONS")[2] or b"{}").get("detail", "")
        assert detail != "there is nothing at this path", path


def test_messages_of_a_websocket(hub, admin):
    document = yaml.safe_load(open(DOCUMENTS["asyncapi.yaml"]))
    schemas = {"welcome": "Welcome", "ok": "Ok", "event": "Event", "error": "Error"}

    async def talk():
        seen = []
        async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {admin}"}) as ws:
            for message in ({"type": "subscribe", "topics": ["api.", "file."], "id": 1}, {"type": "publish", "topic": "api.text", "data": "ü", "id": "two"},
                            {"type": "publish", "topic": "api.bytes", "base64": "AAH/"}, {"type": "publish", "topic": "file.x", "data": ""},
                            {"type": "unsubscribe", "topics": ["none"], "id": 3}, {"type": "nonsense"}):
                await ws.send(json.dumps(message))
            while sum(m["type"] == "error" for m in seen) < 2:
                seen.append(json.loads(await asyncio.wait_for(ws.recv(), 30)))
            await asyncio.to_thread(hub.curl, admin, "/files/api/record", "-d", "x")
            while not any(m.get("topic", "").startswith("file.created") for m in seen):
                seen.append(json.loads(await asyncio.wait_for(ws.recv(), 30)))
        return seen

    seen = asyncio.run(talk())
    assert {message["type"] for message in seen} == set(schemas)
    resolver = jsonschema.RefResolver("", document)
    for message in seen:
        schema = {"$ref": f"#/components/schemas/{schemas[message['type']]}"}
        jsonschema.Draft202012Validator(schema, resolver=resolver).validate(message)
    event = json.loads(next(m for m in seen if m.get("topic", "").startswith("file."))["data"])
    jsonschema.Draft202012Validator({"$ref": "#/components/schemas/FileEvent"}, resolver=resolver).validate(event)


FILE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- ours -->
<broker-users xmlns="urn:datahub:broker-users:1">
  %s
  <role name="ci"><allow publish="build."/></role>   <!-- builds -->

  <!-- the agents -->
  <user name="jenkins"   roles="ci">
    <allow read="builds/" create="builds/{user}/"/> <!-- no write -->
  </user>
</broker-users>
<!-- the end -->
"""


@pytest.fixture
def file(hub, admin):
    """A users file with comments and an order of its own; returns what reads it."""
    if not hasattr(hub, "first_admin"):
        hub.first_admin = hub.admin_line()
    text = FILE % hub.first_admin
    with open(f"{hub.work}/own.xml", "w") as f:
        f.write(text)
    status, _, body = hub.curl(admin, USERS, "-T", f"{hub.work}/own.xml")
    assert status == 200, body
    return lambda: hub.curl(admin, USERS)[2].decode()


def send(hub, token, method, path, value=None, *more):
    body = ["--data-binary", json.dumps(value)] if value is not None else []
    status, headers, text = hub.curl(token, path, "-X", method, *body, *more)
    return status, headers, json.loads(text) if text else None


def test_users_are_changed_where_they_have_to_be(hub, admin, file):
    before = file()
    assert send(hub, admin, "POST", "/users", {"name": "agent", "roles": ["ci"], "grants": [{"action": "write", "what": "a&<b>/{user}/"}]})[0] == 201
    assert send(hub, admin, "POST", "/users/jenkins/grants", {"grants": [{"action": "subscribe", "what": "build."}]})[0] == 200
    assert file() == before.replace('    <allow read="builds/" create="builds/{user}/"/> <!-- no write -->\n',
                                    '    <allow read="builds/" create="builds/{user}/"/>\n    <allow subscribe="build."/> <!-- no write -->\n'
                                    ).replace("  </user>\n</broker", '  </user>\n  <user name="agent" roles="ci">\n'
                                              '    <allow write="a&#38;&#60;b&#62;/{user}/"/>\n  </user>\n</broker')
    status, _, user = send(hub, admin, "DELETE", "/users/jenkins/grants?subscribe=build.&read=builds/")
    assert (status, user["grants"]) == (200, [{"action": "create", "what": "builds/{user}/"}])
    assert send(hub, admin, "POST", "/users/jenkins/grants", {"grants": [{"action": "read", "what": "builds/"}]})[0] == 200
    assert send(hub, admin, "DELETE", "/users/agent")[0] == 204
    assert "<!-- no write -->" in file() and file().endswith("<!-- the end -->\n") and "agent\"" not in file()


def test_users_from_nothing_to_a_token_that_works(hub, admin, file):
    assert send(hub, admin, "PUT", "/users/new", {"grants": [{"action": "create", "what": "builds/{user}/"}]}, "-H", "If-None-Match: *")[0] == 201
    token = send(hub, admin, "POST", "/users/new/tokens", {"label": "one"})[2]["token"]
    assert hub.curl(token, "/files/builds/new/a", "-d", "x")[0] == 201
    status, headers, user = send(hub, admin, "GET", "/users/new")
    assert [c["label"] for c in user["credentials"]] == ["one"]
    user["disabled"] = True
    assert send(hub, admin, "PUT", "/users/new", user, "-H", f"If-Match: {headers['etag']}")[0] == 200
    assert until(lambda: hub.curl(token, "/whoami")[0] == 401, 1)
    assert send(hub, admin, "PUT", "/users/new", user, "-H", f"If-Match: {headers['etag']}")[0] == 412
    ids = [t["id"] for t in send(hub, admin, "GET", "/users/new/tokens")[2]["tokens"]]
    assert send(hub, admin, "DELETE", f"/users/new/tokens/{ids[0]}")[0] == 204
    assert send(hub, admin, "GET", "/users/new")[2]["credentials"] == []


def test_what_a_user_may_do_is_explained(hub, admin, file):
    assert send(hub, admin, "POST", "/users", {"name": "asked", "grants": [{"action": "read", "what": "builds/"}]})[0] == 201
    status, _, answer = send(hub, admin, "GET", "/users/asked/explain?read=builds/app.tgz")
    assert (status, answer["allowed"]) == (200, True) and "builds/" in answer["reasons"][0]
    assert send(hub, admin, "GET", "/users/asked/explain?write=builds/app.tgz")[2]["allowed"] is False
    for status, path in ((400, "asked/explain"), (400, "asked/explain?eat=builds/"), (404, "none/explain?read=builds/")):
        assert send(hub, admin, "GET", f"/users/{path}")[0] == status
    assert set(openapi.document()["paths"]["/users/{name}/explain"]) == {"parameters", "get"}


def test_users_are_for_administrators_and_validated(hub, admin, file):
    assert send(hub, admin, "POST", "/users", {"name": "plain", "grants": [{"action": "read", "what": ""}]})[0] == 201
    plain = send(hub, admin, "POST", "/users/plain/tokens", {})[2]["token"]
    before = file()
    for method, path, body in (("GET", "/users", None), ("GET", "/users/plain", None), ("POST", "/users", {"name": "x"}), ("DELETE", "/users/plain", None),
                               ("POST", "/users/plain/grants", {"roles": ["admin"]}), ("POST", "/users/plain/tokens", {})):
        assert send(hub, plain, method, path, body)[0] == 403
        assert send(hub, None, method, path, body)[0] == 401
    for status, method, path, body in ((422, "DELETE", "/users/admin", None), (422, "PUT", "/users/admin", {}), (422, "PUT", "/users/x", {"roles": ["nurse"]}),
                                       (422, "POST", "/users", {"name": "a b"}), (422, "POST", "/users", {"name": "anonymous", "roles": ["admin"]}),
                                       (422, "POST", "/users", {"name": "x", "grants": [{"action": "read", "what": "../x"}]}),
                                       (422, "POST", "/users", {"name": "x", "grants": [{"action": "read", "what": "a\u0001b"}]}),
                                       (422, "POST", "/users", {"name": "x", "trust": [{"issuer": "http://x.example", "audience": "a", "claims": {"b": "c"}}]}),
                                       (409, "POST", "/users", {"name": "plain"}), (404, "GET", "/users/none", None), (404, "DELETE", "/users/none", None),
                                       (400, "POST", "/users", {"name": "x", "role": []}), (400, "POST", "/users", []), (400, "GET", "/users/%ff", None)):
        assert send(hub, admin, method, path, body)[0] == status, (method, path, body)
    assert file() == before


def test_concurrent_changes_of_users_are_all_kept(hub, admin, file):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda n: send(hub, admin, "POST", "/users", {"name": f"many-{n}"})[0], range(24)))
    assert statuses == [201] * 24
    assert {user["name"] for user in send(hub, admin, "GET", "/users")[2]["users"]} >= {f"many-{n}" for n in range(24)}


def test_users_in_the_console(hub, admin, file):
    def console(words):
        return hub.run("console", words)
    assert console("datahub:user-add --role ci --subscribe build. --subscribe a --read 'builds/' --create 'x/{user}/' wall").returncode == 0
    assert send(hub, admin, "GET", "/users/wall")[2]["grants"] == [{"action": "subscribe", "what": "a"}, {"action": "subscribe", "what": "build."}, {"action": "read", "what": "builds/"},
                                                                  {"action": "create", "what": "x/{user}/"}]
    assert console("datahub:user-add wall").returncode != 0
    shown = console("datahub:grant --write y/ --json wall")
    assert "write=y/" in shown.stdout, shown.stdout + shown.stderr
    assert console("datahub:revoke --role ci --write y/ wall").returncode == 0
    assert send(hub, admin, "GET", "/users/wall")[2]["roles"] == []
    refused = console("datahub:revoke --write y/ wall")
    assert refused.returncode != 0 and "wall" in refused.stdout + refused.stderr
    assert console("datahub:grant wall").returncode != 0
    assert console("datahub:user-rm wall").returncode == 0
    assert send(hub, admin, "GET", "/users/wall")[0] == 404
    assert "<!-- the agents -->" in file()
