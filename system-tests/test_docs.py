"""The commands in README.md and docs/: every block ```sh is run as it stands there, in its order, page by page, against a hub.

A command has failed when it ends with another status than 0, or when the hub refuses a request and neither the block nor the
paragraph around it names the status. Blocks ```sh untested are left out: they install packages, take minutes, or occupy fixed
ports; other tests try what they say. Needs curl, jq, openssl and xmllint, and examples/validator built."""
import glob, os, re, shutil, subprocess, tarfile, xml.etree.ElementTree, zipfile

import pytest

from support.hub import LAUNCHER, ROOT, users_file
from support.waiting import until

# In this order: those that start and stop the hub themselves are the first, and the last installs validators of events, which would
# refuse those of other pages.
STARTING = ("README.md", "docs/quick-start.md")
LAST = "docs/reference/validators.md"
VALIDATORS = "io.datahub.validator."
PAGES = [*STARTING, *sorted({os.path.relpath(page, ROOT) for page in glob.glob(f"{ROOT}/docs/**/*.md", recursive=True)} - {*STARTING, LAST}), LAST]
FENCE = re.compile(r"^( *)```(.*)$")
# Puts the line that datahub curve-key printed into the user jenkins, as docs/how-to/curve-keys.md asks people to do.
ADD_KEY = """python3 - <<'END'
users = open("users-of-the-pages.xml").read()
open("users-of-the-pages.xml", "w").write(users.replace('<user name="jenkins">', '<user name="jenkins">' + open("key").read().splitlines()[-1]))
END
command curl -sSf -o /dev/null -H "$H" -T users-of-the-pages.xml $HUB/files/broker_users.xml
"""
PRELUDE = r"""
curl() {
  case " $* " in
    *" -N "*) timeout 3 curl -sS "$@"; [ $? -eq 124 ] ;;
    *) command curl -w '%{stderr}@@HTTP %{http_code}\n' -sS "$@" ;;
  esac
}
trap 'echo "@@FAILED $BASH_COMMAND"' ERR
trap 'trap - ERR; for job in $(jobs -p); do pkill -P $job || true; kill $job || true; done 2>/dev/null' EXIT
HUB=http://127.0.0.1:8480 TOKEN=$(cat hub/admin.token 2>/dev/null || :) H="Authorization: Bearer $TOKEN"
"""


def blocks(page):
    """The blocks to run, each with its line, its text and the prose around it."""
    lines, found, i = open(f"{ROOT}/{page}").read().split("\n"), [], 0
    while i < len(lines):
        opened = FENCE.match(lines[i])
        i += 1
        if not opened:
            continue
        begin = i
        while not (FENCE.match(lines[i]) and FENCE.match(lines[i])[2] == ""):
            i += 1
        if opened[2].strip() == "sh":
            text = "\n".join(line.removeprefix(opened[1]) for line in lines[begin:i])
            found.append((begin, text, "\n".join(lines[max(0, begin - 6):i + 6])))
        i += 1
    return found


BLOCKS = {page: blocks(page) for page in PAGES}


def run_page(hub, page):
    """Runs a page's blocks in one shell, as a reader would; returns each block's output by its line."""
    here = {"http://127.0.0.1:8480": f"http://127.0.0.1:{hub.http}", "tcp://127.0.0.1:5555": f"tcp://127.0.0.1:{hub.zmq}",
            "/backup/": f"{hub.work}/backup/", "/etc/prometheus": hub.work}
    script = PRELUDE
    for line, text, _ in BLOCKS[page]:
        script += f"echo @@BLOCK {line}; echo @@BLOCK {line} >&2\n"
        for command in text.split("\n"):
            if "datahub curve-key" in command:
                command += " >key\n" + ADD_KEY
            # The hub notices a little later what is dropped into these.
            dropped = re.search(r"(\$DATAHUB_HOME|> hub)/(deploy|etc)/", command) and not command.endswith("\\")
            script += command + "\n" + ("sleep 5\n" if dropped else "")
    for old, new in here.items():
        script = script.replace(old, new)
    path = f"{hub.work}/output"
    with open(path, "w") as out:
        try:
            subprocess.run(["bash", "-c", script], cwd=hub.work, env=hub.env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, timeout=400)
        except subprocess.TimeoutExpired:
            print("@@FAILED to end in time", file=out)
    parts = re.split(r"^@@BLOCK (\d+)\n", open(path, errors="replace").read(), flags=re.M)[1:]
    outputs = {}
    for line, output in zip(parts[::2], parts[1::2]):
        outputs[int(line)] = outputs.get(int(line), "") + output
    return outputs


