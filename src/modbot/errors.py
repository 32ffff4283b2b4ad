"""Everything modbot raises on purpose, drawn as a tree.

ModbotError
├── IntakeError
│   ├── BadRequest
│   ├── NotAuthorised
│   ├── OriginRefused
│   ├── NotFound
│   ├── PayloadTooLarge
│   ├── UnsupportedMedia
│   ├── InvalidComment
│   ├── KeyReused
│   └── TooManyRequests
├── CaseError
│   ├── CaseNotFound
│   └── StaleReview
├── StoreError
│   ├── StoreUnavailable
│   ├── NotMigrated
│   └── AlreadyExists
├── Unreadable
├── DeliveryFailed
├── ModelError
│   ├── ModelMissing
│   ├── ModelMismatch
│   └── NotEnoughEvidence
└── ConfigError

A message says what was expected, what arrived and what to do. It never quotes a comment,
an address or a key. ``None`` means "nothing here"; raising means "mine, and it is wrong".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: its name, a stable code and a sentence with the remedy."""

    field: str
    code: str
    message: str


class ModbotError(Exception):
    """Root of the tree: a stable ``code``, the HTTP ``status`` and a message for who can act."""

    code = "error"
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class IntakeError(ModbotError):
    """The caller's fault."""

    code = "intake_error"
    status = 400


class BadRequest(IntakeError):
    """The request cannot be parsed."""

    code = "bad_request"
    status = 400


class NotAuthorised(IntakeError):
    """No credential, an unknown one, or one that may not do this."""

    code = "not_authorised"
    status = 401


class OriginRefused(IntakeError):
    """A form on a page that is none of the site's own."""

    code = "origin_refused"
    status = 403


class NotFound(IntakeError):
    """No such address, or nothing of the caller's there."""

    code = "not_found"
    status = 404


class PayloadTooLarge(IntakeError):
    """The request is larger than the house reads."""

    code = "payload_too_large"
    status = 413


class UnsupportedMedia(IntakeError):
    """The content type is none that this door reads."""

    code = "unsupported_media_type"
    status = 415


class InvalidComment(IntakeError):
    """One or more fields are wrong; carries every one of them."""

    code = "invalid_fields"
    status = 422

    def __init__(self, fields: tuple[FieldError, ...]) -> None:
        names = ", ".join(dict.fromkeys(error.field for error in fields))
        super().__init__(f"{len(fields)} field error(s): {names}. See the list for the remedy of each.")
        self.fields = fields


class KeyReused(IntakeError):
    """An idempotency key came again with another payload."""

    code = "key_reused"
    status = 409


class TooManyRequests(IntakeError):
    """A limit was passed; carries how long to wait."""

    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CaseError(ModbotError):
    """Something about one case."""

    code = "case_error"
    status = 409


class CaseNotFound(CaseError):
    """No such case, or another site's."""

    code = "case_not_found"
    status = 404


class StaleReview(CaseError):
    """Somebody answered first; carries the revision as it is now, of a bulk act the cases that stopped it."""

    code = "stale_review"
    status = 409

    def __init__(self, message: str, revision: int, case_ids: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.revision = revision
        self.case_ids = case_ids


class StoreError(ModbotError):
    """The database said no."""

    code = "store_error"
    status = 500


class StoreUnavailable(StoreError):
    """Transient by nature: try again."""

    code = "store_unavailable"
    status = 503


class NotMigrated(StoreError):
    """The database has another schema than this version of modbot."""

    code = "not_migrated"
    status = 503


class AlreadyExists(StoreError):
    """A name that must be unique is taken."""

    code = "already_exists"
    status = 409


class Unreadable(ModbotError):
    """Sealed under a key that is gone: the person was erased, or the master key is another one."""

    code = "unreadable"
    status = 410


class DeliveryFailed(ModbotError):
    """An outgoing message did not arrive. ``permanent`` disables, otherwise it is retried."""

    code = "delivery_failed"
    status = 502

    def __init__(self, reason: str, *, permanent: bool = False, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.http_status = status
        self.retry_after_s: float | None = None


class ModelError(ModbotError):
    """Something about a fitted model."""

    code = "model_error"
    status = 503


class ModelMissing(ModelError):
    """No model where one was expected; the message lists the places looked at."""

    code = "model_missing"


class ModelMismatch(ModelError):
    """A file is not what its card describes."""

    code = "model_mismatch"


class NotEnoughEvidence(ModelError):
    """A promise needs more checked comments than there are; carries how many are missing."""

    code = "not_enough_evidence"

    def __init__(self, message: str, missing: int) -> None:
        super().__init__(message)
        self.missing = missing


class ConfigError(ModbotError):
    """The settings are wrong; carries every problem found, not just the first."""

    code = "config_error"
    status = 500

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
