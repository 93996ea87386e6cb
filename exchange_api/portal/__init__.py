"""What a person sees: server-rendered pages in two languages, read-only but for tickets; exchange_api.views drawn."""
