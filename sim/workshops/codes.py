"""Codes and keys: what lets a learner in, what lets the facilitator in, what tells one device from another.

A class code is short and read aloud; it keeps strangers out of a room, not a determined attacker, so wrong ones are
counted (``Tries``). The facilitator's key and a device's token are long, random, and never shown to anybody else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
import unicodedata
from dataclasses import dataclass, field

#: No 0 or O, no 1, I or L, no U or V, no 2 or Z, no 5 or S, no 8 or B: nothing that is misread or misheard.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
CODE_LENGTH = 6
#: Longest name of a team, characters.
LONGEST_NAME = 40


def class_code() -> str:
    """A code of six signs: one of 148 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def key() -> str:
    """A key of 160 random bits in 27 signs that a link can carry."""
    return secrets.token_urlsafe(20)


def as_code(text: str) -> str:
    """A class code as somebody types it: small letters, blanks and hyphens mean nothing."""
    return "".join(sign for sign in text[:40].upper() if sign.isalnum())


def same(given: str, right: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


def fingerprint(token: str) -> str:
    """What is kept of a device's token: enough to know it again, not enough to make it."""
    return hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=16, person=b"zonesim-device").hexdigest()


def shown_name(text: str) -> str:
    """A team's name as it is kept: no control or formatting signs, single blanks, at most 40 characters."""
    normal = unicodedata.normalize("NFC", text[:400])
    plain = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in normal)
    return " ".join(plain.split())[:LONGEST_NAME].strip()


def name_key(name: str) -> str:
    """What has to differ between two names: not small and large letters, nor signs that look like others of them."""
    return unicodedata.normalize("NFKC", name).casefold()


@dataclass
class Tries:
    """Wrong codes that may still be given, by everybody together; one more every ``every_s`` seconds."""

    most: int = 60
    every_s: float = 0.5
    _left: float = -1.0
    _at: float = field(default_factory=time.monotonic)

    def allowed(self) -> bool:
        """Whether a code may be looked at now; with none left even the right one has to wait."""
        now = time.monotonic()
        left = float(self.most) if self._left < 0 else self._left
        self._left = min(float(self.most), left + (now - self._at) / self.every_s)
        self._at = now
        return self._left >= 1.0

    def wrong(self) -> None:
        """Count a wrong code."""
        self._left -= 1.0
