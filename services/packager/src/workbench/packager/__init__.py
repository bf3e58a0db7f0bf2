"""We decide what a device needs to run a model, and prove it runs."""
