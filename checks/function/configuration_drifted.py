from collections.abc import Iterator
from dataclasses import dataclass

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function
from doctor.evidence.template import Layer, Several, Template

_MOST_NAMED = 10


def _remedy(function: str, file: str, options: str = "") -> Remedy:
    update = (f"aws lambda update-function-configuration --function-name {function} {options}",) if options else ()
    return Remedy(
        f"Write what is meant into {file} and deploy it. A deployment leaves alone what the template has not changed, so that "
        "a setting that is to become the template's again has to be set back by hand.",
        commands=(*update, f"aws cloudformation describe-stack-resources --physical-resource-id {function}"),
    )


@dataclass(frozen=True, slots=True)
class _Difference:
    """One setting that is not the template's, in words; `option` is the AWS CLI's, which sets it back."""

    setting: str
    words: str
    option: str = ""


@check(
    "function.configuration-drifted",
    severity=Severity.RISKS,
    remedy=_remedy("FUNCTION", "the template"),
)
def configuration_drifted(function: Function, template: Template) -> Iterator[Observation]:
    """The deployed configuration is the template's.

        it works after a change in the console, and breaks again with the next deployment

    What is changed by hand works until the next deployment of that property takes it back, and what was changed in the
    template alone has not reached AWS. Each setting is compared that the template tells by itself; what it leaves out has
    CloudFormation's default. Of variables the names are compared, and the values that stand in the template: never told,
    only whether they differ. What functions such as `!ImportValue` hide is unknown, and a setting that follows from a
    parameter's default is only a hint, since the stack may have been given another value.

    Source: CloudFormation template reference, AWS::Lambda::Function; SAM developer guide, "Globals section".
    """
    name = function.name
    if not function.exists:
        yield not_applicable(name, f"there is no function {name}")
        return
    differences = list(_differences(function, template))
    open_ = {each.setting: each.by for each in template.open}
    if function.environment_error:
        open_["variables"] = f"Lambda gave none out, {function.environment_error}"
    written = f"{template.logical_id} in {template.file}"
    if differences:
        certain = [each for each in differences if each.setting not in template.assumed]
        from_defaults = "" if certain else "; a stack may have been given other values than its parameters' defaults"
        options = " ".join(each.option for each in differences if each.option)
        yield problem(
            name,
            f"{name} is not as {written}: {'; '.join(each.words for each in differences)}{from_defaults}",
            severity=None if certain else Severity.HINTS,
            remedy=_remedy(name, template.file, options),
        )
    elif template.tells:
        yield ok(name, f"{name} is as {written}, as far as the template tells")
    if open_:
        words = "; ".join(f"{setting} ({by})" for setting, by in open_.items())
        yield unknown(
            written, f"not compared, since the template alone does not tell: {words}", severity=Severity.HINTS
        )


def _differences(function: Function, template: Template) -> Iterator[_Difference]:
    yield from _single(function, template)
    if not function.environment_error:
        yield from _variables(function, template)
    if template.layers is not None:
        yield from _layers(function.layers, template.layers, template.hidden_layers)
    yield from _ids("subnets", function.subnets, template.subnets)
    yield from _ids("security groups", function.groups, template.groups)


def _single(function: Function, template: Template) -> Iterator[_Difference]:
    """The settings with one value; what either side does not tell is "" or None."""
    role = function.role.name if function.role else ""
    for setting, deployed, written, unit, option in (
        ("runtime", function.runtime, template.runtime, "", "--runtime {}"),
        ("handler", function.handler, template.handler, "", "--handler {}"),
        ("memory", function.memory, template.memory, " MB", "--memory-size {}"),
        ("timeout", function.timeout, template.timeout, " s", "--timeout {}"),
        ("architecture", function.architecture, template.architecture, "", ""),
        ("temporary storage", function.storage, template.storage, " MB", "--ephemeral-storage Size={}"),
        ("role", role, template.role, "", ""),
    ):
        if deployed not in ("", None) and written not in ("", None) and deployed != written:
            words = f"{setting} is {deployed}{unit}, the template's is {written}{unit}"
            yield _Difference(setting, words, option.format(written))


def _variables(function: Function, template: Template) -> Iterator[_Difference]:
    if template.variables is None:
        return
    deployed = {variable.name for variable in function.variables}
    expected = set(template.variables)
    for words, names in (
        ("only deployed", deployed - expected - set(template.optional)),
        ("only in the template", expected - deployed),
        ("with another value than the template's", set(function.differing) & set(template.literal)),
    ):
        if names:
            yield _Difference("variables", f"variables {words}: {_some(names)}")


def _layers(deployed: tuple[Layer, ...], written: tuple[Layer, ...], hidden: int) -> Iterator[_Difference]:
    """`hidden` layers of the template may be any of those that it does not name."""
    left = list(deployed)
    for layer in written:
        alike = [each for each in left if each.name == layer.name and _same_owner(each, layer)]
        if not alike:
            yield _Difference("layers", f"layer {layer.name} is only in the template")
            continue
        left.remove(alike[0])
        if alike[0].version != layer.version:
            words = f"layer {layer.name} has version {alike[0].version}, the template's is {layer.version}"
            yield _Difference("layers", words)
    if len(left) > hidden:
        beside = f", beside {hidden} that the template does not name itself" if hidden else ""
        yield _Difference("layers", f"layers only deployed: {_some({each.name for each in left})}{beside}")


def _same_owner(one: Layer, other: Layer) -> bool:
    return not one.owner or not other.owner or one.owner == other.owner


def _ids(setting: str, deployed: tuple[str, ...], written: Several | None) -> Iterator[_Difference]:
    """Where the template hides some, as many of those deployed may be they."""
    if written is None:
        return
    gone, added = set(written.known) - set(deployed), set(deployed) - set(written.known)
    if gone:
        yield _Difference(setting, f"{setting} only in the template: {_some(gone)}")
    if len(added) > written.more:
        yield _Difference(setting, f"{setting} only deployed: {_some(added)}")


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
