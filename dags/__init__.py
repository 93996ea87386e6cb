"""When each step of the way happens. One DAG per file; what a task does is in `dags.steps`, free of Airflow."""
