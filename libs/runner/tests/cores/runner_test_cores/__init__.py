"""A core that behaves as it is told, well or badly, to try launchers with."""
