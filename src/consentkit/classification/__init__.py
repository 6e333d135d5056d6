"""What a cookie or a URL is, and why: for the guard, at once, and for those who ask, as far as can be said."""