def write_files(hub):
    """The files that the pages assume to be there."""
    def file(name, content):
        with open(f"{hub.work}/{name}", "wb") as f:
            f.write(content)
    os.symlink(LAUNCHER, f"{hub.work}/datahub")
    os.symlink(f"{ROOT}/examples", f"{hub.work}/examples")
    os.makedirs(f"{hub.work}/backup")
    file("noise", os.urandom(50_000))
    with tarfile.open(f"{hub.work}/app.tgz", "w:gz") as tar:
        tar.add(f"{hub.work}/noise", "noise")
    file("app.tgz.asc", b"signature\n")
    file("notes.txt", b"notes\n")
    file("conf.xml", b"<conf/>\n")
    file("pom.xml", b"<project/>\n")
    for jar in glob.glob(f"{ROOT}/examples/validator/target/*-validator-*.jar"):
        shutil.copy(jar, f"{hub.work}/unique-keys-1.jar")
        with zipfile.ZipFile(jar) as old, zipfile.ZipFile(f"{hub.work}/unique-keys-2.jar", "w") as new:
            for entry in old.infolist():
                content = old.read(entry)
                if entry.filename == "META-INF/MANIFEST.MF":
                    content = content.replace(b"Bundle-Version: 1.0.0", b"Bundle-Version: 2.0.0")
                new.writestr(entry, content)


def put_users(hub):
    """The users that the pages mention; docs/how-to/curve-keys.md adds a key to one of them."""
    path = f"{hub.work}/users-of-the-pages.xml"
    text = users_file(hub.admin_line(), {"jenkins": (None, '<allow publish="" subscribe=""/><allow read="" write="builds/"/>'), "prometheus": (None, "")})
    open(path, "w").write(text.replace('name="prometheus"', 'name="prometheus" roles="monitor"'))
    assert hub.curl(hub.token(), "/files/broker_users.xml", "-T", path)[0] == 200


def install_validators(hub, page):
    """The validators that a page assumes to be there."""
    expected = []
    if page == "docs/how-to/update-validator.md":
        shutil.copy(f"{hub.work}/unique-keys-1.jar", f"{hub.home}/deploy/")
        expected = ["unique-keys"]
    if page == LAST:
        named = re.findall(r"`(io\.datahub\.validator\.(?:xsd|jsonschema|cloudevents)-\S+\.cfg)`:\n+```properties\n(.*?)```", open(f"{ROOT}/{page}").read(), re.S)
        for name, content in named:
            open(f"{hub.home}/etc/{name}", "w").write(content)
        expected = [re.search(r"validator\.(\S+)\.cfg", name)[1] for name, _ in named]
        assert expected
    assert until(lambda: all(name in hub.run("console", "datahub:validators").stdout for name in expected), 30), expected


@pytest.fixture(scope="module")
def hub(new_hub):
    hub = new_hub(DATAHUB_LOG_FORMAT="json")  # a page reads the log with jq
    write_files(hub)
    return hub


@pytest.fixture(scope="module")
def outputs(hub):
    """Runs a page when the first of its blocks is asked for."""
    pages = {}

    def of(page):
        if page not in pages:
            pages[page] = {}
            if page not in STARTING:
                if hub.run("status").returncode != 0:
                    hub.start()
                    put_users(hub)
                install_validators(hub, page)
            pages[page] = run_page(hub, page)
        return pages[page]
    return of


@pytest.mark.parametrize("page", STARTING)
def test_page_stops_its_hub(hub, outputs, page):
    outputs(page)
    assert hub.run("status").returncode != 0


