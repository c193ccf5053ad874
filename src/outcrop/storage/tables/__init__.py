"""What the database holds: one module of tables per area, each with revisions of its own under `migrations/versions`.

A revision's id and file begin with its area's name; the first of an area has no parent and names the area as its branch;
the newest of each is named in `storage.schema`.
Times are whole microseconds since 1970 (UTC), money is whole nanounits of its currency: both exact on every database.
"""

from sqlalchemy import MetaData

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)
