"""We show people what the API tells, and ask it for what they click."""
