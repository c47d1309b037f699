"""Pictures, PDF and workbook of a plan."""
