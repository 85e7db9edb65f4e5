"""The studio: HTTP, and the page on which people colour their photographs."""

from vermilion.studio.server import run_server
from vermilion.studio.settings import Limits, Settings
from vermilion.studio.web.addresses import lan_address, new_token, port_or_any, qr_text, read_token

__all__ = [
    "Limits",
    "Settings",
    "lan_address",
    "new_token",
    "port_or_any",
    "qr_text",
    "read_token",
    "run_server",
]
