"""All rules over all rows in one scan: the marks of each row, and the tables that come of them."""
