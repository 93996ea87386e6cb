"""One module per kind of department system; what they all give back is a Delivery."""
