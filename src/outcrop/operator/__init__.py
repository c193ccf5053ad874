"""The Converse operator and its siblings: records in, documents out, over any Converse endpoint.

Operators are values: settings and figures, nothing of a record, no socket of their own. They share one shape, so that they
chain.
"""

from outcrop.operator.base import Operator, Preview, Routed
from outcrop.operator.clients import Blocking, Boto
from outcrop.operator.converse import ConverseOperator
from outcrop.operator.exceptions import ConfigurationException, DataException, ExecutionException
from outcrop.operator.statistics import Statistics
from outcrop.operator.values import Constant

__all__ = [
    "Blocking",
    "Boto",
    "ConfigurationException",
    "Constant",
    "ConverseOperator",
    "DataException",
    "ExecutionException",
    "Operator",
    "Preview",
    "Routed",
    "Statistics",
]
