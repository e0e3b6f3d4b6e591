"""Fixtures and options of the system tests. They start hubs as built here (`./mvnw package`) and drive them from outside."""
import os

import pytest

pytest.register_assert_rewrite("support.hub", "support.clients")

from support.hub import Hub

# How long or large some tests are: what it is, the value in CI, and the one with --long.
SIZES = {
    "absences": ("times that a validator is absent between two versions", 2, 5),
    "big": ("MiB of the upload during which a hub is killed", 64, 1024),
    "cluster-imports": ("times that the home of a single hub is imported into a cluster", 0, 1),
    "cluster-kills": ("times that a hub or a server of a cluster is killed or stopped under load", 6, 200),
    "entries": ("entries of a large directory", 20_000, 150_000),
    "exchanges": ("JWTs that are exchanged for tokens of the hub", 1_000, 10_000),
    "idle-clients": ("idle WebSocket clients to connect, and to report what each costs", 0, 4_000),
    "kept-events": ("events that a kept topic has", 20_000, 10_000_000),
    "kills": ("times that the hub is killed under load", 5, 200),
    "last-topics": ("topics of which the newest event is kept", 2_000, 1_000_000),
    "load-seconds": ("the longest time under load before a kill, in seconds", 3, 5),
    "mirror-seconds": ("seconds during which the tree of a mirror changes", 12, 300),
    "outage-seconds": ("seconds for which a server of a cluster is away, or a network cut", 2, 10),
    "page-entries": ("files of a folder that the page shows", 3_000, 100_000),
    "restarts": ("times that hubs are restarted under long-lived clients", 0, 1),
    "rsync-files": ("files that rsync transfers", 1_000, 10_000),
    "rsync-kills": ("times that the hub is killed while it stores what rsync has sent", 5, 100),
    "seed": ("seed of the random numbers, to repeat a failed run; 0 for one by chance", 0, 0),
    "sftp-files": ("files of a tree that is uploaded over SFTP", 300, 10_000),
    "sftp-mib": ("MiB of a sparse file that is uploaded and downloaded over SFTP", 64, 4_100),
    "sftp-kills": ("times that the hub is killed while files are closed and renamed over SFTP", 5, 100),
    "soak-seconds": ("seconds of the mixed load of the soak test", 30, 1_800),
    "sync-files": ("files that are synchronized while hub and client are killed", 0, 100_000),
    "swaps": ("swaps of a validator under load", 10, 100),
    "webhook-owner-kills": ("times that the hub is killed that sends the webhooks of a cluster, instead of one stop", 0, 1),
    "webhook-kills": ("times that the hub is killed while the target of a webhook is away, and while it sends", 5, 20),
    "xml-mib": ("MiB of a large XML document", 300, 1024),
}

# The modules that take minutes; they run first, so that one of them isn't what the others' workers wait for in the end.
LONGEST = {"test_bounds", "test_console", "test_debian_package", "test_faults", "test_hot_swap", "test_kill", "test_soak"}


Hub.shares_classes = True


def pytest_addoption(parser):
    group = parser.getgroup("datahub", "Datahub")
    group.addoption("--long", action="store_true", help="the full length, before a release; takes hours")
    group.addoption("--cluster", action="store_true", help="the tests of one hub against three behind nginx, but for those marked single_hub")
    group.addoption("--keep-homes", action="store_true", help="leave the homes of the hubs, to look into after a failure")
    group.addoption("--write-costs", action="store_true", help="replace the bounds of test_cost.py by what it measures")
    for name, (what, usual, long) in SIZES.items():
        group.addoption(f"--{name}", type=int, help=f"{what} (default {usual}, with --long {long})")


def pytest_collection_modifyitems(config, items):
    # The servers and hubs of a cluster run until the end, so its tests are the last.
    items.sort(key=lambda item: (item.path.stem.startswith("test_cluster"), item.path.stem not in LONGEST))
    if config.getoption("--cluster"):
        of_one = [item for item in items if "hub" not in item.fixturenames or item.get_closest_marker("single_hub")]
        config.hook.pytest_deselected(items=of_one)
        items[:] = [item for item in items if item not in of_one]
    if config.getoption("--long"):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure is reported with the logs of the hubs that the test has."""
    report = (yield).get_result()
    if report.failed:
        for hub in Hub.present:
            for name, text in hub.logs().items():
                report.sections.append((f"{hub.home} {name}", text))


@pytest.fixture(scope="session")
def size(request):
    """The value of one of SIZES."""
    def of(name):
        given = request.config.getoption(f"--{name}")
        return given if given is not None else SIZES[name][2 if request.config.getoption("--long") else 1]
    return of


@pytest.fixture(scope="session")
def cluster(request):
    """Three running hubs behind nginx, with their servers, which all modules share."""
    from support.cluster import Cluster
    cluster = Cluster(hubs=3)
    yield cluster
    cluster.end(keep=request.config.getoption("--keep-homes"))


@pytest.fixture(scope="module")
def new_hub(request):
    """Makes hubs that aren't started, and ends them after the module. With --cluster it is always the cluster."""
    made = []

    def make(kind=Hub, **env):
        if request.config.getoption("--cluster"):
            return request.getfixturevalue("cluster").front
        made.append(kind(**env))
        return made[-1]
    yield make
    for hub in made:
        hub.end(keep=request.config.getoption("--keep-homes"))


def pytest_generate_tests(metafunc):
    """With --long the shared hub of modules that set IN_A_CLUSTER is also one of a cluster."""
    if metafunc.config.getoption("--long") and getattr(metafunc.module, "IN_A_CLUSTER", False) and "hub" in metafunc.fixturenames:
        metafunc.parametrize("hub", ["alone", "cluster"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def hub(request, new_hub):
    """A running hub that the tests of a module share."""
    if getattr(request, "param", "alone") == "alone":
        yield new_hub().start()
        return
    from support.cluster import Cluster
    cluster = Cluster(hubs=2)
    # Whose home has the first administrator's token, for commands that take it from there.
    yield next(each for each in cluster.hubs if os.path.exists(f"{each.home}/admin.token"))
    cluster.end(keep=request.config.getoption("--keep-homes"))


@pytest.fixture(scope="module")
def admin(hub):
    """The token of the hub's first administrator."""
    return hub.token()
