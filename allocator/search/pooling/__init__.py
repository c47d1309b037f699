"""Capacity by chance: linear rows for chances, exact needs, floors that learn, covers.

A floor is full when the chance that more people come than there are desks would exceed the
allowed share on some weekday: no linear row says that. Two kinds of row stand in for it.

Every plan obeys those of `relaxed_rows`, so proofs rest on them (`Case` has them); what obeys
those of `safe_rows` is a plan. The search goes by rows between the two (`rooms`), and every
layout it offers is judged exactly (`needs`).
"""
