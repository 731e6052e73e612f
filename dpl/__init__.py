"""DPL, difference-aware personalization (arXiv 2503.02450), usable on its own.

    corpus = Corpus(reviews, items)
    sample = corpus.sample("ann", item, rating=4, title="Better than the film")
    prediction = asyncio.run(DPL(n=4, k=2).generate(sample, corpus, LLM("openai/gpt-4o-mini")))
    print(prediction.text)

The LLM is any LiteLLM model id, or one that runs in this process (`local/...`).
"""

from dpl.corpus import Corpus
from dpl.llm.client import LLM
from dpl.llm.responses import ResponseStore
from dpl.pipeline import DPL
from dpl.records import Item, Prediction, Review, Sample, Sampling

__all__ = ["DPL", "LLM", "Corpus", "Item", "Prediction", "ResponseStore", "Review", "Sample", "Sampling"]
