"""Every error a client can see: one class per AWS exception, with its HTTP status and the part of AWS that answers it.

An error is raised where the fact is known and encoded in one place (`outcrop.wire.restjson.encode_error`, or
`encode_exception` once a stream has begun). Nothing here knows how an error is written, and nothing in Outcrop raises
an error towards a client that is not one of these.

Statuses are those of the Bedrock Runtime service model; origins and the spelling of the body's key are recorded
(the service proper answers ``{"message": ...}``, authorization decided by the front layer ``{"Message": ...}``).
"""

from collections.abc import Mapping

SERVICE = "com.amazon.bedrock"
FRONT = "com.amazon.coral.service"
MAX_MESSAGE = 100_000  # letters; decided: what callers sent comes back in refusals, but not by the megabyte


class ServiceError(Exception):
    """The base of all modelled errors.

    `status` is the HTTP status, `origin` the namespace named in ``x-amzn-ErrorType``, `message_key` the key under
    which the body carries the text, `details` what it carries beside it. `retry_after` is for how many seconds a
    backend wants to be left alone; no caller is told.
    """

    status: int = 500
    origin: str = SERVICE
    message_key: str = "message"
    retry_after: float | None = None

    def __init__(self, message: str, details: Mapping[str, str | int] | None = None) -> None:
        super().__init__(message)
        self.message = message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}..."
        self.details = details or {}

    @property
    def code(self) -> str:
        """AWS's name of the exception, which is the name of the class."""
        return type(self).__name__


class ValidationException(ServiceError):
    """The request is wrong: 400."""

    status = 400


class AccessDeniedException(ServiceError):
    """The caller may not do this: 403, answered by the service (no model access)."""

    status = 403


class AuthorizationFailure(AccessDeniedException):
    """The front layer's AccessDeniedException: no credentials, a bad bearer key, a policy's denial; key ``Message``."""

    origin = FRONT
    message_key = "Message"

    @property
    def code(self) -> str:
        return "AccessDeniedException"


class UnrecognizedClientException(ServiceError):
    """The access key is unknown: 403."""

    status = 403
    origin = FRONT


class ExpiredTokenException(ServiceError):
    """The session token has expired: 403."""

    status = 403
    origin = FRONT


class InvalidSignatureException(ServiceError):
    """The signature does not match or is out of its time: 403."""

    status = 403
    origin = FRONT


class IncompleteSignatureException(ServiceError):
    """The Authorization header is not of AWS's form: 400 (documented common error)."""

    status = 400
    origin = FRONT


class SerializationException(ServiceError):
    """The body is not what the operation's shapes say: 400; the one recorded body spells ``Message``."""

    status = 400
    origin = FRONT
    message_key = "Message"


class ResourceNotFoundException(ServiceError):
    """The named resource does not exist, or no longer: 404."""

    status = 404


class ConflictException(ServiceError):
    """The resource is not in a state for this, or exists already: 400 (service model of the control plane)."""

    status = 400


class ThrottlingException(ServiceError):
    """Too many requests or tokens: 429."""

    status = 429


class ServiceQuotaExceededException(ServiceError):
    """A quota is used up and asking again will not help: 400. Outcrop answers it for a budget that is spent."""

    status = 400


class ModelTimeoutException(ServiceError):
    """The model did not finish in time: 408."""

    status = 408


class ModelErrorException(ServiceError):
    """The model failed while processing the request: 424."""

    status = 424


class ModelStreamErrorException(ServiceError):
    """The model failed while streaming: 424, usually as a frame within the stream."""

    status = 424


class ModelNotReadyException(ServiceError):
    """The model is still loading: 429."""

    status = 429


class InternalServerException(ServiceError):
    """Outcrop itself failed: 500."""

    status = 500

    def __init__(
        self, message: str = "The system encountered an unexpected error during processing. Try your request again."
    ) -> None:
        super().__init__(message)


class ServiceUnavailableException(ServiceError):
    """No capacity, or the server is about to stop: 503."""

    status = 503

    def __init__(self, message: str = "Bedrock is unable to process your request.") -> None:
        super().__init__(message)


class RequestEntityTooLargeException(ServiceError):
    """The body is above the service's limit of 25,000,000 bytes: 413."""

    status = 413
    origin = FRONT


class UnknownOperationException(ServiceError):
    """No operation has this method and path.

    AWS answers it with status 200 and a body of its own (recorded by users of three SDKs), which
    `restjson.encode_error` knows.
    """

    status = 200
    origin = FRONT


class ValidationError(ServiceError):
    """IAM and STS: a parameter is wrong: 400."""

    status = 400


class InvalidInput(ServiceError):
    """IAM: a parameter is out of its bounds: 400."""

    status = 400


class NoSuchEntity(ServiceError):
    """IAM: the named user, group, role, policy or key does not exist: 404."""

    status = 404


class EntityAlreadyExists(ServiceError):
    """IAM: there is one of this name: 409."""

    status = 409


class LimitExceeded(ServiceError):
    """IAM: a quota of the account is reached: 409."""

    status = 409


class DeleteConflict(ServiceError):
    """IAM: something still belongs to what was to be deleted: 409."""

    status = 409


class MalformedPolicyDocument(ServiceError):
    """IAM and STS: the policy is not one: 400."""

    status = 400


class PackedPolicyTooLarge(ServiceError):
    """STS: the session's policies and tags are too large: 400."""

    status = 400


class NotSupportedService(ServiceError):
    """IAM: the service has no credentials of its own: 404."""

    status = 404


class UnmodifiableEntity(ServiceError):
    """IAM: the policy is AWS's own: 400."""

    status = 400


class AccessDenied(ServiceError):
    """STS: the role may not be assumed, or the session may not do this: 403."""

    status = 403


class MissingAuthenticationToken(ServiceError):
    """IAM and STS: the request is not signed: 403."""

    status = 403


class InvalidAction(ServiceError):
    """IAM and STS: there is no such action: 400."""

    status = 400


class MalformedQueryString(ServiceError):
    """IAM and STS: the form cannot be read: 400."""

    status = 400
