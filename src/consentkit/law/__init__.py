"""The law as data: what each place asks for."""
