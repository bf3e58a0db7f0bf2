"""What Linux tells about this machine and this process: processor, memory, limits, load and CPU time."""
