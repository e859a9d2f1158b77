"""The documents as pages: `docs/` and its neighbours, with the API's reference, for any browser.

`shelf` knows the documents, `text` turns one into HTML, `reference` reads the OpenAPI, `pages`
puts each in its frame; the web server serves them at /docs, and `make docs` writes them as files.
"""
