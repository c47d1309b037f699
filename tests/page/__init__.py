"""Tests of the planner's page: what it is made of, and in a browser."""
