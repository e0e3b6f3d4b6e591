"""SFTP with real clients: what is stored and announced, that a refused file leaves the last good version whatever the client does next,
resuming after a cut, and that a killed hub has the old or the new version."""
import asyncio, base64, contextlib, io, json, os, random, subprocess, threading, time, urllib.parse

import asyncssh, paramiko, pytest

from support.sftp_clients import CLIENTS, RESUMING, SSH, OpenSsh, Rclone
from support.waiting import until

GOOD, BETTER, BAD = b"<good/>\n", b"<better/>\n", b"<bad>\n"


@pytest.fixture(scope="module")
def validated(hub):
    """The hub with a validator: what ends in .xml must be well-formed."""
    for each in hub.each:
        with open(f"{each.home}/etc/io.datahub.validator.xml-sftp.cfg", "w") as f:
            f.write("paths = **/*.xml\n")
        until(lambda: get(each, "/files/v.xml?dry-run", "-T", write(hub.work, "bad.xml", BAD))[0] == 422, 60)
    yield hub
    for each in hub.each:  # a cluster is also the next module's
        os.remove(f"{each.home}/etc/io.datahub.validator.xml-sftp.cfg")


def get(hub, path, *more):
    return hub.curl(hub.token(), path, *more)


def write(folder, name, data):
    with open(f"{folder}/{name}", "wb") as f:
        f.write(data)
    return f"{folder}/{name}"


def record(hub, path):
    """The bytes and the entity tag of a record; nothing if there is none."""
    status, head, body = get(hub, f"/files/{urllib.parse.quote(path)}")
    return (body, head["etag"]) if status == 200 else None


def cursor(hub):
    return get(hub, "/files/")[1].get("datahub-cursor") or json.loads(get(hub, "/files/")[2])["cursor"]


def changes(hub, since):
    """What was announced since a cursor: kind and path."""
    found = []
    while True:
        events = [json.loads(line) for line in get(hub, f"/changes?since={since}&limit=10000")[2].decode().splitlines()]
        found += [(event["type"].rsplit(".", 1)[1], event["subject"]) for event in events]
        if not events:
            return found
        since = events[-1]["id"]


def settled(hub, since, expected):
    """Waits for what was announced (some clients don't wait for the answer, and another hub of a cluster is a moment later) and checks
    that it is this and no more."""
    found = []

    def enough():
        found[:] = changes(hub, since)
        return len(found) >= len(expected)
    until(enough, 20)
    assert found == expected


@pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)
def test_client(validated, tmp_path, kind):
    hub = validated
    client = kind(hub, "admin", hub.token(), str(tmp_path))
    try:
        use(hub, client, f"{kind.__name__}", str(tmp_path))
    finally:
        client.end()


def use(hub, client, top, work):
    assert get(hub, f"/files/{top}/", "-X", "PUT")[0] in (200, 201)
    path = f"{top}/ä b.xml"
    good, better, bad = write(work, "good", GOOD), write(work, "better", BETTER), write(work, "bad", BAD)

    since = cursor(hub)
    status, printed = client.put(good, path)
    assert status == 0, printed
    settled(hub, since, [("created", path)])
    status, printed = client.get(path, f"{work}/back")
    assert status == 0, printed
    assert open(f"{work}/back", "rb").read() == GOOD

    since = cursor(hub)
    status, printed = client.put(better, path)
    assert status == 0, printed
    settled(hub, since, [("updated", path)])

    since, before = cursor(hub), record(hub, path)
    status, printed = client.put(bad, path)
    assert (status != 0) == client.told, printed
    assert not client.shown or "xml" in printed and "refused" in printed
    settled(hub, since, [("rejected", path)])
    assert record(hub, path) == before and before[0] == BETTER

    since = cursor(hub)
    status, printed = client.rename(path, f"{top}/new.xml")
    assert status == 0, printed
    settled(hub, since, [("created", f"{top}/new.xml"), ("deleted", path)])

    since = cursor(hub)
    status, printed = client.remove(f"{top}/new.xml")
    assert status == 0, printed
    settled(hub, since, [("deleted", f"{top}/new.xml")])

    files = {"tree/a": b"a", "tree/d/b": b"b" * 100_000, "tree/d/ü/c": b""}
    for name, data in files.items():
        os.makedirs(os.path.dirname(f"{work}/{name}"), exist_ok=True)
        write(work, name, data)
    since = cursor(hub)
    status, printed = client.tree(f"{work}/tree", f"{top}/t")
    assert status == 0, printed
    expected = sorted(("created", f"{top}/t{name[4:]}") for name in files)
    until(lambda: len(changes(hub, since)) >= len(expected), 20)
    assert sorted(changes(hub, since)) == expected
    for name, data in files.items():
        assert record(hub, f"{top}/t{name[4:]}")[0] == data


