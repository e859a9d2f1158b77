"""What is read to be shown: readers' pages, mailings under way, what operators watch."""
