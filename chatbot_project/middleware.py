"""Every request has an id: in the log, in errors and in the answer's X-Request-ID."""
