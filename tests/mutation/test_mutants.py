"""Which mistakes are made in a function, each at its line and once."""

from types import FunctionType

from tests.mutation.mutants import mistakes, mutant

SOURCE = '''
MOST = 3

class Box:
    def room(self, held: int = 0) -> str | None:
        """How much more."""
        if not held or held >= MOST:
            self.full = held > 1
        return f"{MOST - held} left"
'''


def test_each_operator_condition_number_and_effect_is_gone_about_once() -> None:
    made = [mutant(SOURCE, "box.py", each) for each in mistakes(SOURCE)]

    assert {(one.function, one.line, one.says) for one in made} == {
        ("Box.room", 7, "if → if not"), ("Box.room", 7, "or → and"), ("Box.room", 7, "not x → x"),
        ("Box.room", 7, "GtE → Gt"), ("Box.room", 8, "without `self.full = held > 1`"), ("Box.room", 8, "Gt → GtE"),
        ("Box.room", 8, "1 → 2"), ("Box.room", 9, "return → return None"),
    }  # fmt: skip
    assert len(made) == 8


def test_the_mistake_is_in_what_the_function_does() -> None:
    namespace: dict[str, object] = {}
    exec(SOURCE, namespace)  # noqa: S102 - the source above
    kind = namespace["Box"]
    assert isinstance(kind, type)
    room = vars(kind)["room"]
    assert isinstance(room, FunctionType)
    box = kind()
    assert (room(box, 3), box.full) == ("0 left", True)

    [wrong] = [one for each in mistakes(SOURCE) if (one := mutant(SOURCE, "box.py", each)).says == "GtE → Gt"]
    room.__code__ = wrong.code
    del box.full
    assert room(box, 3) == "0 left"
    assert not hasattr(box, "full")
