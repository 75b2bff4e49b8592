"""Draw patients by a hash of their id, so that who comes or goes leaves the others in place."""

import hashlib
from collections.abc import Iterable


def hash_number(text: str) -> int:
    """Return a number that depends on ``text`` alone, on every machine."""
    return int(hashlib.md5(text.encode()).hexdigest(), 16)


def stable_order(names: Iterable[str], seed: int, purpose: str) -> list[str]:
    """Return ``names`` in an order as good as random that another name does not change.

    Args:
        names: They are shuffled.
        seed: Another seed, another order.
        purpose: What is drawn; two purposes have orders that know nothing of each other.
    """
    return sorted(names, key=lambda name: (hash_number(f"{seed}:{purpose}:{name}"), name))
