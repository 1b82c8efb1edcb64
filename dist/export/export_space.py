"""Exports a Hyperopt search space as JSON that `noregret init --from` reads.

    import export_space
    export_space.hyperopt(space, "space.json")             # where the space is made

    python export_space.py FILE.py NAME OUT.json           # runs FILE.py: that EXECUTES it; NAME may be empty where one space is in it

Nothing but Hyperopt itself is needed.
"""

import importlib.util
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import export_trials  # noqa: E402


def hyperopt(space, path="space.json"):
    labels = export_trials._labels(space)
    whole = _whole(space)
    parameters = []
    for name, label in labels.items():
        distribution = export_trials._distribution(label)
        if distribution is None:
            parameters.append({"name": name, "lost": "its distribution %s cannot be said" % label["kind"]})
            continue
        if name in whole and "integer" in distribution:
            distribution["integer"] = True
        when = export_trials._when(label["conditions"], labels)
        conditional = all(label["conditions"])
        if conditional and not when:
            parameters.append({"name": name, "lost": "it is there under conditions that differ in more than one parent"})
            continue
        parameters.append({"name": name, "distribution": distribution, **({"when": when} if when else {})})
    export_trials._write({"noregret_export": "hyperopt-space", "space": parameters, "constants": _constants(space)}, path)


def _whole(space):
    """Labels whose draws an int() makes whole."""
    from hyperopt.pyll.base import Literal, as_apply

    found = set()

    def walk(node, inside):
        if isinstance(node, Literal):
            return
        if node.name == "hyperopt_param":
            if inside:
                found.add(node.arg["label"].obj)
            return
        for child in node.inputs():
            walk(child, node.name == "int" or (inside and node.name == "float"))

    walk(as_apply(space), False)
    return found


def _constants(space):
    """Plain values of the outermost dictionary."""
    if not isinstance(space, dict):
        return {}
    return {str(name): value for name, value in space.items() if value is None or isinstance(value, (bool, int, float, str))}


def _spaces(module):
    """Variables of a module that hold parts of Hyperopt."""
    from hyperopt.pyll.base import Apply

    def holds(value, depth=0):
        if isinstance(value, Apply):
            return True
        if depth > 4:
            return False
        if isinstance(value, dict):
            return any(holds(member, depth + 1) for member in value.values())
        return isinstance(value, (list, tuple)) and any(holds(member, depth + 1) for member in value)

    return {name: value for name, value in vars(module).items() if not name.startswith("_") and holds(value)}


def main(source, name, target):
    sys.path.insert(0, os.path.dirname(os.path.abspath(source)))
    spec = importlib.util.spec_from_file_location("noregret_space", source)
    if spec is None:
        sys.exit("%s is no Python file" % os.path.basename(source))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = _spaces(module)
    if not name and len(found) != 1:
        sys.exit("%d variables hold a space of Hyperopt%s; name one as FILE#NAME" % (len(found), ": " + ", ".join(found) if found else ""))
    if name and name not in found:
        sys.exit("no variable %s holds a space of Hyperopt; there is %s" % (name, ", ".join(found) or "none"))
    hyperopt(found[name or next(iter(found))], target)


if __name__ == "__main__":
    main(*sys.argv[1:4])
