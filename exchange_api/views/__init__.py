"""Read-only questions to the registry: session in, frozen dataclasses out. Pages and JSON answers both render these."""
