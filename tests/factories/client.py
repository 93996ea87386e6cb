"""Starlette's test client. It warns at import that it would rather have httpx2, which nothing else here needs."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
