"""A small OpenAI-compatible server on loopback, so that tests go through LiteLLM's real HTTP road."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the server sends: an answer's text, or an error of some status."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    finish_reason: str = "stop"
    usage: bool = True


def echo(request: dict[str, Any]) -> Reply:
    """Answers with a sentence that depends on the prompt and the seed alone."""
    text = json.dumps([request["messages"], request.get("seed")])
    return Reply(f"I liked it for the {hashlib.sha256(text.encode()).hexdigest()[:6]} on the second page.")


class OpenAIServer:
    """Answers chats with what `answer` says; keeps every request it was sent."""

    def __init__(self) -> None:
        self.answer: Callable[[dict[str, Any]], Reply] = echo
        self.requests: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.requests.append(request)
                server.keys.add(self.headers.get("authorization", ""))
                reply = server.answer(request)
                body = json.dumps(_body(request, reply)).encode()
                self.send_response(reply.status)
                for name, value in {"content-type": "application/json", "content-length": str(len(body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _body(request: dict[str, Any], reply: Reply) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": reply.error or {"message": f"status {reply.status}", "type": "server_error", "code": None}}
    words = sum(len(message["content"].split()) for message in request["messages"])
    usage = {"prompt_tokens": words, "completion_tokens": len(reply.text.split()), "total_tokens": words + len(reply.text.split())}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": f"{request['model']}-2026-01-01",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": reply.text}, "finish_reason": reply.finish_reason}],
        **({"usage": usage} if reply.usage else {}),
    }
