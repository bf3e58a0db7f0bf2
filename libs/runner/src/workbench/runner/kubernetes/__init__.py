"""Runs as Kubernetes Jobs: pods on nodes chosen by device type."""
