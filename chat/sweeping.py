"""Turns whose process was killed: nobody else would ever end them."""

import asyncio
import logging

from django.conf import settings
from django.db import Error

from chat import records
from chat.database import in_thread
from chat.turns import turn_engine

logger = logging.getLogger(__name__)


async def interrupt_lost_turns() -> None:
    """Store them as interrupted, again and again until cancelled."""
    while True:
        try:
            if lost := await in_thread(records.interrupt_lost)(but=turn_engine().running):
                logger.warning("Interrupted %d answers whose process is gone", lost)
        except Error:
            logger.warning("Lost answers could not be looked for", exc_info=True)
        await asyncio.sleep(settings.TURN_SWEEP_EVERY)
