"""Model invocation logging: what was asked and answered, in AWS's record format, to files or an object store."""

from outcrop.invocation_logging.configuration import Configurations
from outcrop.invocation_logging.delivery import Delivery
from outcrop.invocation_logging.recorder import Recorder

__all__ = ["Configurations", "Delivery", "Recorder"]
