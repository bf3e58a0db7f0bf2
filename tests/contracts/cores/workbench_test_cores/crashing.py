"""Dies without a word."""

import os
import signal


def run(run):
    os.kill(os.getpid(), signal.SIGSEGV)
