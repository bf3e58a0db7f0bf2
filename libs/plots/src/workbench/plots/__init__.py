"""Figures and their intervals as words and pictures: in the console, and in the report that needs no server."""
