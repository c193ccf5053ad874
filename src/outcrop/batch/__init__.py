"""Records in, documents out: any asynchronous function over a file of any length, bounded, resumable, each record once.

`sources` reads, `pace` says how many are under way, `journal` remembers how far a run has come, `sheets` writes, and
`runner` puts them in order. What a record means, and what is made of it, is the function's; nothing here knows a model.
"""

from outcrop.batch.journal import Foreign
from outcrop.batch.pace import Pace
from outcrop.batch.runner import Made, Progress, Runner
from outcrop.batch.sheets import InTheWay, Sheets
from outcrop.batch.sources import Source, SourceError, Unreadable, open_source

__all__ = [
    "Foreign",
    "InTheWay",
    "Made",
    "Pace",
    "Progress",
    "Runner",
    "Sheets",
    "Source",
    "SourceError",
    "Unreadable",
    "open_source",
]
