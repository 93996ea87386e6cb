"""Read by Airflow's scheduler as it starts: imports what every task needs, once.

LocalExecutor's workers are forked from the scheduler and every task from a worker, so what is imported here is there
already, in memory they share; else each of a night's hundred tasks would import the engines anew, a second of processor
time each. Only the scheduler finds this folder (launch/airflow.py).
"""

from importlib import import_module as _import_module

__all__: list[str] = []  # Airflow takes every public name of this module for a setting

for _name in (
    "pandas",
    "pyarrow.parquet",
    "pyarrow.compute",
    "duckdb",
    "deltalake",
    "catalog.database",
    "catalog.models",
):
    _import_module(_name)
