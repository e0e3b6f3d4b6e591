"""The page of a cluster, in Debian's Chromium. What doesn't depend on the hubs being several is in test_page.py, which runs with --cluster, too.

Needs node, chromium, and the npm packages of .ci/clients."""
import json, os, subprocess

import pytest

from support.hub import ROOT

pytestmark = pytest.mark.exclusive


@pytest.fixture(scope="module")
def hub(cluster):
    return cluster.front


def test_an_upload_and_the_page_survive_a_hub(hub, tmp_path):
    cluster = hub.cluster
    hubs = [f"http://127.0.0.1:{hub.http}" for hub in cluster.hubs]
    victim = cluster.hubs[0]
    env = dict(os.environ, ADMIN=victim.token(), HUBS=",".join(hubs), PID=str(victim.pid()))
    pictures = os.path.join(ROOT, os.environ["DATAHUB_PICTURES"]) if "DATAHUB_PICTURES" in os.environ else ""
    problem = f"{cluster.hubs[1].home}/etc/io.datahub.validator.xsd-broken.cfg"  # it has no schema
    try:
        with open(problem, "w") as f:
            f.write("paths = schemaless/**\n")
        out = subprocess.run(["node", f"{ROOT}/.ci/clients/page-cluster.mjs", hubs[0], str(tmp_path), pictures], env=env, capture_output=True, text=True, timeout=500)
    finally:
        os.remove(problem)
        if not victim.ready():
            victim.start()
    results = [json.loads(line) for line in out.stdout.splitlines()]
    assert out.returncode == 0, f"after {results[-1:]}: {out.stderr[-2000:]}"
    assert results and not (failed := [result for result in results if not result["good"]]), failed
