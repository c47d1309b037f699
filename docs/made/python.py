"""The page of the Python library: every public name, which mkdocstrings describes."""

from __future__ import annotations

import allocator
from allocator import library

READING = ("Scenario", "Settings")
ERRORS = ("AllocatorError", "InputError", "Problem", "SolveFailedError", "ScenarioWarning")


def page() -> str:
    """Return the page: what is given, functions in the order of use, errors, what comes back."""
    functions = [name for name in dir(library) if name in library.__all__]
    first = [name for name in ("read", "solve", "check") if name in functions]
    rest = sorted(set(functions) - set(first))
    known = {*READING, *ERRORS, *functions, "__version__"}
    types = [name for name in allocator.__all__ if name not in known]
    parts = {
        "What is given": READING,
        "Functions": (*first, *rest),
        "What they return": types,
        "Errors and warnings": ERRORS,
    }
    return HEAD + "\n".join(
        f"## {title}\n\n" + "\n".join(f"::: allocator.{name}\n" for name in names)
        for title, names in parts.items()
    )


HEAD = """# Python

```python
import allocator
```

takes a few milliseconds: what solves is loaded when it is first used. The names on this page are
the public interface; everything else may change. All of them are typed. Every function that
searches takes

- `time_limit_s`, in seconds, above 0;
- `seed`, at least 0;
- `workers`, threads from 1 to 64; one for each processor if left out;
- `on_progress`, called from any thread with a `Progress` for every better plan, bound and stage.

What cannot be used raises `allocator.InputError`, whose `problems` lists everything that is wrong.

"""
