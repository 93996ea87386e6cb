"""A synthetic city, its departments' systems, its ground truth, and the whole way of the data run once through them."""
