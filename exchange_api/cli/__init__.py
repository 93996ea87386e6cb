"""What a person types: the command `shuniu`, nouns by their room. Imports stay lazy: --help answers at once."""
