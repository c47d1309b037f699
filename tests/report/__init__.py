"""Tests of pictures, PDF and workbook."""
