"""Who is calling, and the keys they call with."""
