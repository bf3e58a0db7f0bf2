"""Short jobs of three teams through real servers, while everything they rely on is killed, paused and restarted."""
