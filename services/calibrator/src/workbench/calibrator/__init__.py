"""We decide how a model becomes INT8 and what that costs in accuracy."""
