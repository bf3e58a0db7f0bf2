"""Boxes as arrays, (n, 4): what tasks that find things have in common. Carried into packages."""
