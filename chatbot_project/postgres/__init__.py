"""Django's backend for PostgreSQL, with a pool that gets over the loss of all of its connections."""
