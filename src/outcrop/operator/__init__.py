"""The Converse operator and its siblings: records in, documents out, over any Converse endpoint.

Operators are values: settings and figures, nothing of a record, no socket of their own. They share one shape, so that they
chain.
"""

from outcrop.operator.agent import Agent
from outcrop.operator.base import Operator, Preview, Routed
from outcrop.operator.chain import Chain
from outcrop.operator.clients import Blocking, Boto
from outcrop.operator.content_generator import MultimodalContentGenerator
from outcrop.operator.converse import ConverseOperator
from outcrop.operator.exceptions import ConfigurationException, DataException, ExecutionException
from outcrop.operator.files import run_file
from outcrop.operator.functions import FunctionGenerator, FunctionResultGenerator
from outcrop.operator.loop import PipeLoop
from outcrop.operator.message_appender import MessageAppender
from outcrop.operator.prompt_generator import PromptGenerator
from outcrop.operator.statistics import Statistics
from outcrop.operator.tool_calling import ToolCalling
from outcrop.operator.tools import Parameter
from outcrop.operator.values import Constant

__all__ = [
    "Agent",
    "Blocking",
    "Boto",
    "Chain",
    "ConfigurationException",
    "Constant",
    "ConverseOperator",
    "DataException",
    "ExecutionException",
    "FunctionGenerator",
    "FunctionResultGenerator",
    "MessageAppender",
    "MultimodalContentGenerator",
    "Operator",
    "Parameter",
    "PipeLoop",
    "Preview",
    "PromptGenerator",
    "Routed",
    "Statistics",
    "ToolCalling",
    "run_file",
]
