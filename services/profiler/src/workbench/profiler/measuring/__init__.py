"""One launch and what many say together: figures with their intervals, and whether they can be trusted."""
