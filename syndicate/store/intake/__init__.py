"""Where articles come from: sources, their polls, pages read again, hubs and pushes."""
