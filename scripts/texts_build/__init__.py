"""What scripts/texts.py is made of."""
