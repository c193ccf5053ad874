"""Alembic's way in: runs the revisions on the connection `storage.database` hands over, within its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
