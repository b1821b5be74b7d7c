#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot_project.settings")
    if sys.argv[1:2] == ["serve"]:
        from chatbot_project.watchdog import watched

        sys.argv += watched()
    # Only now: the process that watches the server's stays small.
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as exc:
        sys.exit(str(exc))
