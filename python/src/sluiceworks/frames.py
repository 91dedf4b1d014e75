"""Frames over a stream socket: u32 header length, u32 payload length (little endian), JSON header, payload bytes.

The server's side is src/serving/scoring-frames.ts; change both together.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Dict

_PREFIX = struct.Struct("<II")
# Beyond this, joining header and payload costs more than a second system call.
_JOIN_LIMIT = 64 * 1024

Header = Dict[str, Any]


class FrameConnection:
    """Whole frames in, whole frames out; one thread reads and the same one writes."""

    def __init__(self, connection: socket.socket) -> None:
        self._read = connection.makefile("rb", buffering=64 * 1024).read
        self._send = connection.sendall

    def receive(self) -> tuple[Header, bytes] | None:
        """The next frame; None when the server closed the connection, also in the middle of a frame."""
        prefix = self._read(_PREFIX.size)
        if len(prefix) < _PREFIX.size:
            return None
        header_length, payload_length = _PREFIX.unpack(prefix)
        header = self._read(header_length)
        payload = self._read(payload_length) if payload_length else b""
        if len(header) < header_length or len(payload) < payload_length:
            return None
        return json.loads(header), payload

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Writes one frame; raises OSError when the server has gone."""
        text = json.dumps(header).encode()
        start = _PREFIX.pack(len(text), len(payload)) + text
        if len(payload) <= _JOIN_LIMIT:
            self._send(start + payload)
        else:
            self._send(start)
            self._send(payload)
