"""MOVE, directories as such and the client's time over HTTP, with curl and requests: what clients see, what the disk has, what is announced,
and that a killed hub has moved everything or nothing."""
import json, os, random, subprocess, threading, time

import pytest, requests


class Client:
    def __init__(self, hub):
        self.hub = hub
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {hub.token()}"

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(method, f"http://127.0.0.1:{self.hub.http}{path}", data=body, headers=headers, timeout=60)

    def put(self, path, body, **headers):
        answer = self.ask("PUT", f"/files/{path}", body, **headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def move(self, source, target, **headers):
        return self.ask("MOVE", f"/files/{source}", Destination=f"/files/{target}", **headers)

    def names(self, path):
        return [entry["name"] for entry in self.ask("GET", f"/files/{path}").json()["entries"]]

    def changes(self, since, prefix=""):
        found = []
        while lines := self.ask("GET", f"/changes?since={since}&path={prefix}&limit=10000").text.splitlines():
            events = [json.loads(line) for line in lines]
            found += [(event["type"].rsplit(".", 1)[1], event["subject"], int(event["sequence"])) for event in events]
            since = events[-1]["id"]
        return found


@pytest.fixture(scope="module")
def client(hub):
    return Client(hub)


def curl(client, path, *more):
    out = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "-u", f"admin:{client.hub.token()}", *more,
                          f"http://127.0.0.1:{client.hub.http}{path}"], capture_output=True, text=True, timeout=60)
    body, _, status = out.stdout.rpartition("\n")
    return int(status), body


def test_record(hub, client):
    first = client.put("m/old name", b"content")
    status, body = curl(client, "/files/m/old%20name", "-X", "MOVE", "-H", f"Destination: http://127.0.0.1:{hub.http}/files/m/deep/n%25w")
    answer = json.loads(body)
    assert (status, answer["path"], answer["sha256"]) == (201, "m/deep/n%w", first["sha256"])
    assert answer["etag"] != first["etag"] and answer["modified"] > first["modified"]
    assert client.ask("GET", "/files/m/old%20name").status_code == 404
    assert open(f"{hub.home}/files/m/deep/n%w", "rb").read() == b"content"
    assert client.changes(first["cursor"]) == [("created", "m/deep/n%w", answer["sequence"]), ("deleted", "m/old name", answer["sequence"] + 1)]


def test_replacing_and_conditions(client):
    client.put("r/a", b"1")
    other = client.put("r/b", b"2")
    assert client.move("r/a", "r/b", Overwrite="F").status_code == 412
    assert client.move("r/a", "r/b", If_Match='"other"').status_code == 412
    answer = client.move("r/a", "r/b")
    assert answer.status_code == 200 and answer.headers["ETag"] != other["etag"]
    assert client.ask("GET", "/files/r/b").content == b"1"
    assert client.move("r/b", "r/b").status_code == 403
    assert client.move("r", "r/x").status_code == 409
    assert client.move("broker_users.xml", "r/users").status_code == 403
    assert client.ask("MOVE", "/files/r/b", Destination="http://other.example/files/r/c").status_code == 502


def test_directory(hub, client):
    for i in range(50):
        client.put(f"d/{i % 5}/{i}", b"x" * i)
    os.makedirs(f"{hub.home}/files/d/empty")
    last = client.put("d/last", b"")
    answer = client.move("d/", "new/place/")
    assert (answer.status_code, answer.json()) == (201, {"path": "new/place", "moved": 51})
    assert client.names("new/place/") == ["0", "1", "2", "3", "4", "empty", "last"]
    changes = client.changes(last["cursor"])
    assert [number for _, _, number in changes] == list(range(last["sequence"] + 1, last["sequence"] + 103))
    assert [kind for kind, _, _ in changes] == ["created", "deleted"] * 51
    assert client.ask("GET", "/files/new/place/3/48").content == b"x" * 48
    assert hub.run("console", "datahub:rescan").returncode == 0
    assert client.changes(last["cursor"]) == changes, "a comparison with the disk finds nothing more"


