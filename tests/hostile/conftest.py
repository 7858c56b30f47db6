"""Who listens, so that a test can tell whether somebody called."""

import socket
import threading

import pytest


@pytest.fixture(scope="module")
def listener():
    """A port of this machine that notes who calls, and what it heard."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            while True:
                try:
                    other, _ = server.accept()
                except OSError:
                    return
                heard.append(other.recv(200))
                other.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard
