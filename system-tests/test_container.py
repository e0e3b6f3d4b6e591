"""The container image, built and run without an engine: a root file system by the instructions of the Dockerfile, and the
command in namespaces of its own, as the image's user, with a read-only root.

Reads container/Dockerfile and container/compose.yaml. Needs root, Debian's packages, debootstrap, iproute2 and python3-yaml."""
import glob, json, os, re, shlex, shutil, signal, subprocess

import pytest
import yaml

from support.hub import ROOT
from support.waiting import until


def instructions():
    """The instructions of the Dockerfile: pairs of word and argument."""
    text = re.sub(r"^\s*#.*\n", "", open(f"{ROOT}/container/Dockerfile").read(), flags=re.M).replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def dockerfile():
    """The arguments of the Dockerfile's instructions, by word."""
    by_word = {}
    for word, argument in instructions():
        by_word.setdefault(word, []).append(argument)
    return by_word


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(open(f"{ROOT}/container/compose.yaml"))["services"]["datahub"]


@pytest.fixture(scope="module")
def archive(dockerfile):
    source = dockerfile["ADD"][0].split()[0]
    archives = glob.glob(f"{ROOT}/{source}")
    assert len(archives) == 1
    assert open(f"{ROOT}/.dockerignore").read().split() == ["*", "!" + source], "the build's context holds it, and nothing else"
    return archives[0]


@pytest.fixture(scope="module")
def root(archive, tmp_path_factory):
    """The image's root file system, built from Debian's packages by the instructions in their order."""
    root = str(tmp_path_factory.mktemp("container") / "root")
    made = subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root, "http://deb.debian.org/debian"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    shutil.copy("/etc/resolv.conf", f"{root}/etc/resolv.conf")
    open(f"{root}/etc/hosts", "w").write(f"127.0.0.1 localhost {os.uname().nodename}\n")  # as an engine does
    for word, argument in instructions():
        if word == "ADD":
            subprocess.run(["tar", "xzf", archive, "-C", root + argument.split()[1], "--no-same-owner"], check=True)
        elif word == "RUN":
            script = f"mount -t proc proc {root}/proc && exec chroot {root} sh -c {shlex.quote(argument)}"
            done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True,
                                  env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    yield root
    shutil.rmtree(root, ignore_errors=True)


def test_compose_file(dockerfile, compose):
    uid, _ = dockerfile["USER"][0].split(":")
    assert uid != "0" and f"--uid {uid}" in dockerfile["RUN"][0]
    assert compose["volumes"] == [f"home:{dockerfile['VOLUME'][0]}"]
    assert compose["read_only"] is True
    assert compose["cap_drop"] == ["ALL"]
    assert compose["user"] == dockerfile["USER"][0]
    assert "no-new-privileges:true" in compose["security_opt"]
    assert compose["ports"] == [f"127.0.0.1:{p}:{p}" for p in dockerfile["EXPOSE"][0].split()], "published on loopback only"


def test_compose_file_of_a_cluster(dockerfile, compose):
    alone, compose = compose, yaml.safe_load(open(f"{ROOT}/container/compose-cluster.yaml"))
    services, ports, home = compose["services"], [], dockerfile["VOLUME"][0]
    known = set(re.findall(r"^#?\s*(\w+) = ", open(f"{ROOT}/config/io.datahub.cluster.cfg").read(), re.M))
    for name, service in services.items():
        assert "build" in service or re.fullmatch(r"[\w./-]+:[\w.-]+", service["image"]), f"{name} is of a certain version"
        assert set(service.get("depends_on", [])) <= set(services), name
        for volume in service["volumes"]:
            assert volume.startswith("./") or volume.split(":")[0] in compose["volumes"], volume
        ports += [port.rsplit(":", 1)[0] for port in service.get("ports", [])]
    assert len(ports) == len(set(ports)) and all(port.startswith("127.0.0.1:") for port in ports)
    hubs = {name: service for name, service in services.items() if "build" in service}
    assert len(hubs) > 1
    for name, hub in hubs.items():
        assert hub["read_only"] is True and hub["cap_drop"] == ["ALL"] and hub["user"] == dockerfile["USER"][0]
        assert {port.rsplit(":", 1)[1] for port in hub["ports"]} == set(dockerfile["EXPOSE"][0].split())
        assert hub["environment"] == alone["environment"], "the administrator may log in from this machine"
        (config,) = hub["configs"]
        assert config["target"] == f"{home}/etc/io.datahub.cluster.cfg"
        settings = dict(line.split(" = ") for line in compose["configs"][config["source"]]["content"].splitlines())
        assert set(settings) <= known and settings["hub"] == name
        for key in ("ledger", "blobs", "events"):
            assert re.search(r"//([\w-]+)", settings[key])[1] in services, key
        assert any(volume.split(":")[1] == settings["secrets"] for volume in hub["volumes"])


def test_image(dockerfile, compose, root, tmp_path):
    volume, home = dockerfile["VOLUME"][0], f"{tmp_path}/home"
    uid, gid = map(int, dockerfile["USER"][0].split(":"))
    run = json.loads(dockerfile["CMD"][0])
    health = json.loads(re.search(r"CMD (\[.*\])", dockerfile["HEALTHCHECK"][0])[1])
    os.mkdir(home)
    shutil.copystat(f"{root}{volume}", home)
    os.chown(home, os.stat(f"{root}{volume}").st_uid, os.stat(f"{root}{volume}").st_gid)
    env = dict(word.split("=", 1) for word in dockerfile["ENV"][0].split()) | compose["environment"]
    as_user = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all",
               "env", "-i", f"PATH={os.defpath}", *(f"{name}={value}" for name, value in env.items())]
    # Namespaces of its own for mounts, processes and the network, as an engine makes them: the ports of the image are free there.
    entry = f"""set -e
        ip link set lo up
        mount --bind {root} {root}
        mount -o remount,bind,ro {root}
        mount --bind {home} {root}{volume}
        mount -t proc proc {root}/proc
        mount --rbind /dev {root}/dev
        exec chroot {root} {shlex.join([*as_user, *run])}"""
    output = f"{tmp_path}/output"
    with open(output, "wb") as out:
        hub = subprocess.Popen(["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c", entry],
                               stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        pid = until(lambda: open(f"/proc/{hub.pid}/task/{hub.pid}/children").read().split(), 10)[0]
        inside = ["nsenter", f"--target={pid}", "--mount", "--pid", "--net", "chroot", root]
        assert until(lambda: subprocess.run([*inside, *as_user, *health], capture_output=True).returncode == 0, 120), open(output).read()
        listening = subprocess.run(["nsenter", f"--target={pid}", "--net", "ss", "-Hltn"], capture_output=True, text=True).stdout
        for port in dockerfile["EXPOSE"][0].split():
            assert re.search(rf"(0\.0\.0\.0|\*):{port}\b", listening), "it listens on every address"
        token = os.stat(f"{home}/admin.token")
        assert token.st_mode & 0o777 == 0o600 and token.st_uid == uid
        os.kill(int(pid), signal.SIGTERM)
        assert hub.wait(90) == 0, "it ends on SIGTERM"
    finally:
        hub.kill()
