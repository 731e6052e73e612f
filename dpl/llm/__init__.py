"""Access to language models: one client, one response store, one road (LiteLLM) for hosted and local models alike."""

from dpl.llm.client import LLM
from dpl.llm.responses import ResponseStore

__all__ = ["LLM", "ResponseStore"]
