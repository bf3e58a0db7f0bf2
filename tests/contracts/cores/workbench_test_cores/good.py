"""Leaves a file and a result."""


def run(run):
    run.progress("saying", 0.5, "half")
    run.log("a line of the log")
    (run.outputs / "said.txt").write_text(run.spec["word"])
    return {"said": run.spec["word"]}
