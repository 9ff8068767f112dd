"""Passwords, sessions, second factors, API tokens and the brake on guessing."""
