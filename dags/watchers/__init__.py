"""What looks out for things beside the clock, in Airflow's triggerer: no DAG stands in here."""
