"""What the operator of an installation does: teams, tokens, collecting garbage, checking what is kept."""
