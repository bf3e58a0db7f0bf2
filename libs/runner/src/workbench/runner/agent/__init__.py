"""A run's own pod: fetch what it needs, run its core as any machine would, say what came of it. Only stdlib."""
