"""What bench/scale.py is made of: simulated nodes, pods' last words, bare Jobs and ours, and what all that costs."""
