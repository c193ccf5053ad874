"""Text out of the nine document formats of Converse, read in a bounded child process that a document may take down."""

from outcrop.documents.limits import UnreadableDocument
from outcrop.documents.worker import DocumentReader

__all__ = ["DocumentReader", "UnreadableDocument"]
