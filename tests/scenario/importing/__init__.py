"""Ministries' own tables, as the tests make them."""
