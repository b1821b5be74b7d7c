"""What the server calls before it stops."""

from chat.turns import turn_engine


async def drain(grace: float) -> None:
    """Let running answers end for `grace` seconds, then store the rest as interrupted."""
    await turn_engine().drain(grace)
