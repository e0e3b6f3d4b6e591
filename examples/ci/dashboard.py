#!/usr/bin/env python3
"""Shows the results and artifacts of builds, whichever system made them.

usage: HUB=http://127.0.0.1:8480 TOKEN=... ./dashboard.py
"""
import json
import os
import urllib.request

HUB, TOKEN = os.environ.get("HUB", "http://127.0.0.1:8480"), os.environ["TOKEN"]


def main():
    topics = "topic=dev.cdevents.pipelinerun.finished.&topic=dev.cdevents.artifact.published."
    stream = urllib.request.urlopen(urllib.request.Request(f"{HUB}/events?{topics}", headers={"Authorization": f"Bearer {TOKEN}"}))
    print("listening", flush=True)
    for line in stream:
        if not line.startswith(b"data:"):
            continue
        data = json.loads(json.loads(line[5:])["data"])["data"]
        if "customData" in data:
            print(f"{data['customData']['path'].removeprefix('builds/'):20} {data['customData']['size']} bytes", flush=True)
        else:
            run = data["subject"]
            print(f"{run['id']:20} {run['content']['outcome']:8} {run['content']['uri']}", flush=True)


if __name__ == "__main__":
    main()
