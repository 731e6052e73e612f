from dpl.corpus import Corpus
from dpl.records import Item, Review


def test_reviews_are_indexed_by_user_in_time_order_and_by_item() -> None:
    reviews = [
        Review("ann", "B", "later", timestamp=2),
        Review("ann", "A", "earlier", timestamp=1),
        Review("bob", "A", "mine", timestamp=3),
    ]
    corpus = Corpus(reviews)
    assert [review.text for review in corpus.by_user["ann"]] == ["earlier", "later"]
    assert [review.user_id for review in corpus.by_item["A"]] == ["ann", "bob"]


def test_blank_reviews_are_left_out_and_counted() -> None:
    corpus = Corpus([Review("ann", "A", "  \n"), Review("ann", "B", "words")])
    assert corpus.blank == 1
    assert [review.asin for review in corpus.by_user["ann"]] == ["B"]


def test_peers_are_others_and_may_have_to_be_older() -> None:
    corpus = Corpus([Review(user, "A", user, timestamp=time) for time, user in enumerate(["ann", "bob", "cem"])])
    assert [peer.user_id for peer in corpus.peers("A", without="bob")] == ["ann", "cem"]
    assert [peer.user_id for peer in corpus.peers("A", without="bob", before=2)] == ["ann"]
    assert corpus.peers("unknown", without="bob") == ()


def test_a_sample_holds_no_review_of_its_own_item() -> None:
    corpus = Corpus([Review("ann", "A", "about A"), Review("ann", "B", "about B")], [Item("A", "Title")])
    sample = corpus.sample("ann", corpus.item("A"), rating=4)
    assert [review.asin for review in sample.history] == ["B"]
    assert sample.item.title == "Title"
    assert corpus.sample("nobody", Item("A")).history == ()


def test_an_item_that_is_only_reviewed_is_known_by_its_identity() -> None:
    assert Corpus([Review("ann", "A", "x")]).item("A") == Item("A")
    assert Corpus([]).item("Z") == Item("Z")


def test_once_computes_once() -> None:
    corpus, calls = Corpus([]), []
    assert [corpus.once("name", lambda: calls.append(1) or len(calls)) for _ in range(3)] == [1, 1, 1]
