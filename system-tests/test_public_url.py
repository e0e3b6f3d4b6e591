"""The URL of a record in answers and file events: by each way to write, on each transport, and after the public URL has changed."""
import json

import pytest, zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, plain_socket
from support.waiting import until

BASE = "https://hub.example/datahub"
PATH = "a b/prüf;100%.txt"
ENCODED = "/files/a%20b/pr%C3%BCf%3B100%25.txt"


@pytest.fixture(scope="module")
def hub(new_hub):
    return new_hub(DATAHUB_PUBLIC_URL=BASE + "/").start()


def urls(hub):
    """The URL of each path in the journal."""
    data = [json.loads(line)["data"] for line in hub.curl(hub.token(), "/changes?since=0")[2].splitlines()]
    return {each["path"]: each["url"] for each in data}


def write(hub, *request):
    status, _, body = hub.curl(hub.token(), *request)
    assert status in (200, 201), (status, body)
    return json.loads(body)


def test_file_events_have_it_on_each_transport(hub):
    token = hub.token()
    subscribers = [Subscriber(hub, plain_socket(zmq.SUB, "admin", token), "file."), WebSocketSubscriber(hub, token, "file."),
                   EventStream(hub, token, "file.")]
    assert write(hub, ENCODED, "-d", "hello")["url"] == BASE + ENCODED
    topic = f"file.updated/{PATH}"

    def all_have_it():
        write(hub, ENCODED, "-d", "hello")  # until each has subscribed
        return all(subscriber.of(topic) for subscriber in subscribers)
    assert until(all_have_it, 30)
    for subscriber in subscribers:
        assert json.loads(subscriber.of(topic)[0])["data"]["url"] == BASE + ENCODED
    assert urls(hub)[PATH] == BASE + ENCODED


def test_answers_to_forms_and_resumable_uploads_have_it(hub):
    assert [each["url"] for each in write(hub, "/files/forms/", "-F", "f=x;filename=a ü.txt", "-F", "g=y;filename=b")] == [
        f"{BASE}/files/forms/a%20%C3%BC.txt", f"{BASE}/files/forms/b"]
    assert write(hub, "/uploads", "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Length: 2", "-H", "Content-Type: application/offset+octet-stream",
                 "-H", "Upload-Metadata: path dHVz", "--data-binary", "hi")["url"] == f"{BASE}/files/tus"


def test_a_move_may_name_its_destination_by_it(hub):
    write(hub, "/files/first", "-d", "hello")
    for source, destination in (("first", f"{BASE}/files/second%20name"), ("second%20name", "/datahub/files/third"), ("third", "/files/fourth")):
        moved = write(hub, f"/files/{source}", "-X", "MOVE", "-H", f"Destination: {destination}")
        assert moved["url"] == f"{BASE}/files/{destination.rpartition('/')[2]}"
    status, _, body = hub.curl(hub.token(), "/files/fourth", "-X", "MOVE", "-H", "Destination: https://other.example/datahub/files/x")
    assert status == 502, body


def test_files_of_other_programs_have_it(hub):
    with open(f"{hub.home}/files/copied #1", "w") as f:
        f.write("x")
    assert until(lambda: urls(hub).get("copied #1") == f"{BASE}/files/copied%20%231", 30)


def test_past_events_follow_a_changed_public_url(hub):
    write(hub, ENCODED, "-d", "hello")
    before = urls(hub)
    hub.run("stop")
    del hub.env["DATAHUB_PUBLIC_URL"]
    hub.start()
    assert urls(hub) == {path: url.removeprefix(BASE) for path, url in before.items()}
    with open(f"{hub.home}/etc/io.datahub.store.cfg", "a") as f:
        f.write("\npublicUrl = http://other.example\n")  # counts at once
    assert until(lambda: urls(hub)[PATH] == "http://other.example" + ENCODED, 30)


def test_an_invalid_one_is_one_clear_line(new_hub):
    hub = new_hub(DATAHUB_PUBLIC_URL="hub.example/datahub")
    started = hub.run("start")
    assert started.returncode != 0
    for said in (started.stdout + started.stderr, hub.run("check-config").stdout):
        line = next(line for line in said.splitlines() if "publicUrl" in line)
        assert all(word in line for word in ("io.datahub.store.cfg", "hub.example/datahub", "an http or https URL")), line
