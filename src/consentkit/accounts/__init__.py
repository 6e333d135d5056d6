"""Choices that follow an account over its browsers."""
