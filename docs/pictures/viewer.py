#!/usr/bin/env python3
"""Draws the pictures of the window that README.md and the chapters show, from shipped scenarios.

Usage: viewer.py BUILD [--renew | --check FOLDER]; see tests/support/drawn.py

tests/viewer/app/references_test.py fails when one of them is not what the viewer draws.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "tests/support"))
import drawn  # noqa: E402
from drawn import Drawn  # noqa: E402

PICTURES = (
    Drawn("viewer", "07_compose_stack", ("--at", "103s", "--select", "node-5"), ("dark",),
          "1280x720"),
    Drawn("viewer-why", "02_node_crash", ("--at", "90s", "--select", "web.3", "--panel", "Why"),
          ("dark",), "800x420"),
    Drawn("viewer-store", "59_split_brain", ("--at", "150s", "--select", "orders/cart", "--panel",
                                             "Store"), ("dark",), "1000x440"),
    Drawn("viewer-live", "33_partitioned_leader", ("--at", "100s", "--select", "m2", "--panel",
                                                   "Network"), ("dark",), "1000x440", live=True),
    Drawn("viewer-compare", "02_node_crash", ("--at", "75s", "--panel", "Compare"), ("light",),
          "800x420", other_seed="7"),
)

if __name__ == "__main__":
    sys.exit(drawn.main(PICTURES, FOLDER, sys.argv[1:]))
