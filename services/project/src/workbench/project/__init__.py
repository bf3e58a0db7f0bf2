"""We decide which steps lead from a model to a recommended deployment."""
