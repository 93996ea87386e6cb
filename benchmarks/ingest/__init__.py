"""Loading beside its peers: measure.py decides, run.py and peers.py are the processes measured, data.py the table."""
