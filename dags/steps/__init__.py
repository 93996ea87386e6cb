"""What the tasks do: fetch from the registry, call the room that knows how, store how it went. No Airflow in here."""
