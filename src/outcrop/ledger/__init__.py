"""What was used: one entry for every run of a model, in a journal first and in the database soon after.

`entry` is the value, `journal` the file it is in before the answer's last byte leaves, `writer` moves journals into the
database, `reports` adds up. Nothing here knows who may call or what a token costs; that is told by `outcrop.account`.
"""
