"""Your first model with the SDK: upload it, measure it, and read how fast it is and how sure that is.

python first_model.py inputs/model.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.client import Client
from workbench.client.embedded import home_folder


def main(path: str) -> None:
    """Everything that `create` starts is a job: `wait` returns its end, or raises what went wrong."""
    with Client.embedded(home_folder()) as client:
        model = client.models.upload(Path(path))
        facts = client.models.wait(model["id"])["facts"]
        print(f"{facts['format']} with the inputs {[one['name'] for one in facts['inputs']]}")

        conversion = client.conversions.create({"model_id": model["id"], "precision": "FP16"})
        converted = client.conversions.wait(conversion["id"])["result"]["id"]

        # Five fresh processes of 0.2 seconds each: enough to see, not to decide.
        profile = client.profiles.create({"model_id": converted, "duration_s": 0.2})
        facts = client.profiles.wait(profile["id"])["facts"]
        speed = facts["throughput_fps"]
        print(
            f"{speed['value']:.0f} frames per second, between {speed['low']:.0f} and {speed['high']:.0f}: "
            f"{facts['trust']['verdict']}"
        )


if __name__ == "__main__":
    main(sys.argv[1])
