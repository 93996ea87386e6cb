"""What a person sees: server-rendered pages, read-only, in two languages. A second rendering of exchange_api.views."""
