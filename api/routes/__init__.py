"""The routes of the service, a module each; what they need is in `api.deps`."""
