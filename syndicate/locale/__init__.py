"""Gettext catalogues, one .po file a language; `syndicate.translations` reads them."""
