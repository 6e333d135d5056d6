"""One choice over several domains: who is led away to fetch it, what travels, and what it counts for on arrival."""
