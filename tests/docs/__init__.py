"""Tests of the pages for newcomers: their code runs; what is made of code is complete."""