@pytest.mark.parametrize("kind", RESUMING, ids=lambda kind: kind.__name__)
def test_client_resumes(hub, tmp_path, kind):
    """Each client's own way to go on after a cut, also if only the last byte or CLOSE is missing."""
    data = random.Random(5).randbytes(2_000_000)
    client = kind(hub, "admin", hub.token(), str(tmp_path))
    try:
        for sent in (700_000, len(data)):
            name = f"resumed-{kind.__name__}-{sent}"
            with session(hub) as (transport, sftp):
                f = sftp.open(name, "w")
                f.write(data[:sent])
                f.flush()
                sftp.stat(name)
                transport.close()
            with session(hub) as (_, sftp):
                until(lambda: size_of(sftp, name) == sent - 1, 20)
            since = cursor(hub)
            status, printed = client.resume(write(str(tmp_path), "whole", data), name)
            assert status == 0, printed
            assert record(hub, name)[0] == data
            settled(hub, since, [("created", name)])
    finally:
        client.end()


@contextlib.contextmanager
def session(hub):
    transport = paramiko.Transport(("127.0.0.1", hub.ssh))
    try:
        transport.connect(username="admin", password=hub.token())
        yield transport, paramiko.SFTPClient.from_transport(transport)
    finally:
        transport.close()


def test_order_of_winscp(validated):
    """A large file goes to NAME.filepart; then NAME is removed, and the other renamed."""
    hub = validated
    with session(hub) as (_, sftp):
        for old, new in ((GOOD, BETTER), (GOOD, BAD)):
            sftp.putfo(io.BytesIO(old), "w.xml", confirm=False)
            since, before = cursor(hub), record(hub, "w.xml")
            with sftp.open("w.xml.filepart", "w") as f:
                f.write(new)
            assert sftp.stat("w.xml.filepart").st_size == len(new)
            assert record(hub, "w.xml.filepart") is None
            sftp.remove("w.xml")
            assert record(hub, "w.xml") == before
            if new == BETTER:
                sftp.rename("w.xml.filepart", "w.xml")
                assert record(hub, "w.xml")[0] == BETTER
                settled(hub, since, [("updated", "w.xml")])
            else:
                with pytest.raises(OSError):
                    sftp.rename("w.xml.filepart", "w.xml")
                assert record(hub, "w.xml") == before
                settled(hub, since, [("rejected", "w.xml")])
    assert record(hub, "w.xml") == before


def test_resume_by_another_session(hub):
    """What a cut upload has sent is continued by another session, of paramiko and of sftp, and after a restart."""
    data = random.Random(1).randbytes(3_000_000)
    since = cursor(hub)
    for name in ("cut.bin", "cut2.bin.filepart"):
        with session(hub) as (transport, sftp):
            f = sftp.open(name, "w")
            f.write(data[:1_000_000])
            f.flush()
            sftp.stat(name)
            transport.close()
    assert changes(hub, since) == []
    with session(hub) as (_, sftp):
        until(lambda: size_of(sftp, "cut2.bin.filepart") == 1_000_000, 20)
        assert size_of(sftp, "cut.bin") == 999_999  # the last byte is to be sent again, or nobody could finish a file that was cut at its end
    assert record(hub, "cut.bin") is None
    hub.run("restart")
    since = cursor(hub)
    local = write(hub.work, "cut.bin", data)
    client = OpenSsh(hub, "admin", hub.token(), hub.work)
    status, printed = client.batch(f"reput {local} cut.bin")
    assert status == 0, printed
    assert record(hub, "cut.bin")[0] == data
    with session(hub) as (_, sftp):
        with sftp.open("cut2.bin.filepart", "r+") as f:
            f.seek(1_000_000)
            f.write(data[1_000_000:])
        sftp.rename("cut2.bin.filepart", "cut2.bin")
    assert record(hub, "cut2.bin")[0] == data
    settled(hub, since, [("created", "cut.bin"), ("created", "cut2.bin")])


