"""Never ends by itself."""

import time


def run(run):
    run.progress("sleeping", 0.1)
    time.sleep(600)
