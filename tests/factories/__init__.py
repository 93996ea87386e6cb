"""Small registries for tests, made through the same actions the pipelines use."""
