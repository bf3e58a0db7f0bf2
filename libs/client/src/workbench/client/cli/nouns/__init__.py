"""The nouns of the command line: a file for those that are alike, a constant for each."""
