from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "chatbot_project"
