"""How rows come out of a database: the scanner, the generic way, windows of a watermark, a SELECT of a contract."""
