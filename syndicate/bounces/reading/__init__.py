"""What a returned mail or a provider's event says of a recipient; pure: bytes in, verdicts out."""
