"""Exports what Hyperopt, scikit-optimize and scikit-learn keep in memory (or in a pickle) as JSON that `noregret import` reads.

    import export_trials
    export_trials.hyperopt(trials, space, "trials.json")   # with the space, so that hp.choice is written by value
    export_trials.skopt(result, "result.json")
    export_trials.cv_results(search, "search.json")
    export_trials.logbook(search.logbook, "log.json")      # of sklearn-genetic-opt: LogbookSaver's file, too

    python export_trials.py FILE.pkl OUT.json              # loads a pickle: that EXECUTES whatever stands in it

Nothing but Python's own library is needed to import this file; the tool's own package is needed to load its pickles.
"""

import datetime
import json
import sys


def hyperopt(trials, space=None, path="trials.json"):
    """`trials`: hyperopt.Trials or its documents; `space`: what fmin searched. Failed trials are kept."""
    documents = getattr(trials, "_dynamic_trials", trials)
    labels = _labels(space) if space is not None else {}
    out = {"noregret_export": "hyperopt", "space": _hyperopt_space(labels) if space is not None else None, "trials": []}
    for document in documents:
        kept = {key: document.get(key) for key in ("tid", "state", "result", "book_time", "refresh_time")}
        misc = document.get("misc", {})
        kept["misc"] = {"vals": misc.get("vals", {}), **({"error": [str(x) for x in misc["error"]]} if misc.get("error") else {})}
        if isinstance(kept["result"], dict):
            kept["result"] = {k: v for k, v in kept["result"].items() if k not in ("model", "attachments")}
        if space is not None:
            kept["params"] = {name: _value(labels.get(name), drawn[0]) for name, drawn in misc.get("vals", {}).items() if len(drawn)}
        out["trials"].append(kept)
    _write(out, path)


def skopt(result, path="result.json"):
    """`result`: what gp_minimize and its like return, or skopt.load gives."""
    space = getattr(result, "space", None)
    dimensions = list(getattr(space, "dimensions", None) or [])
    names = [getattr(d, "name", None) for d in dimensions]
    described = [_dimension(d, names[i] or "x%d" % i) for i, d in enumerate(dimensions)]
    out = {"noregret_export": "skopt", "names": names, "space": described if described and None not in described else None, "x_iters": [list(x) for x in result.x_iters], "func_vals": list(result.func_vals)}
    _write(out, path)


def cv_results(search, path="search.json"):
    """`search`: a fitted GridSearchCV and its like, or its cv_results_."""
    columns = getattr(search, "cv_results_", search)
    _write({str(name): list(values) for name, values in columns.items()}, path)


def logbook(log, path="logbook.json"):
    """`log`: DEAP's Logbook as sklearn-genetic-opt fills it, a row per individual in its chapter `parameters`; or that chapter."""
    measured = ("index", "score", "cv_scores", "fit_time", "score_time", "test_score", "train_score")
    rows = _individuals(log)
    times = [list(row.get("fit_time", [float("nan")])) for row in rows]
    _write({"params": [{name: value for name, value in row.items() if name not in measured} for row in rows], "mean_test_score": [row["score"] for row in rows], "mean_fit_time": [sum(one) / len(one) for one in times]}, path)


def _individuals(log):
    chapters = getattr(log, "chapters", None)
    if chapters is None:
        return []
    return [dict(row) for row in (chapters["parameters"] if "parameters" in chapters else log) if "cv_scores" in row]


def _labels(space):
    """Each hyperparameter's distribution, arguments, options and conditions (each a set of (label, index))."""
    from hyperopt.pyll.base import Literal, as_apply

    labels = {}

    def walk(node, conditions):
        if isinstance(node, Literal):
            return
        if node.name == "hyperopt_param":
            label, distribution = node.arg["label"].obj, node.arg["obj"]
            if label not in labels:
                arguments = [argument.obj for argument in distribution.pos_args if isinstance(argument, Literal)]
                named = {name: argument.obj for name, argument in distribution.named_args if isinstance(argument, Literal)}
                labels[label] = {"kind": distribution.name, "args": arguments, "named": named, "weights": _weights(distribution), "options": None, "conditions": []}
            if conditions not in labels[label]["conditions"]:
                labels[label]["conditions"].append(conditions)
            return
        if node.name == "switch" and node.pos_args[0].name == "hyperopt_param":
            chooser, options = node.pos_args[0], node.pos_args[1:]
            walk(chooser, conditions)
            label = chooser.arg["label"].obj
            labels[label]["options"] = [_option(option, i) for i, option in enumerate(options)]
            for i, option in enumerate(options):
                walk(option, conditions + ((label, i),))
            return
        for child in node.inputs():
            walk(child, conditions)

    walk(as_apply(space), ())
    return labels


def _weights(distribution):
    """Probabilities of an hp.pchoice."""
    from hyperopt.pyll.base import Literal

    if distribution.name != "categorical":
        return None
    p = distribution.arg["p"]
    return list(p.obj) if isinstance(p, Literal) else [weight.obj for weight in p.pos_args]


