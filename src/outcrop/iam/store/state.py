"""All of identity at one moment: `State` is what requests read, `Draft` is what a change makes the next one from.

A state is never changed, so whoever holds one sees one moment. A draft looks things up like a state, notes what is put
and what is dropped, and becomes the next state; it knows nothing of limits or wording, which are the actions' own.
"""

from collections.abc import Iterator
from typing import Any

from outcrop.iam.store.secrets import Material
from outcrop.iam.store.values import AccessKey, Entity, Kind, ManagedPolicy, ServiceCredential, Value

VERSION = "iam"  # what replicas watch


class State:
    """Everything by the name it is asked for. `version` is the database's, 0 without one."""

    def __init__(self, version: int = 0, material: Material | None = None, values: tuple[Value, ...] = ()) -> None:
        self.version = version
        self.material = material
        self.entities: dict[tuple[Kind, str], Entity] = {}
        self.by_id: dict[str, Entity] = {}
        self.policies: dict[str, ManagedPolicy] = {}
        self.keys: dict[str, AccessKey] = {}
        self.credentials: dict[str, ServiceCredential] = {}
        self.by_digest: dict[bytes, ServiceCredential] = {}
        for value in values:
            self._put(value)

    def entity(self, kind: Kind, name: str) -> Entity | None:
        """The user, group or role of this name, whatever its case (documented: names are unique without case)."""
        return self.entities.get((kind, name.lower()))

    def all(self, kind: Kind) -> Iterator[Entity]:
        """Those of one kind, by name."""
        found = sorted(key for key in self.entities if key[0] == kind)
        return (self.entities[key] for key in found)

    def members(self, group: Entity) -> list[Entity]:
        """The users of a group, by name."""
        return [user for user in self.all("user") if group.id in user.groups]

    def keys_of(self, user: Entity) -> list[AccessKey]:
        """A user's access keys, oldest first."""
        return sorted((key for key in self.keys.values() if key.user == user.id), key=lambda key: key.created)

    def credentials_of(self, user: Entity) -> list[ServiceCredential]:
        """A user's bearer keys, oldest first."""
        return sorted((one for one in self.credentials.values() if one.user == user.id), key=lambda one: one.created)

    def attached_to(self, arn: str) -> list[Entity]:
        """Whom a managed policy is attached to."""
        return [entity for entity in self.by_id.values() if arn in entity.attached]

    def bounded_by(self, arn: str) -> list[Entity]:
        """Whose permissions boundary a managed policy is."""
        return [entity for entity in self.by_id.values() if entity.boundary == arn]

    def _put(self, value: Value) -> None:
        if isinstance(value, Entity):
            old = self.by_id.get(value.id)
            if old and old.name != value.name:
                del self.entities[old.kind, old.name.lower()]
            self.entities[value.kind, value.name.lower()] = self.by_id[value.id] = value
        elif isinstance(value, ManagedPolicy):
            self.policies[value.arn] = value
        elif isinstance(value, AccessKey):
            self.keys[value.id] = value
        else:
            old_digest = self.credentials.get(value.id, value).digest
            self.by_digest.pop(old_digest, None)
            self.credentials[value.id] = self.by_digest[value.digest] = value

    def _drop(self, value: Value) -> None:
        if isinstance(value, Entity):
            del self.entities[value.kind, value.name.lower()], self.by_id[value.id]
        elif isinstance(value, ManagedPolicy):
            del self.policies[value.arn]
        elif isinstance(value, AccessKey):
            del self.keys[value.id]
        else:
            del self.credentials[value.id], self.by_digest[value.digest]


class Draft(State):
    """The next state in the making. `notes` are the values put (True) and dropped (False), in order."""

    def __init__(self, state: State, version: int, material: Material) -> None:
        super().__init__(version, material)
        self.material: Material = material
        for name in ("entities", "by_id", "policies", "keys", "credentials", "by_digest"):
            held: dict[Any, Any] = getattr(state, name)
            setattr(self, name, dict(held))
        self.notes: list[tuple[Value, bool]] = []

    def put(self, value: Value) -> None:
        """Keep `value`, in place of the one with its id if there is one."""
        self._put(value)
        self.notes.append((value, True))

    def drop(self, value: Value) -> None:
        """Forget `value`, which is there."""
        self._drop(value)
        self.notes.append((value, False))
