-- Airflow keeps its own books, apart from the registry.
CREATE DATABASE airflow;
