"""Gettext catalogues, one .po file a language; `render.environment` reads them."""