def without_code(page):
    return re.sub(r"^ *```.*?^ *```$", "", open(f"{ROOT}/{page}").read(), flags=re.M | re.S)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.*)$", without_code(page), re.M)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, "SECURITY.md", "CONTRIBUTING.md", *(os.path.relpath(page, ROOT) for page in glob.glob(f"{ROOT}/examples/*/README.md"))])
def test_links(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        if not os.path.exists(f"{ROOT}/{target}") or anchor and anchor not in anchors(target):
            broken.append(link)
    assert not broken


def test_every_page_is_in_the_index():
    linked = {os.path.normpath(f"docs/{link}") for link in re.findall(r"\]\(([^)#\s]+)", open(f"{ROOT}/docs/README.md").read())}
    assert {page for page in PAGES if page.startswith("docs/") and "/decisions/" not in page} - linked == {"docs/README.md"}


# Files of which there may be several, described on a page of their own.
HOOKS = ("io.datahub.artifact", "io.datahub.hook", "io.datahub.webhook")


def attributes():
    """The keys of each configuration PID, or factory PID, as the bundles declare them: default, least and greatest value."""
    found = {}
    for jar in glob.glob(f"{ROOT}/karaf-assembly/target/assembly/system/io/datahub/*/*/*.jar"):
        with zipfile.ZipFile(jar) as bundle:
            for name in bundle.namelist():
                if re.match(r"OSGI-INF/metatype/.*\.xml", name):
                    declared = xml.etree.ElementTree.fromstring(bundle.read(name))
                    for designate in declared.iter("Designate"):
                        keys = found.setdefault(designate.get("pid") or designate.get("factoryPid"), {})
                        keys.update({ad.get("id"): ad.attrib for ad in declared.iter("AD")})
    return found


def number(text):
    return int(text.replace(",", "")) if re.fullmatch(r"[0-9,]+", text) else None


def test_configuration_reference_agrees_with_the_bundles():
    page = open(f"{ROOT}/docs/reference/configuration.md").read()
    sections = dict(re.findall(r"^## `(io\.datahub\.\w+)\.cfg`\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    declared, faults = {pid: keys for pid, keys in attributes().items() if not pid.startswith(VALIDATORS) and pid not in HOOKS}, []
    assert set(declared) == set(sections)
    for pid, keys in declared.items():
        rows = {key: (default, span) for key, default, span in re.findall(r"^\| `([\w.]+)` \| (.*?) \| (.*?) \|", sections[pid], re.M)}
        faults += [f"{pid} {key}" for key in set(rows) ^ set(keys)]
        for key, ad in keys.items():
            default, span = rows.get(key, ("", ""))
            literal = re.match(r"`([^`]*)`", default)
            if (literal[1] if literal else "") != ad.get("default", "").replace("\\", ""):
                faults.append(f"{pid} {key} has the default {ad.get('default')}, not {default}")
            least, _, most = span.partition(" – ")
            bounds = [int(ad[bound]) if bound in ad else None for bound in ("min", "max")]
            if ad["type"] in ("Integer", "Long") and [number(least), number(most)] != bounds:
                faults.append(f"{pid} {key} is from {ad.get('min')} to {ad.get('max')}, not {span}")
    assert not faults


def test_hook_reference_has_every_key():
    page, declared = open(f"{ROOT}/docs/reference/hooks.md").read(), attributes()
    assert [f"{pid} {key}" for pid in HOOKS for key in declared[pid] if f"`{key}`" not in page] == []


def test_validator_reference_has_every_key():
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", open(f"{ROOT}/{LAST}").read(), re.M | re.S))
    missing = [f"{pid} {key}" for pid, keys in attributes().items() if pid.startswith(VALIDATORS) for key in keys
               if f"`{key}`" not in sections[f"`{pid.removeprefix(VALIDATORS)}`"] + sections["Files and common keys"]]
    assert not missing


def test_packages_of_the_glossary_exist():
    packages = set(re.findall(r"`(io\.datahub\.[a-z.]+)`", open(f"{ROOT}/docs/glossary.md").read()))
    folders = {os.path.relpath(folder, java).replace("/", ".") for java in glob.glob(f"{ROOT}/*/src/main/java") + glob.glob(f"{ROOT}/bundles/*/src/main/java")
               for folder in glob.glob(f"{java}/**/", recursive=True)}
    assert packages - folders == set()


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/how-to/")])
def test_how_to_begins_with_the_command(page):
    lines = [line for line in open(f"{ROOT}/{page}").read().split("\n") if line.strip()]
    assert lines[0].startswith("# ") and lines[1].startswith("```"), lines[:2]


@pytest.mark.parametrize("page, block", [pytest.param(page, block, id=f"{page}:{block[0]}") for page in PAGES for block in BLOCKS[page]])
def test_block(outputs, page, block):
    line, _, context = block
    output = outputs(page).get(line, "@@FAILED: not reached")
    refused = [status for status in re.findall(r"@@HTTP (\d+)", output) if status >= "400" or status == "000"]
    assert "@@FAILED" not in output and not [status for status in refused if status not in context], output[-1500:]
