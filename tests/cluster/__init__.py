"""Tests that install the chart in a real cluster."""
