"""What comes out: plan and result types, the checker, tables and the stack picture."""
