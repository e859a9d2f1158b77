"""The faces for browsers and programs: reader pages, the console and the HTTP API."""
