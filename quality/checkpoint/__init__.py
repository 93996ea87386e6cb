"""Great Expectations speaks for our rules: suites, engine, outcomes, Data Docs."""
