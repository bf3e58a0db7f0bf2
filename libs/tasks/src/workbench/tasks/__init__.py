"""What a model does, a folder each: everything that one task means to a computation, in rooms that are alike."""
