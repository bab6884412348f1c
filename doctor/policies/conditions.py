"""Whether the condition of a statement holds for a call.

Keys of one condition are joined by AND, a key's values by OR, and those of a negated operator by NOR. A key that the request
lacks makes an operator false and a negated one true; with `IfExists` both are true (IAM user guide, "IAM JSON policy
elements: Condition operators", "Conditions with multiple context keys or values", "Single-valued vs. multivalued context
keys"). Where the pages leave room for two readings that differ here, the answer is unknown.
"""

from collections.abc import Iterable, Iterator

from doctor.policies.call import Call, Context
from doctor.policies.document import Condition
from doctor.policies.operators import OPERATORS, Operator
from doctor.policies.truth import FALSE, TRUE, Truth, all_of, any_of, known, unknown
from doctor.policies.variables import Expanded, expanded, unless_void

_IF_EXISTS = "IfExists"
_ANY, _ALL = "ForAnyValue", "ForAllValues"


def hold(conditions: Iterable[Condition], call: Call, *, variables: bool) -> Truth:
    """Whether all of them hold."""
    return all_of(_holds(each, call, variables=variables) for each in conditions)


def _holds(condition: Condition, call: Call, *, variables: bool) -> Truth:
    if condition.operator == "Null":
        return _null(condition, call)
    qualifier, _, name = condition.operator.rpartition(":")
    lenient = name.endswith(_IF_EXISTS)
    operator = OPERATORS.get(name.removesuffix(_IF_EXISTS))
    if operator is None or qualifier not in ("", _ANY, _ALL):
        return unknown(f"the condition operator {condition.operator[:100]} is not known")
    replaced = variables and operator.variables
    wanted = [expanded(text, call, variables=replaced) for text in condition.values]
    value = call.value(condition.key)
    if value is Context.ABSENT:
        found = _absent(qualifier, operator, lenient=lenient, key=condition.key[:100])
        return found if lenient else unless_void(found, wanted)
    return unless_void(_compare(condition, qualifier, operator, value, wanted), wanted)


def _compare(
    condition: Condition, qualifier: str, operator: Operator, value: tuple[str, ...] | Context, wanted: list[Expanded]
) -> Truth:
    if isinstance(value, Context):
        return unknown(f"the value of {condition.key[:100]} is not known")
    if qualifier:
        return _of_many(qualifier, operator, value, wanted)
    if len(value) > 1:
        return unknown(f"{condition.key[:100]} has several values, and {condition.operator} is for one")
    return _of_one(operator, value[0], wanted)


def _null(condition: Condition, call: Call) -> Truth:
    """`true`: the key is not there; `false`: it is."""
    value = call.value(condition.key)
    wanted = {text.lower() for text in condition.values}
    if not wanted <= {"true", "false"}:
        return unknown("the operator Null is given neither true nor false")
    if len(wanted) == 2:
        return TRUE
    if value is Context.UNKNOWN:
        return unknown(f"whether the request has {condition.key[:100]} is not known")
    return known((value is Context.ABSENT) is ("true" in wanted))


def _absent(qualifier: str, operator: Operator, *, lenient: bool, key: str) -> Truth:
    if qualifier == _ALL:
        return TRUE
    if qualifier == _ANY:
        doubtful = lenient or operator.negated
        return (
            unknown(f"the request has no {key}, and what {_ANY} makes of that here is not said") if doubtful else FALSE
        )
    return known(lenient or operator.negated)


def _compared(operator: Operator, value: str, wanted: Expanded) -> Truth:
    return wanted.matched(lambda pieces: _decided(operator.compares(value, pieces)))


def _decided(found: bool | None) -> Truth:
    return unknown("a value of a condition cannot be compared") if found is None else known(found)


def _of_one(operator: Operator, value: str, wanted: list[Expanded]) -> Truth:
    found = any_of(_compared(operator, value, each) for each in wanted)
    return found.negated() if operator.negated else found


def _of_many(qualifier: str, operator: Operator, values: tuple[str, ...], wanted: list[Expanded]) -> Truth:
    """Each value by itself. Whether a negated operator asks each pair, or each value about all that is wanted, is not said."""
    if "" in values:
        return unknown("an empty value may count as none")
    join = any_of if qualifier == _ANY else all_of
    found = join(_of_one(operator, value, wanted) for value in values)
    if not operator.negated or len(wanted) == 1:
        return found
    by_pair = join(any_of(_pairs(operator, value, wanted)) for value in values)
    return (
        found if found.holds == by_pair.holds else unknown(f"{qualifier} of a negated operator can be read in two ways")
    )


def _pairs(operator: Operator, value: str, wanted: list[Expanded]) -> Iterator[Truth]:
    for each in wanted:
        yield _compared(operator, value, each).negated()
