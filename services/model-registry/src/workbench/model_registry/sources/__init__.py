"""Where models come from by name: what a source holds under a name, and bringing it here, checked."""
