"""The chart as helm renders it; no cluster."""
