"""What a person types: the command `shuniu`, one file per noun. Imports stay lazy so that --help answers at once."""
