"""The rules of a build: every threshold, with the published values as defaults."""

from dataclasses import dataclass, fields, replace

from dpl.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds; lengths are in code points, all bounds are inclusive.

    `light` rules are for sparse data: items need no description and no number of users, and profiles stay whole. Everybody who reviewed an
    item at sufficient length can be compared with, whether or not they are a user of the benchmark; a user stays with at least
    `min_profile_reviews` profile reviews of items that `min_peers` others reviewed.
    """

    name: str = "full"
    min_description: int = 100
    max_description: int = 2000
    min_text: int = 200
    min_item_users: int = 8
    min_user_reviews: int = 18
    max_user_reviews: int = 500
    held_out: int = 10
    min_profile_item_users: int = 5
    min_profile_reviews: int = 8
    min_peers: int = 3
    keep_paragraphs: bool = False

    def __post_init__(self) -> None:
        problems = [
            f"{threshold.name}={value} is not allowed; give 0 or more"
            for threshold in fields(self)
            if isinstance(value := getattr(self, threshold.name), int) and value < 0
        ]
        if self.held_out < 2:
            problems.append(f"held_out={self.held_out} is not allowed; give 2 or more: one review for validation, one for test")
        if self.min_user_reviews > self.max_user_reviews:
            problems.append(
                f"min_user_reviews={self.min_user_reviews} is above max_user_reviews={self.max_user_reviews}; nobody would stay"
            )
        if problems:
            raise ConfigurationError(*problems)

    @property
    def is_light(self) -> bool:
        """Whether these are the rules for sparse data."""
        return self.name == "light"


PRESETS = {
    "full": Rules(),
    "light": Rules(name="light", min_user_reviews=8, held_out=2, min_profile_reviews=1),
}


def rules(name: str, **thresholds: int | bool | None) -> Rules:
    """Returns a preset with some thresholds changed; None leaves one as it is.

    Raises:
        ConfigurationError: no such preset, or a threshold that cannot be.
    """
    if name not in PRESETS:
        raise ConfigurationError.unknown("rule set", name, PRESETS)
    return replace(PRESETS[name], **{key: value for key, value in thresholds.items() if value is not None})  # type: ignore[arg-type]
