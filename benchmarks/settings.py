"""The product's settings for a server under load: nothing throttled, and an empty view to compare with."""

from chatbot_project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
THROTTLE_VISITOR = THROTTLE_ADDRESS = THROTTLE_READ = "1000000/second"
