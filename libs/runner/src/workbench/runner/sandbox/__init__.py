"""What a core may reach: put around its own process, between fork and exec, and told in words. Only stdlib."""
