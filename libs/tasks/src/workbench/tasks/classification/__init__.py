"""Which class a picture belongs to."""
