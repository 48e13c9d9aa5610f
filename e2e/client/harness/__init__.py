"""Helpers of the tests with the real client: servers, users, training scripts, and a reader of what the server has."""