def test_a_file_whose_close_is_missing_is_completed_by_resuming(hub):
    """All bytes have arrived, but not CLOSE: opening it stores nothing, and clients don't take it for complete."""
    data = random.Random(2).randbytes(300_000)
    for name in ("whole.bin", "whole2.bin"):
        with session(hub) as (transport, sftp):
            f = sftp.open(name, "w")
            f.write(data)
            f.flush()
            sftp.stat(name)
            transport.close()
    with session(hub) as (_, sftp):
        until(lambda: size_of(sftp, "whole2.bin") == len(data) - 1, 20)
        sftp.open("whole.bin", "r+").close()  # is refused, which paramiko doesn't tell
    assert record(hub, "whole.bin") is None
    local = write(hub.work, "whole.bin", data)
    status, printed = OpenSsh(hub, "admin", hub.token(), hub.work).batch(f"reput {local} whole.bin")
    assert status == 0, printed
    assert record(hub, "whole.bin")[0] == data
    with session(hub) as (_, sftp):
        with sftp.open("whole2.bin", "a") as f:
            f.write(data[sftp.stat("whole2.bin").st_size:])
    assert record(hub, "whole2.bin")[0] == data


def size_of(sftp, name):
    with contextlib.suppress(FileNotFoundError):
        return sftp.stat(name).st_size
    return None


def test_times_are_no_change(hub):
    with session(hub) as (_, sftp):
        sftp.putfo(io.BytesIO(b"text"), "times/a", confirm=False)
        since = cursor(hub)
        sftp.utime("times/a", (1_000_000_000, 1_000_000_000))
        sftp.chmod("times/a", 0o600)
        sftp.chown("times/a", 1, 1)
        assert sftp.stat("times/a").st_mtime == 1_000_000_000
        assert changes(hub, since) == []


def test_what_has_no_grant(hub):
    assert hub.curl(hub.token(), "/files/secret/a", "-T", write(hub.work, "a", b"a"))[0] in (200, 201)
    tokens = hub.add_users(bob='<allow read="open/" create="inbox/bob/"/>')
    client = OpenSsh(hub, "bob", tokens["bob"], hub.work)
    answers = [client.batch(f"ls {path}") for path in ("secret", "absent")]
    assert answers[0][0] != 0 and answers[0] == (answers[1][0], answers[1][1].replace("absent", "secret"))
    answers = [client.get(path, f"{hub.work}/back") for path in ("secret/a", "secret/b")]
    assert answers[0][0] != 0 and answers[0] == (answers[1][0], answers[1][1].replace("secret/b", "secret/a"))
    status, printed = client.batch("ln -s a b")
    assert status != 0
    status, printed = client.put(f"{hub.work}/a", "inbox/bob/")
    assert status == 0, printed
    assert record(hub, "inbox/bob/a")[0] == b"a"
    status, printed = client.put(f"{hub.work}/a", "inbox/bob/a")
    assert status != 0 and "replace" in printed, printed


def test_many_requests_at_once(hub):
    """asyncssh sends many requests before it reads the answers."""
    data = random.Random(2).randbytes(20_000_000)

    async def copy():
        async with asyncssh.connect("127.0.0.1", hub.ssh, username="admin", password=hub.token(), known_hosts=None) as connection:
            async with connection.start_sftp_client() as sftp:
                await sftp.put(write(hub.work, "many", data), "many")
                await sftp.get("many", f"{hub.work}/many.back")
                await asyncio.gather(*(sftp.put(f"{hub.work}/many", f"parallel/{n}") for n in range(8)))
                names = [name for name in await sftp.listdir("parallel") if not name.startswith(".")]
                assert sorted(names) == [str(n) for n in range(8)]
    asyncio.run(copy())
    assert open(f"{hub.work}/many.back", "rb").read() == data
    assert record(hub, "parallel/7")[0] == data


def test_long_directory(hub):
    with session(hub) as (_, sftp):
        for n in range(1_000):
            with sftp.open(f"long/{n}", "w"):
                pass
        assert len(sftp.listdir("long")) == 1_000


def same_tree(one, other):
    return subprocess.run(["diff", "-r", one, other], capture_output=True, text=True).stdout == ""


