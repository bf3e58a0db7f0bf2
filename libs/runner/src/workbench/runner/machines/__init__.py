"""Runs on machines that take them themselves: each has an agent, which asks for work and says what became of it."""
