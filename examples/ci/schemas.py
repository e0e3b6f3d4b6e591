#!/usr/bin/env python3
"""Stores the JSON Schemas in schemas/ in the hub, as records schemas/cdevents/TYPE.json.

usage: HUB=http://127.0.0.1:8480 TOKEN=... ./schemas.py
"""
import os
import pathlib
import urllib.request

HUB, TOKEN = os.environ.get("HUB", "http://127.0.0.1:8480"), os.environ["TOKEN"]


def main():
    files = sorted((pathlib.Path(__file__).parent / "schemas").glob("*.json"))
    for file in files:
        urllib.request.urlopen(urllib.request.Request(f"{HUB}/files/schemas/cdevents/{file.name}", file.read_bytes(), method="PUT",
                                                      headers={"Authorization": f"Bearer {TOKEN}"})).close()
    print(f"{len(files)} schemas")


if __name__ == "__main__":
    main()
