"""The Flask factory every service shares: problems, tokens, paging, job routes."""
