#!/usr/bin/env python3
"""Stores the JSON Schemas of CDEvents in the hub, as records schemas/cdevents/TYPE.json.

usage: HUB=http://127.0.0.1:8480 TOKEN=... ./schemas.py cdevents-sdk-java-0.3.1.jar

The jar is on Maven Central (dev.cdevents:cdevents-sdk-java, Apache License 2.0) and contains all of them.
"""
import json
import os
import sys
import urllib.request
import zipfile

HUB, TOKEN = os.environ.get("HUB", "http://127.0.0.1:8480"), os.environ["TOKEN"]


def main():
    with zipfile.ZipFile(sys.argv[1]) as jar:
        names = [n for n in jar.namelist() if n.startswith("dev/cdevents/spec/schemas/") and n.endswith(".json")]
        for name in names:
            schema = jar.read(name)
            kind = json.loads(schema)["properties"]["context"]["properties"]["type"]["enum"][0]
            urllib.request.urlopen(urllib.request.Request(f"{HUB}/files/schemas/cdevents/{kind}.json", schema, method="PUT",
                                                          headers={"Authorization": f"Bearer {TOKEN}"})).close()
    print(f"{len(names)} schemas")


if __name__ == "__main__":
    main()
