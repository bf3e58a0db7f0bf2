"""Which class each pixel of a picture belongs to."""