@pytest.mark.parametrize("kind", [OpenSsh, Rclone], ids=lambda kind: kind.__name__)
def test_large_tree(hub, tmp_path, size, kind):
    """A tree of many files goes up and comes back; each file is one event."""
    count, source = size("sftp-files"), tmp_path / "tree"
    for n in range(count):
        (source / f"{n % 50} ü").mkdir(parents=True, exist_ok=True)
        (source / f"{n % 50} ü" / f"{n}").write_text(f"{n}" * 20)
    client, since = kind(hub, "admin", hub.token(), str(tmp_path), limit=3_600), cursor(hub)
    status, printed = client.tree(str(source), f"tree-{kind.__name__}")
    assert status == 0, printed
    found = changes(hub, since)
    assert len(found) == count == len(set(found)) and all(kind == "created" for kind, _ in found)
    back = str(tmp_path / "back")
    status, printed = client.tree_back(f"tree-{kind.__name__}", back)
    assert status == 0 and same_tree(str(source), back), printed


def test_large_file(hub, tmp_path, size):
    """A file of which most is a hole, of more than 4 GiB with --long, is stored whole and comes back."""
    source, mib = str(tmp_path / "sparse"), size("sftp-mib")
    with open(source, "wb") as f:
        f.truncate(mib << 20)
        for at in (0, mib << 19, (mib << 20) - 9):
            f.seek(at)
            f.write(b"somewhere")
    client, since = OpenSsh(hub, "admin", hub.token(), str(tmp_path), limit=3_600), cursor(hub)
    status, printed = client.put(source, "sparse")
    assert status == 0, printed
    settled(hub, since, [("created", "sparse")])
    expected = subprocess.run(["openssl", "dgst", "-sha256", "-binary", source], capture_output=True, check=True).stdout
    status, head, _ = get(hub, "/files/sparse", "-I")
    assert status == 200 and int(head["content-length"]) == mib << 20
    assert head["repr-digest"] == f"sha-256=:{base64.b64encode(expected).decode()}:"
    status, printed = client.get("sparse", f"{source}.back")
    assert status == 0 and subprocess.run(["cmp", source, f"{source}.back"]).returncode == 0, printed


@pytest.mark.single_hub
@pytest.mark.parametrize("bundle", ["datahub-ssh", "datahub-store", "datahub-validators"])
def test_updates_under_load(hub, bundle):
    """A bundle is updated while clients upload: what was acknowledged is there, whole, with one event; what was cut can be resumed; and
    clients are told."""
    data, since = random.Random(6).randbytes(1_000_000), cursor(hub)
    done, acknowledged, failures = threading.Event(), [], []

    def upload(worker):
        n = 0
        while not done.is_set():
            try:
                with session(hub) as (_, sftp):
                    while not done.is_set():
                        n += 1
                        name = f"updates/{bundle}/{worker}-{n}"
                        sftp.putfo(io.BytesIO(data[:n % 50 * 1_000]), f"{name}.filepart", confirm=False)
                        sftp.rename(f"{name}.filepart", name)
                        acknowledged.append((name, n % 50 * 1_000))
            except (OSError, EOFError, paramiko.SSHException) as e:
                failures.append(e)
                time.sleep(0.05)
    with session(hub) as (transport, sftp):
        cut = sftp.open(f"updates/{bundle}/cut", "w")
        cut.write(data)
        cut.flush()
        cut.stat()
        threads = [threading.Thread(target=upload, args=(worker,)) for worker in range(3)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: len(acknowledged) >= 10, 60)
            updated = hub.run("console", "bundle:update", bundle)
            assert updated.returncode == 0, updated.stdout + updated.stderr
            before = len(acknowledged)
            assert until(lambda: len(acknowledged) >= before + 10, 120), failures[-3:]
        finally:
            done.set()
            for thread in threads:
                thread.join(60)
        transport.close()
    created = [path for kind, path in changes(hub, since) if kind == "created"]
    assert len(created) == len(set(created))
    for name, length in acknowledged:
        assert name in created and record(hub, name)[0] == data[:length], name
    assert not any("the hub failed" in str(failure) for failure in failures), failures
    with session(hub) as (_, sftp):
        assert until(lambda: size_of(sftp, f"updates/{bundle}/cut") == len(data) - 1, 20)
        with sftp.open(f"updates/{bundle}/cut", "a") as f:
            f.write(data[-1:])
    assert record(hub, f"updates/{bundle}/cut")[0] == data


def test_random_writes(hub):
    """Writes in random order, holes, truncation and appending give what a file would have."""
    source = random.Random(3)
    expected = bytearray()
    with session(hub) as (_, sftp):
        with sftp.open("random", "w") as f:
            for _ in range(200):
                at, data = source.randrange(300_000), source.randbytes(source.randrange(1, 5_000))
                expected.extend(bytes(max(0, at + len(data) - len(expected))))
                expected[at:at + len(data)] = data
                f.seek(at)
                f.write(data)
            f.truncate(200_000)
            f.truncate(250_000)
            del expected[200_000:]
            expected.extend(bytes(50_000))
        with sftp.open("random", "a") as f:
            f.write(b"end")
    assert record(hub, "random")[0] == bytes(expected) + b"end"


