"""The departments that hold data about people: which people each one knows, in which columns, with which dirt."""
