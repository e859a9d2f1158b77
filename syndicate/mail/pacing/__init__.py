"""How fast mail may leave, and by which relay."""
