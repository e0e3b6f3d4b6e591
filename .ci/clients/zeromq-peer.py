"""A peer of pyzmq: see system-tests/test_zeromq.py for what it reads and prints."""
import hashlib, sys, threading
import zmq

settings = dict(line.rstrip("\n").split("=", 1) for line in sys.stdin)


def connect(kind, prefix=None):
    s = zmq.Context.instance().socket(getattr(zmq, kind))
    s.linger, s.rcvtimeo, s.sndtimeo = 0, 20_000, 20_000
    if "user" in settings:
        s.plain_username, s.plain_password = settings["user"].encode(), settings["token"].encode()
    else:
        s.curve_publickey, s.curve_secretkey, s.curve_serverkey = (settings[k].encode() for k in ("public", "secret", "server"))
    if kind == "SUB":
        s.subscribe(prefix)
    s.connect(settings["address"])
    if kind == "XSUB":
        s.send(b"\x01" + prefix)
    return s


def payload(i, size):
    digest = hashlib.sha256(f"{settings['name']} {i}".encode()).digest()
    return (digest * (size // 32 + 1))[:size]


def publish(s, kind, *frames):
    s.send_multipart(([b""] if kind == "DEALER" else []) + list(frames))
    if kind in ("REQ", "DEALER"):
        answer = s.recv_multipart()
        if answer[-1] != b"OK":
            raise ValueError(f"the answer is {answer}")


def mix(receiving, publishing):
    topic = f"zq.{settings['name']}.{receiving}.{publishing}".encode()
    sizes = [int(n) for n in settings["sizes"].split(",")]
    sub, pub = connect(receiving, topic), connect(publishing)
    heard = threading.Event()

    def send():
        while not heard.wait(0.05):
            publish(pub, publishing, topic, b"probe")
        for i, size in enumerate(sizes):
            publish(pub, publishing, topic, payload(i, size), str(i).encode())
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sub.recv_multipart()
    heard.set()
    for i, size in enumerate(sizes):
        while (frames := sub.recv_multipart())[1] == b"probe":
            pass
        if frames[1:] != [payload(i, size), str(i).encode()]:
            raise ValueError(f"message {i} of {size} bytes came as {[len(f) for f in frames]}")
    sender.join(20)
    sub.close()
    pub.close()


if settings["mode"] == "listen":
    sub = connect("SUB", b"zq.again")
    sub.rcvtimeo = -1
    print("listening", flush=True)
    while True:
        print(sub.recv_multipart()[0].decode(), flush=True)
for receiving in ("SUB", "XSUB"):
    for publishing in ("PUB", "XPUB", "PUSH", "REQ", "DEALER"):
        try:
            mix(receiving, publishing)
            print("ok", publishing, receiving, flush=True)
        except (zmq.ZMQError, ValueError) as e:
            print("FAIL", publishing, receiving, repr(e), flush=True)