@pytest.mark.single_hub
def test_kill(hub, size):
    """A hub that is killed while files are closed and renamed has the old or the new version of each, and one event per version. A
    file that was being renamed to a new name is there, or still under its old name."""
    for n in range(size("sftp-kills")):
        since = cursor(hub)
        with session(hub) as (_, sftp):
            sftp.putfo(io.BytesIO(b"old"), f"kill/{n}", confirm=False)
        killer = threading.Timer(random.Random(n).random() / 5, hub.kill)
        acknowledged, sent, renamed, i = b"old", b"old", 0, 0
        killer.start()
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException), session(hub) as (_, sftp):
            for i in range(10_000):
                temporary = f"kill/.{n}.aB3x{i % 90 + 10}"
                sent = f"new {i}".encode()
                with sftp.open(temporary, "w") as f:
                    f.write(sent)
                sftp.posix_rename(temporary, f"kill/{n}")
                acknowledged = sent
                sent = f"newer {i}".encode()
                with sftp.open(f"kill/{n}", "w") as f:
                    f.write(sent)
                acknowledged = sent
                with sftp.open(temporary, "w") as f:
                    f.write(b"named")
                sftp.rename(temporary, f"kill/{n} {i}")
                renamed = i + 1
        killer.join()
        hub.start()
        assert record(hub, f"kill/{n}")[0] in (acknowledged, sent)
        kinds = [kind for kind, path in changes(hub, since) if path == f"kill/{n}"]
        assert kinds == ["created"] + ["updated"] * (len(kinds) - 1)
        names = [f"kill/{n} {each}" for each in range(renamed)]
        with session(hub) as (_, sftp):
            listed = sftp.listdir("kill")
            if f"{n} {i}" in listed:
                names = [f"kill/{n} {each}" for each in range(i + 1)]
            elif f".{n}.aB3x{i % 90 + 10}" in listed and acknowledged == f"newer {i}".encode():
                sftp.rename(f"kill/.{n}.aB3x{i % 90 + 10}", f"kill/{n} {i}")
                names.append(f"kill/{n} {i}")
                assert record(hub, names[-1])[0] in (b"named", b"")
        assert [change for change in changes(hub, since) if change[1].startswith(f"kill/{n} ")] == [("created", name) for name in names]
        assert all(record(hub, name) for name in names)


def packet(kind, *fields):
    """A packet of the protocol: numbers take 4 bytes, pairs of a number and 8 take 8, texts their length before them."""
    body = bytes([kind])
    for field in fields:
        if isinstance(field, str):
            field = len(field).to_bytes(4, "big") + field.encode()
        elif isinstance(field, tuple):
            field = field[0].to_bytes(field[1], "big")
        elif isinstance(field, int):
            field = field.to_bytes(4, "big")
        body += field
    return len(body).to_bytes(4, "big") + body


def test_slow_clients_hold_no_threads(hub):
    """Clients that ask for much and read nothing don't keep others from being served."""
    data = random.Random(4).randbytes(4_000_000)
    assert get(hub, "/files/slow", "-T", write(hub.work, "slow", data))[0] in (200, 201)
    client = OpenSsh(hub, "admin", hub.token(), hub.work)
    requests = packet(1, 3) + packet(3, 1, "slow", 1, 0)
    for n in range(2_000):
        requests += packet(5, 2 + n, "1", (n % 100 * 32_768, 8), 32_768)
    slow = []
    try:
        for _ in range(40):
            slow.append(subprocess.Popen(["sshpass", "-e", "ssh", *SSH, f"-p{hub.ssh}", "-s", "admin@127.0.0.1", "sftp"],
                                         env=client.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
            os.set_blocking(slow[-1].stdin.fileno(), False)
            slow[-1].stdin.write(requests)
        with session(hub) as (_, sftp):
            began = time.monotonic()
            sftp.putfo(io.BytesIO(b"x"), "quick", confirm=False)
            assert time.monotonic() - began < 30
        assert all(each.poll() is None for each in slow)
    finally:
        for each in slow:
            each.kill()
            each.wait()
