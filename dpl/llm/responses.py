"""The response store: every answer a model gave, addressed by what it was asked. One SQLite file, safe for several processes.

That one idea gives resuming, offline replay and shared stages: an equal question is asked, and paid for, once.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dpl.errors import ConfigurationError
from dpl.records import Completion, Message, Sampling

SCHEMA = """
create table if not exists responses (
    key text primary key,
    request text not null,
    response text not null,
    created text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) without rowid
"""


def request_json(model: str, base_url: str | None, messages: Sequence[Message], sampling: Sampling, replicate: int) -> str:
    """Returns the canonical text of a request: all that may change the answer, and nothing else."""
    request: dict[str, Any] = {
        "base_url": base_url,
        "messages": [asdict(message) for message in messages],
        "model": model,
        "replicate": replicate,
        "sampling": asdict(sampling),
    }
    return json.dumps(request, sort_keys=True, separators=(",", ":"))


def request_key(request: str) -> str:
    """Returns the address of a request: the SHA-256 of its canonical text, as 64 hexadecimal digits."""
    return hashlib.sha256(request.encode("ascii")).hexdigest()


class ResponseStore:
    """A table of request and response texts; keys, headers and environment are never in it.

    Args:
        path: the SQLite file, made (with its folder) if it does not exist; None keeps the responses in memory.

    Raises:
        ConfigurationError: the file is not a response store or cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        # Threads of one process share the connection under the lock; processes share the file through WAL.
        self._lock = threading.Lock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path or ":memory:", timeout=60, isolation_level=None, check_same_thread=False)
            self._connection.execute("pragma journal_mode=wal")
            self._connection.execute("pragma synchronous=normal")
            self._connection.execute(SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(f"response store {path}: {error}; give another file with --store") from error

    def get(self, key: str) -> Completion | None:
        """Returns the stored answer to a request, or None."""
        with self._lock:
            row = self._connection.execute("select response from responses where key = ?", (key,)).fetchone()
        if row is None:
            return None
        fields = json.loads(row[0])
        return Completion(**{**fields, "key": key, "dropped": tuple(fields["dropped"])})

    def request(self, key: str) -> dict[str, Any] | None:
        """Returns what was asked under a key (model, messages, sampling, ...), or None."""
        with self._lock:
            row = self._connection.execute("select request from responses where key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, request: str, completion: Completion) -> Completion:
        """Stores an answer under the key of its request and returns what the store holds now.

        An answer that another process put there first stays, so that both go on with the same text.
        """
        fields = {name: value for name, value in asdict(completion).items() if name != "key"}
        row = (completion.key, request, json.dumps(fields, sort_keys=True))
        with self._lock:
            self._connection.execute("insert or ignore into responses (key, request, response) values (?, ?, ?)", row)
        return self.get(completion.key) or completion

    def __len__(self) -> int:
        with self._lock:
            return int(self._connection.execute("select count(*) from responses").fetchone()[0])

    def close(self) -> None:
        """Writes what is pending and lets go of the file."""
        with self._lock:
            self._connection.close()
