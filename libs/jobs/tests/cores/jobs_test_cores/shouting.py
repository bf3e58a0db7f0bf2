"""Floods its log."""


def run(run):
    for _ in range(40):
        run.log("x" * 50_000)
    return {}
