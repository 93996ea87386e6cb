"""Keys of this room: for pseudonyms, page tokens and file URLs. Each its own file in keys_dir, each its own use."""

from dataclasses import dataclass

from catalog.secrets import key_file
from catalog.settings import Settings


@dataclass(frozen=True, repr=False)
class Keys:
    """32 random bytes each. Losing `pseudonyms` changes every pseudonym; losing the others ends tokens and URLs."""

    pseudonyms: bytes
    pages: bytes
    urls: bytes


def keys_of(settings: Settings) -> Keys:
    """The keys, made on first use."""
    return Keys(
        *(key_file(settings.keys_dir / f"{name}.key", bytes_wanted=32) for name in ("pseudonyms", "pages", "urls"))
    )
