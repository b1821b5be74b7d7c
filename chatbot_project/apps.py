from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "chatbot_project"

    def ready(self) -> None:
        # Importing them makes the schemes known.
        from chatbot_project import openapi  # noqa: F401
