"""How a plan is found: towers, stacking, neighbourhoods, bounds, and solve() that wires them."""
