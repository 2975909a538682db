"""Fixtures for any project's tests: an emulator, a clean account, clients, deployed apps."""
