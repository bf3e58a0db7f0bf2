"""We mount every service in one process tree, on this machine."""
