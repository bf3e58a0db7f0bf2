"""Where the points of a face are: eyes, nose, mouth, contour."""
