"""Takes an order and hands it to the orders database."""

import os
import socket
from typing import Any

import doctor

DATABASE = (os.environ["ORDERS_DATABASE_HOST"], int(os.environ["ORDERS_DATABASE_PORT"]))


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    with socket.create_connection(DATABASE, timeout=3) as database:
        database.sendall(event["order"].encode())
    return {"accepted": event["order"]}


handler = doctor.beside(take)
