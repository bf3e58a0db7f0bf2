"""Bells, commands and events between services, as CloudEvents."""

from workbench.messages.inprocess import InProcessMessages
from workbench.messages.message import Message
from workbench.messages.port import Handler, Messages

__all__ = ["Handler", "InProcessMessages", "Message", "Messages"]
