"""The demo: real input that the project makes itself, and the main job done on it while you watch."""