def test_directory_as_such(hub, client):
    assert client.ask("PUT", "/files/made/deep/").status_code == 201
    assert client.ask("PUT", "/files/made/deep/").status_code == 200
    assert client.ask("PUT", "/files/made/deep/", b"x").status_code == 415
    assert client.names("made/") == ["deep"] and client.names("made/deep/") == []
    assert os.path.isdir(f"{hub.home}/files/made/deep")
    client.put("made/file", b"x")
    assert client.ask("PUT", "/files/made/file/").status_code == 409
    assert client.ask("DELETE", "/files/made/deep/").status_code == 204


def test_time_of_the_client(client):
    answer = client.ask("PUT", "/files/t/a", b"x", X_OC_Mtime="1551676007")
    assert answer.headers["X-OC-Mtime"] == "accepted"
    assert answer.json()["clientModified"] == "2019-03-04T05:06:47Z"
    assert answer.json()["modified"] > "2025"
    assert client.move("t/a", "t/b").json()["clientModified"] == "2019-03-04T05:06:47Z"
    entry = client.ask("GET", "/files/t/").json()["entries"][0]
    assert (entry["name"], entry["clientModified"]) == ("b", "2019-03-04T05:06:47Z")
    assert client.ask("PUT", "/files/t/a", b"x", X_OC_Mtime="noon").status_code == 400
    assert "X-OC-Mtime" not in client.ask("PUT", "/files/t/b", b"y").headers


def test_limits_of_a_move(new_hub):
    """What is moved counts to the quota of the new path, and a directory has a maximum number of records: all is moved or nothing."""
    hub = new_hub()
    os.makedirs(f"{hub.home}/etc")
    with open(f"{hub.home}/etc/io.datahub.store.cfg", "w") as f:
        f.write("quotas = small/: 6\nmaxMovedRecords = 3\n")
    client = Client(hub.start())
    for i in range(4):
        client.put(f"big/{i}", b"123")
    answer = client.move("big/", "elsewhere/")
    assert answer.status_code == 409 and "maxMovedRecords" in answer.text
    assert client.ask("DELETE", "/files/big/3").status_code == 204
    answer = client.move("big/", "small/all/")
    assert answer.status_code == 507 and "small/" in answer.text
    assert client.names("big/") == ["0", "1", "2"] and "small" not in client.names("")
    assert client.move("big/0", "small/0").status_code == 201
    assert client.move("big/1", "small/1").status_code == 201
    assert client.move("big/2", "small/2").status_code == 507
    assert client.move("small/1", "small/renamed").status_code == 201, "within the quota nothing is added"
    assert client.move("small/0", "big/0").status_code == 201
    assert client.move("big/2", "small/2").status_code == 201


def test_kill_while_moving(new_hub):
    hub = new_hub().start()
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for turn in range(3):
        client = Client(hub)
        records = {f"{i % 3}/{i}": bytes([turn]) * i for i in range(1, 40)}
        for path, content in records.items():
            client.put(f"k{turn}/a/{path}", content)
        moving = threading.Thread(target=back_and_forth, args=(client, f"k{turn}"), daemon=True)
        moving.start()
        time.sleep(chance.uniform(0.05, 1.5))
        hub.kill()
        moving.join(30)
        hub.start()
        client = Client(hub)
        places = client.names(f"k{turn}/")
        assert places in (["a"], ["b"])
        for path, content in records.items():
            assert client.ask("GET", f"/files/k{turn}/{places[0]}/{path}").content == content
        there = set()
        numbers = []
        for kind, path, number in client.changes(0, f"k{turn}/"):
            there.discard(path) if kind == "deleted" else there.add(path)
            numbers.append(number)
        assert there == {f"k{turn}/{places[0]}/{path}" for path in records}
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def back_and_forth(client, place):
    try:
        while True:
            client.move(f"{place}/a", f"{place}/b")
            client.move(f"{place}/b", f"{place}/a")
    except requests.RequestException:
        pass  # killed
