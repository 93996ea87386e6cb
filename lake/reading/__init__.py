"""What is shown of a table: pages and files for recipients, looks and evidence for people of the bureau."""
