"""Real servers for tests and for `make up-services`: each in a folder of its own, on a free port."""
