"""An article's page into headline, text, authors, dates and picture; `extract` asks them all."""
