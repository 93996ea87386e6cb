"""From a delivery to the raw zone, exactly once: batches, reconciliation, what is held, history."""
