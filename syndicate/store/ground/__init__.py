"""What every table stands on: the connection, transactions, column types, rows as one parameter."""
