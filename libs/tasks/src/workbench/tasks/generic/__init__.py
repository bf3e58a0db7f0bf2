"""Any model at all: its speed is measured, what its outputs mean is nobody's concern."""
