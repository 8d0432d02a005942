"""The pictures that the viewer is compared with: every panel on a shipped scenario, dark over
light, and whole windows. They lie in references/ beside this file.

Usage: references.py BUILD [--renew | --check FOLDER]; see tests/support/drawn.py
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "references"
sys.path.insert(0, str(FOLDER.parents[2] / "support"))
import drawn  # noqa: E402
from drawn import Drawn  # noqa: E402


def panel(name, scenario, *options, **more):
    return Drawn(name.lower(), scenario, ("--panel", name, *options), **more)


REFERENCES = (
    panel("Cluster", "03_rack_loss", "--at", "75s", "--select", "b2"),
    panel("Network", "33_partitioned_leader", "--at", "100s", "--select", "m1", size="600x320"),
    panel("Timeline", "03_rack_loss", "--at", "75s", "--select", "b2"),
    panel("Services", "36_rolling_update", "--at", "50s", "--select", "web"),
    panel("Events", "02_node_crash", "--at", "75s"),
    panel("Scenario", "02_node_crash", "--at", "75s", "--select", "web"),
    panel("Compare", "02_node_crash", "--at", "75s", other_seed="7"),
    panel("Inspector", "02_node_crash", "--at", "75s", "--select", "node-2"),
    panel("Why", "02_node_crash", "--at", "75s", "--select", "node-2"),
    panel("Managers", "33_partitioned_leader", "--at", "155s", "--select", "m2",
          size="680x280"),
    panel("Store", "59_split_brain", "--at", "150s", "--select", "orders/cart", size="660x280"),
    Drawn("store-split", "65_splitting_a_shard", ("--panel", "Store", "--at", "40230ms"),
          size="690x260"),
    Drawn("store-copies", "59_split_brain", ("--panel", "Store", "--at", "100s"), size="640x300"),
    Drawn("network-degraded", "tests/viewer/app/degraded", ("--panel", "Network", "--at", "60s"),
          size="640x360"),
    panel("Plots", "46_scaling_under_load", "--at", "170s"),
    Drawn("window", "02_node_crash", ("--at", "75s", "--select", "node-2"), ("dark",),
              "800x560"),
    Drawn("live", "02_node_crash", ("--at", "75s", "--select", "node-3", "--panel", "Cluster"),
              ("light",), "1000x420", live=True),
)


if __name__ == "__main__":
    sys.exit(drawn.main(REFERENCES, FOLDER, sys.argv[1:]))
