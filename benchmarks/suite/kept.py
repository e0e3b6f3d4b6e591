"""Kept topics beside NATS JetStream (file storage, one server), and newest events beside Mosquitto (retained, persistent)."""
import base64, collections, contextlib, http.client, json, re, shutil, socket, struct, sys, tempfile, time

from support.hub import Hub, free_ports

from suite.measuring import Table, await_port, cpu, process

PAYLOAD = b"x" * 100
TOPIC = b"bench.000.xxxxxx"
PIECE = 1_000


def zmtp(port, token, kind):
    """A connection of ZeroMQ after its handshake."""
    end = socket.create_connection(("127.0.0.1", port), 30)
    end.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"PLAIN".ljust(20, b"\0") + bytes(32))
    read(end, 64)
    name, secret = b"admin", token.encode()
    command(end, b"\x05HELLO" + bytes([len(name)]) + name + bytes([len(secret)]) + secret)
    read_frame(end)
    command(end, b"\x08INITIATE" + b"\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind)
    read_frame(end)
    return end


def command(end, body):
    end.sendall((b"\x04" + bytes([len(body)]) if len(body) < 256 else b"\x06" + struct.pack(">Q", len(body))) + body)


def read(end, length):
    found = b""
    while len(found) < length:
        more = end.recv(length - len(found))
        assert more, "the connection was closed"
        found += more
    return found


def read_frame(end):
    flags, length = read(end, 2)
    if flags & 2:
        length = struct.unpack(">Q", bytes([length]) + read(end, 7))[0]
    return read(end, length)


def event(topic):
    return b"\x01" + bytes([len(topic)]) + topic + b"\x00" + bytes([len(PAYLOAD)]) + PAYLOAD


def skip(end, length):
    """Reads so many bytes that nobody looks at."""
    buffer = bytearray(1 << 20)
    while length > 0:
        got = end.recv_into(buffer, min(length, len(buffer)))
        assert got, "the connection was closed"
        length -= got


class Measured:
    """The time and the processor time of a block."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        self.before, self.began = cpu(self.pid), time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds, self.used = time.monotonic() - self.began, cpu(self.pid) - self.before


def kept(hub):
    text = hub.curl(hub.token(), "/metrics")[2].decode()
    return int(float(re.search(r"^datahub_history_events_total\S* (\S+)$", text, re.M).group(1)))


def wait_for(condition):
    while not condition():
        time.sleep(0.02)


def hub_with_rules(stack):
    hub = Hub()
    stack.callback(hub.end)
    hub.start()
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as file:
        file.write("keep = bench.: 1d, 16 GiB\nlast = last.: 4000000 topics, 16 GiB\n")
    wait_for(lambda: hub.log_lines("event=history.configured"))
    return hub


def append_to_hub(hub, count):
    end, before = zmtp(hub.zmq, hub.token(), b"PUSH"), kept(hub)
    piece = event(TOPIC) * PIECE
    with Measured(hub.pid()) as measured:
        for _ in range(count // PIECE):
            end.sendall(piece)
        wait_for(lambda: kept(hub) >= before + count)
    end.close()
    return measured


def replay_of_hub(hub, count):
    connection = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60)
    headers, since, found = {"Authorization": f"Bearer {hub.token()}"}, "0", 0
    with Measured(hub.pid()) as measured:
        while found < count:
            connection.request("GET", f"/events/history?topic=bench.&limit=10000&since={since}", headers=headers)
            answer = connection.getresponse()
            found += answer.read().count(b"\n")
            since = answer.getheader("Datahub-Cursor")
    return measured


def replay_by_stream(hub, count):
    """As an event stream, which goes on live after the past."""
    end = socket.create_connection(("127.0.0.1", hub.http), 30)
    with Measured(hub.pid()) as measured:
        end.sendall(b"GET /events?topic=bench.&since=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n" % hub.token().encode())
        await_events(end, b"\nid: ", count)
    end.close()
    return measured


def replay_by_websocket(hub, count, protocol, mark):
    """Over WebSocket, which goes on live after the past."""
    end = socket.create_connection(("127.0.0.1", hub.http), 30)
    with Measured(hub.pid()) as measured:
        end.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\n"
                    % (hub.token().encode(), base64.b64encode(bytes(16)), protocol))
        text = b'{"type":"subscribe","topics":["bench."],"since":"0"}'
        end.sendall(b"\x81" + bytes([0x80 | len(text)]) + bytes(4) + text)  # masked with zeros
        await_events(end, mark, count)
    end.close()
    return measured


def replays_of_hub(hub, count):
    """The first is what JetStream does: it delivers the bytes, and goes on live. The others deliver JSON with cursors."""
    yield "hub", replay_by_websocket(hub, count, b"datahub.v1.binary", TOPIC + b"\0")
    yield "as JSON", replay_by_websocket(hub, count, b"datahub.v1", b'"type":"event"')
    yield "stream", replay_by_stream(hub, count)
    yield "pages", replay_of_hub(hub, count)


@contextlib.contextmanager
def replaying(hub):
    """A process that replays everything again and again."""
    with process([sys.executable, "-c", f"""
import http.client
while True:
    connection, since = http.client.HTTPConnection("127.0.0.1", {hub.http}), "0"
    while True:
        connection.request("GET", f"/events/history?topic=bench.&limit=10000&since={{since}}", headers={{"Authorization": "Bearer {hub.token()}"}})
        answer = connection.getresponse()
        if not answer.read():
            break
        since = answer.getheader("Datahub-Cursor")
"""]) as started:
        time.sleep(1)
        yield started


def latency(hub, quick):
    """The median and the 99th percentile of the latency of live events that aren't kept, one at a time, in microseconds."""
    subscriber, publisher, micros = zmtp(hub.zmq, hub.token(), b"SUB"), zmtp(hub.zmq, hub.token(), b"PUSH"), []
    subscriber.sendall(b"\x00\x06\x01live.")
    time.sleep(0.5)
    for _ in range(2_000 if quick else 10_000):
        began = time.monotonic_ns()
        publisher.sendall(event(b"live.000"))
        skip(subscriber, len(event(b"live.000")))
        micros.append((time.monotonic_ns() - began) / 1_000)
        time.sleep(0.001)
    subscriber.close()
    publisher.close()
    micros.sort()
    return micros[len(micros) // 2], micros[len(micros) * 99 // 100]


def await_events(end, mark, count):
    """Reads until there were so many events, by what each of them has once."""
    found, rest = 0, b""
    while found < count:
        more = end.recv(1 << 20)
        assert more, "the connection was closed"
        text = rest + more
        found += text.count(mark)
        rest = text[1 - len(mark):]


class Nats:
    """A connection to a server of NATS."""

    def __init__(self, port):
        self.end = socket.create_connection(("127.0.0.1", port), 30)
        self.end.sendall(b'CONNECT {"verbose":false}\r\nSUB answers 1\r\n')

    def ask(self, subject, question):
        body = json.dumps(question).encode()
        self.end.sendall(b"PUB %s answers %d\r\n%s\r\n" % (subject.encode(), len(body), body))
        text = b""
        while not (b"MSG answers" in text and text.rstrip().endswith(b"}")):
            text += self.end.recv(65536)
        answer = json.loads(text[text.rindex(b"{\"type\"", text.index(b"MSG answers")):].split(b"\r\n")[0])
        assert "state" in answer or "CREATE" in subject, text
        return answer


def append_to_nats(nats, pid, count):
    before = nats.ask("$JS.API.STREAM.INFO.BENCH", {})["state"]["messages"]
    piece = b"PUB %s %d\r\n%s\r\n" % (TOPIC, len(PAYLOAD), PAYLOAD) * PIECE
    with Measured(pid) as measured:
        for _ in range(count // PIECE):
            nats.end.sendall(piece)
        wait_for(lambda: nats.ask("$JS.API.STREAM.INFO.BENCH", {})["state"]["messages"] >= before + count)
    return measured


def replay_of_nats(port, pid, count, name):
    nats = Nats(port)
    nats.end.sendall(b"SUB events.%s 2\r\n" % name.encode())
    question = json.dumps({"stream_name": "BENCH", "config": {"deliver_subject": f"events.{name}", "ack_policy": "none", "deliver_policy": "all"}}).encode()
    with Measured(pid) as measured:
        nats.end.sendall(b"PUB $JS.API.CONSUMER.CREATE.BENCH unread %d\r\n%s\r\n" % (len(question), question))
        await_events(nats.end, b"MSG " + TOPIC, count)
    nats.end.close()
    return measured


def mqtt(port):
    end = socket.create_connection(("127.0.0.1", port), 30)
    end.sendall(b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x02me")
    read(end, 4)
    return end


def retained(topic):
    body = struct.pack(">H", len(topic)) + topic + PAYLOAD
    return b"\x31" + bytes([len(body)]) + body


def last_of_hub(hub, count):
    end, before = zmtp(hub.zmq, hub.token(), b"PUSH"), kept(hub)
    with Measured(hub.pid()) as written:
        for first in range(0, count, PIECE):
            end.sendall(b"".join(event(b"last.%08d" % i) for i in range(first, first + PIECE)))
        wait_for(lambda: kept(hub) >= before + count)
    end.close()
    end = zmtp(hub.zmq, hub.token(), b"SUB")
    with Measured(hub.pid()) as measured:
        end.sendall(b"\x00\x06\x01last.")
        skip(end, count * len(event(b"last.%08d" % 0)))
    end.close()
    return written, measured


def last_of_mosquitto(port, pid, count):
    end = mqtt(port)
    with Measured(pid) as written:
        for first in range(0, count, PIECE):
            end.sendall(b"".join(retained(b"last/%08d" % i) for i in range(first, first + PIECE)))
        end.sendall(b"\xc0\x00")
        read(end, 2)
    with Measured(pid) as measured:
        end.sendall(b"\x82\x0b\x00\x01\x00\x06last/#\x00")
        skip(end, 5 + count * len(retained(b"last/%08d" % 0)))
    end.close()
    return written, measured


def beside_others(options):
    """The hub flushes within 100 ms. JetStream (2.9, of Debian) flushes every two minutes, and Mosquitto writes its file at the end: both do less."""
    count, topics, table = (100_000, 20_000, Table()) if options.quick else (1_000_000, 200_000, Table())
    with contextlib.ExitStack() as stack:
        folder = tempfile.mkdtemp(prefix="datahub-kept-")
        stack.callback(shutil.rmtree, folder, True)
        hub = hub_with_rules(stack)
        nats_port, mqtt_port = free_ports(2)
        servers = {}
        if shutil.which("nats-server"):
            with open(f"{folder}/nats.conf", "w") as file:
                file.write(f'listen: "127.0.0.1:{nats_port}"\njetstream {{ store_dir: "{folder}/nats" }}\n')
            servers["nats"] = stack.enter_context(process(["nats-server", "-c", f"{folder}/nats.conf"])).pid
            await_port(nats_port)
            nats = Nats(nats_port)
            answers = []
            wait_for(lambda: answers.append(nats.ask("$JS.API.STREAM.CREATE.BENCH", {"name": "BENCH", "subjects": ["bench.>"], "storage": "file"}))
                     or "state" in answers[-1] or len(answers) > 100)
            assert "state" in answers[-1], answers[-1]
        if shutil.which("mosquitto"):
            with open(f"{folder}/mosquitto.conf", "w") as file:
                file.write(f"listener {mqtt_port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n"
                           f"max_queued_messages 0\nuser root\n")
            servers["mosquitto"] = stack.enter_context(process(["mosquitto", "-c", f"{folder}/mosquitto.conf"])).pid
            await_port(mqtt_port)
        latencies = collections.defaultdict(list)
        print("left out, since it isn't installed:", ", ".join({"nats", "mosquitto"} - set(servers)) or "nothing", flush=True)
        for round_ in range(options.rounds):
            measured = append_to_hub(hub, count)
            table.add("append, events/s", "hub", count / measured.seconds, measured.used, count)
            if "nats" in servers:
                measured = append_to_nats(nats, servers["nats"], count)
                table.add("append, events/s", "jetstream", count / measured.seconds, measured.used, count)
            for name, measured in replays_of_hub(hub, count):
                table.add("replay, events/s", name, count / measured.seconds, measured.used, count)
            if "nats" in servers:
                measured = replay_of_nats(nats_port, servers["nats"], count, f"r{round_}")
                table.add("replay, events/s", "jetstream", count / measured.seconds, measured.used, count)
            for name, beside in (("alone", contextlib.nullcontext()), ("beside a replay", replaying(hub))):
                with beside:
                    latencies[name].append(latency(hub, options.quick))
            for name, (written, measured) in ([("hub", last_of_hub(hub, topics))]
                                              + ([("mosquitto", last_of_mosquitto(mqtt_port, servers["mosquitto"], topics))] if "mosquitto" in servers else [])):
                table.add("newest events of topics, written/s", name, topics / written.seconds, written.used, topics)
                table.add("newest events of topics, read by a subscriber/s", name, topics / measured.seconds, measured.used, topics)
        table.show()
        for name, rounds in latencies.items():
            print(f"live events {name}, µs: " + ", ".join(f"p50 {p50:,.0f} p99 {p99:,.0f}" for p50, p99 in rounds), flush=True)
