"""Documents to print. No ORM."""
