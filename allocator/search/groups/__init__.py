"""The first layout: which tower each group of units is in. Floors inside towers are foretold."""
