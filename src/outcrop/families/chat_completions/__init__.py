"""The chat-completions vocabulary that several families share: its messages and tools as the hub's, and replies as its."""
