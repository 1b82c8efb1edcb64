"""Options that people give for a library's class or function, looked at before the library trips over them."""
import difflib
import inspect
import json

from adapter_common import Refused, one_line

WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "a text", "None": "null"}
JSON = (str, bool, int, float, list, dict, type(None))


def made(kind, options, name, own=None, key="options", hidden=()):
    """kind(**own, **options). Refused, with what it takes, for options that it does not."""
    check_options(kind, options, name, key, hidden)
    try:
        return kind(**{**(own or {}), **options})
    except (AssertionError, TypeError, ValueError) as error:
        if not isinstance(error, AssertionError) or "install" not in str(error):
            raise refusal(kind, options, name, error, key, hidden) from error
        raise


def refusal(kind, options, name, error, key="options", hidden=()):
    given = ", ".join(f"{each} = {json.dumps(value)}" for each, value in options.items() if isinstance(value, JSON) and each != "seed")
    return Refused(f"{name} does not take {f'these options ({given})' if given else 'what it is given'}: {one_line(error)}", taken(kind, key, hidden))


def check_options(kind, options, name, key="options", hidden=()):
    """`hidden`: arguments that are the study's own, such as what is minimised."""
    known = arguments(kind, hidden)
    if known is None:
        return
    for each, value in options.items():
        if each not in known:
            if takes_more(kind) and each not in hidden:
                continue
            raise unknown(name, each, known, taken(kind, key, hidden))
        fault = fault_of(known[each], value)
        if fault is not None:
            raise misfit(name, each, value, fault, taken(kind, key, hidden))


def unknown(name, option, known, fix):
    near = difflib.get_close_matches(option, known, 1)
    return Refused(f"{name} has no option {option}{f' (did you mean {near[0]}?)' if near else ''}", fix)


def misfit(name, option, value, fault, fix):
    return Refused(f"{name}: option {option} is {json.dumps(value)}, must be {fault}", fix)


def may_hold(listed, key="options", more=False):
    return f"`{key}` in `method` may hold {', '.join(listed) or 'nothing'}{' and others' if more else ''}."


def arguments(kind, hidden):
    try:
        found = inspect.signature(kind).parameters
    except (TypeError, ValueError):
        # One that is written in C may not tell.
        return None
    return {name: each for name, each in found.items() if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD) and name not in hidden}


def takes_more(kind):
    return any(each.kind == each.VAR_KEYWORD for each in inspect.signature(kind).parameters.values())


def taken(kind, key, hidden):
    known = arguments(kind, hidden)
    if known is None:
        return f"Look at `{key}` in `method`."
    listed = [f"{name} ({json.dumps(each.default)})" if isinstance(each.default, (str, bool, int, float)) else name for name, each in known.items()]
    return may_hold(listed, key, takes_more(kind))


def fault_of(argument, value):
    """What the argument must be, where `value` is something else; objects that an adapter made are none of JSON."""
    if not isinstance(value, JSON) or (value is None and argument.default is None):
        return None
    types = types_of(argument)
    if types is None or type_name(value) in types or (isinstance(value, int) and not isinstance(value, bool) and "float" in types):
        return None
    # A number may be whole; what is said of null is of no help.
    said = types - ({"int"} if "float" in types else set()) - ({"None"} if len(types) > 1 else set())
    return " or ".join(WORDS[each] for each in WORDS if each in said) or "a function, which a study file cannot hold"


def types_of(argument):
    """Names of plain types, the empty set for a function; None where neither annotation nor default says enough."""
    annotation, default = argument.annotation, argument.default
    if annotation is argument.empty:
        if isinstance(default, bool):
            return {"bool", "int", "None"}
        return {"int", "float", "None"} if isinstance(default, (int, float)) else None
    text = (annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)).replace("typing.", "").replace("NoneType", "None")
    if text.startswith("Optional["):
        text = f"{text[len('Optional['):-1]} | None"
    if text.startswith(("Callable", "collections.abc.Callable")):
        return set()
    found = {each.strip() for each in text.split("|")}
    return found if found <= set(WORDS) else None


def type_name(value):
    return "None" if value is None else type(value).__name__
