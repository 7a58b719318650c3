"""The base of the few values that every program needs: what ``dataclass(frozen=True)`` gives, without its price.

Rules of this room: importing ``dataclasses`` and building one class with it costs about as much as all of a session's
other modules, so the values on the way to a first session are made here; all others stay dataclasses. Fields are
annotations with plain defaults; type checkers read them as a frozen dataclass (PEP 681). A default is an attribute of
the class: it is shared, so what can change is given by ``made``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final, Generic, NoReturn, Self, TypeVar, cast, dataclass_transform

__all__: list[str] = []

T = TypeVar("T")


class _Made(Generic[T]):
    __slots__ = ("make",)

    def __init__(self, make: Callable[[], T]) -> None:
        self.make: Final = make


def made(*, default_factory: Callable[[], T]) -> T:
    """Give a field a default of its own in each value."""
    return cast("T", _Made(default_factory))


class _ByFields:
    """The signature of a value, made for those who ask: programs do not."""

    __slots__ = ()

    def __get__(self, value: object, owner: type[Value]) -> object:
        return owner.signature_by_fields()


@dataclass_transform(frozen_default=True, field_specifiers=(made,))
class Value:
    """A frozen value with named fields, compared and hashed by them; ``replace`` makes a changed copy."""

    _names: ClassVar[tuple[str, ...]] = ()
    _needed: ClassVar[tuple[str, ...]] = ()
    _makers: ClassVar[Mapping[str, Callable[[], object]]] = {}
    __signature__: ClassVar[object] = _ByFields()

    def __init_subclass__(cls) -> None:
        own = tuple(cls.__annotations__)
        makers = {name: getattr(cls, name).make for name in own if isinstance(getattr(cls, name, None), _Made)}
        for name in makers:
            delattr(cls, name)
        cls._names = (*cls._names, *own)
        cls.__match_args__ = cls._names  # type: ignore[attr-defined, misc]  # the checker makes its own
        cls._makers = {**cls._makers, **makers}
        cls._needed = tuple(name for name in cls._names if not hasattr(cls, name) and name not in cls._makers)

    def __init__(self, *args: object, **fields: object) -> None:
        names, kept = self._names, self.__dict__
        kept.update(zip(names, args))  # noqa: B905 - one argument too many is told below
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__} takes {len(names)} arguments, not {len(args)}")
        for name, value in fields.items():
            if name not in names:
                raise TypeError(f"{type(self).__name__} has no field {name!r}; it has {', '.join(names)}")
            if name in kept:
                raise TypeError(f"{type(self).__name__} got {name!r} twice")
            kept[name] = value
        for name in self._needed:
            if name not in kept:
                raise TypeError(f"{type(self).__name__} needs {name!r}")
        for name, make in self._makers.items():
            if name not in kept:
                kept[name] = make()
        self._check()

    def _check(self) -> None:
        """Refuse fields that make no sense together."""

    def replace(self, **changes: object) -> Self:
        """Return a copy with these fields changed, checked as a new one is."""
        return type(self)(**{**self.__dict__, **changes})

    __replace__ = replace

    @classmethod
    def signature_by_fields(cls) -> object:
        """Return what ``inspect.signature`` says of the class."""
        from inspect import Parameter, Signature

        notes: dict[str, object] = {}
        for each in reversed(cls.__mro__):
            notes.update(getattr(each, "__annotations__", {}))

        def parameter(name: str) -> Parameter:
            default = ... if name in cls._makers else getattr(cls, name, Parameter.empty)
            return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=notes[name])

        return Signature([parameter(name) for name in cls._names])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} does not change; replace({name}=...) makes a changed copy")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} does not change")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def _fields(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self._names])
