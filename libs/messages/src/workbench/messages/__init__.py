"""Bells, commands and events between services, as CloudEvents."""

from workbench.messages.inprocess import InProcessMessages
from workbench.messages.message import Message
from workbench.messages.port import BrokerAway, Handler, Messages

__all__ = ["BrokerAway", "Handler", "InProcessMessages", "Message", "Messages"]
