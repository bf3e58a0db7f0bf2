"""Where inference may run: which targets there are, what each has, and where a request goes."""
