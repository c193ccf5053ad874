"""The hub: Converse's own vocabulary, between the families' native bodies and the engines' tokens."""
