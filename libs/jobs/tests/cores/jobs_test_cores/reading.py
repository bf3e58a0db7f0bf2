"""Says what its input holds."""


def run(run):
    return {"read": (run.inputs / "a.txt").read_text()}