def _option(node, index):
    """A literal is itself; a branch of the space goes by the text literals that name it, else by its number."""
    from hyperopt.pyll.base import Literal

    if isinstance(node, Literal):
        return node.obj
    if node.name == "dict":
        texts = [argument.obj for _, argument in node.named_args if isinstance(argument, Literal) and isinstance(argument.obj, str)]
        if texts:
            return texts[0]
    if node.name in ("pos_args", "tuple", "list"):
        if all(isinstance(argument, Literal) for argument in node.pos_args):
            return [argument.obj for argument in node.pos_args]
        texts = [argument.obj for argument in node.pos_args if isinstance(argument, Literal) and isinstance(argument.obj, str)]
        if texts:
            return texts[0]
    return "branch %d" % index


def _value(label, drawn):
    if label is not None and label["options"] is not None:
        return label["options"][int(drawn)]
    return drawn


def _hyperopt_space(labels):
    parameters = []
    for name, label in labels.items():
        distribution = _distribution(label)
        if distribution is None:
            return None
        when = _when(label["conditions"], labels)
        parameters.append({"name": name, "distribution": distribution, **({"when": when} if when else {})})
    return parameters


def _distribution(label):
    kind, args, named = label["kind"], label["args"], label["named"]

    def argument(position, name):
        return args[position] if position < len(args) else named.get(name)

    if label["options"] is not None:
        weights = label["weights"]
        return {"name": "categorical", "choices": label["options"], **({"probabilities": list(weights)} if weights else {})}
    if kind == "randint":
        low, high = argument(0, "low"), argument(1, "high")
        low, high = (0, low) if high is None else (low, high)
        return {"name": "int_uniform", "low": int(low), "high": int(high) - 1}
    if kind in ("uniform", "loguniform", "quniform", "qloguniform", "uniformint"):
        low, high, q = argument(0, "low"), argument(1, "high"), argument(2, "q")
        if kind == "uniformint":
            return {"name": "int_uniform", "low": int(low), "high": int(high)}
        name = {"uniform": "uniform", "loguniform": "log_uniform", "quniform": "q_uniform", "qloguniform": "q_log_uniform"}[kind]
        return {"name": name, "low": low, "high": high, **({"q": q, "integer": False} if name.startswith("q_") else {})}
    if kind in ("normal", "lognormal", "qnormal", "qlognormal"):
        mu, sigma, q = argument(0, "mu"), argument(1, "sigma"), argument(2, "q")
        name = {"normal": "normal", "lognormal": "log_normal", "qnormal": "q_normal", "qlognormal": "q_log_normal"}[kind]
        return {"name": name, "mu": mu, "sigma": sigma, **({"q": q, "integer": False} if name.startswith("q_") else {})}
    return None


def _when(conditions, labels):
    """One conjunction, or several that differ in one parent's value only."""
    merged = None
    for conjunction in conditions:
        this = {name: [value] for name, value in conjunction}
        if not this:
            return None
        if merged is None:
            merged = this
            continue
        if set(merged) != set(this):
            return None
        differing = [name for name in merged if merged[name] != this[name]]
        if len(differing) > 1:
            return None
        for name in differing:
            merged[name] = merged[name] + [value for value in this[name] if value not in merged[name]]
    return {name: [_value(labels.get(name), value) for value in values] for name, values in (merged or {}).items()}


def _dimension(dimension, name):
    kind = type(dimension).__name__
    if kind == "Categorical":
        return {"name": name, "distribution": {"name": "categorical", "choices": list(dimension.categories)}}
    low, high = dimension.low, dimension.high
    is_log = getattr(dimension, "prior", "uniform") == "log-uniform"
    if kind == "Integer":
        return {"name": name, "distribution": {"name": "q_log_uniform_values", "low": low, "high": high, "q": 1, "integer": True} if is_log else {"name": "int_uniform", "low": low, "high": high}}
    if kind == "Real":
        return {"name": name, "distribution": {"name": "log_uniform_values" if is_log else "uniform", "low": low, "high": high}}
    return None


def _plain(value):
    """numpy's numbers and arrays, times, masked cells; anything else by its name, never by its insides."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return getattr(value, "__name__", None) or type(value).__name__


def _keys(value):
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(_plain(key)): _keys(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_keys(member) for member in value]
    return value


def _write(out, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(_keys(out), file, default=_plain)


def _load(path):
    try:
        import joblib
    except ImportError:
        import gzip
        import pickle

        with open(path, "rb") as file:
            is_gzip = file.read(2) == b"\x1f\x8b"
        with (gzip.open if is_gzip else open)(path, "rb") as file:
            return pickle.load(file)
    return joblib.load(path)


def main(source, target):
    loaded = _load(source)
    if hasattr(loaded, "_dynamic_trials"):
        hyperopt(loaded, None, target)
    elif hasattr(loaded, "x_iters") and hasattr(loaded, "func_vals"):
        skopt(loaded, target)
    elif hasattr(loaded, "cv_results_") or (isinstance(loaded, dict) and "params" in loaded):
        cv_results(loaded, target)
    elif _individuals(loaded):
        logbook(loaded, target)
    elif isinstance(loaded, list) and loaded and isinstance(loaded[0], dict) and "misc" in loaded[0]:
        hyperopt(loaded, None, target)
    else:
        sys.exit("the pickle holds a %s, which is no result of Hyperopt, scikit-optimize, scikit-learn or sklearn-genetic-opt" % type(loaded).__name__)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
