"""The product's settings with times that a test can wait for, and a page that tells what the server holds."""

import os

from chatbot_project.settings import *  # noqa: F403

ROOT_URLCONF = "tests.faults.urls"
TURN_CHECKPOINT_EVERY = 0.3
TURN_LOST_AFTER = 3.0  # less than a database may be away: nobody may take what is alive for lost
TURN_SWEEP_EVERY = 0.5
TURN_STORE_WITHIN = float(os.environ.get("STORE_WITHIN", "75"))
TURN_GRACE = 1.0
READER_STALLED_AFTER = 1.0
SOCKET_PING_EVERY = 2
SOCKET_PONG_WITHIN = 5
LLM_FIRST_TOKEN_TIMEOUT = 8.0
LLM_SILENCE_TIMEOUT = 4.0
LLM_ANSWER_TIMEOUT = 12.0
THROTTLE_VISITOR = THROTTLE_ADDRESS = THROTTLE_READ = "100000/minute"
