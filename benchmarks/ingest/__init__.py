"""Loading beside its peers: measure.py decides, increments.py about what changed, data.py is the table.

run.py and peers.py are the processes measured; processes.py starts them and holds them to their rows and texts.
"""
