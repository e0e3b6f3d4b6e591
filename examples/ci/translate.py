#!/usr/bin/env python3
"""Publishes one CDEvent for each finished build of Jenkins or Buildbot.

Subscribes to the events ci.jenkins and ci.buildbot, which have the format in which each system sends them, and publishes
dev.cdevents.pipelinerun.finished. To connect another system, add a function like `jenkins` and `buildbot`.

usage: HUB=http://127.0.0.1:8480 TOKEN=... ./translate.py
"""
import datetime
import json
import os
import sys
import urllib.error
import urllib.request
import uuid

HUB, TOKEN = os.environ.get("HUB", "http://127.0.0.1:8480"), os.environ["TOKEN"]
TYPE = "dev.cdevents.pipelinerun.finished.0.1.1"


def jenkins(post):
    """The JSON of Jenkins' Notification plugin; only its last phase has the result of a build."""
    build = post["build"]
    if build["phase"] == "FINALIZED":
        yield post["name"], build["number"], {"SUCCESS": "success", "FAILURE": "failure", "UNSTABLE": "failure"}.get(build["status"], "error")


def buildbot(post):
    """The JSON of Buildbot's HttpStatusPush, which also reports the start of a build."""
    if post["complete"]:
        yield post["builder"]["name"], post["number"], {0: "success", 1: "success", 2: "failure"}.get(post["results"], "error")


SYSTEMS = {"ci.jenkins": jenkins, "ci.buildbot": buildbot}


def cdevent(project, number, outcome):
    """The event as a CloudEvent; its id is derived from the build, however often the build is reported."""
    run = f"{project}/{number}"
    files = f"{HUB}/files/builds/{run}/"
    context = {"version": "0.3.0", "id": str(uuid.uuid5(uuid.NAMESPACE_URL, files)), "source": "/ci", "type": TYPE,
               "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")}
    subject = {"id": run, "source": "/ci", "type": "pipelineRun", "content": {"pipelineName": project, "outcome": outcome, "url": files}}
    return {"specversion": "1.0", "id": context["id"], "source": context["source"], "type": TYPE, "time": context["timestamp"],
            "subject": run, "datacontenttype": "application/json", "data": {"context": context, "subject": subject}}


def request(path, body=None, **headers):
    headers["Authorization"] = f"Bearer {TOKEN}"
    return urllib.request.urlopen(urllib.request.Request(HUB + path, body, {k.replace("_", "-"): v for k, v in headers.items()}))


def publish(event):
    """Publishes it with its type as topic; the hub validates it."""
    try:
        request(f"/events/{TYPE}", json.dumps(event).encode(), Content_Type="application/cloudevents+json").close()
        print(f"published {event['subject']}", flush=True)
    except urllib.error.HTTPError as e:
        print(f"refused {event['subject']}: {e.code} {e.read().decode()}", file=sys.stderr, flush=True)


def main():
    with request("/events?topic=ci.") as stream:
        print("listening", flush=True)
        for line in stream:
            if not line.startswith(b"data:"):
                continue
            event = json.loads(line[5:])
            if event["topic"] not in SYSTEMS:
                continue
            try:
                for build in SYSTEMS[event["topic"]](json.loads(event["data"])):
                    publish(cdevent(*build))
            except (KeyError, TypeError, ValueError) as e:
                print(f"{event['topic']} sent something else: {e!r}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
