"""Log-densities of the good and of the other trials on frozen histories, as Optuna 5.0, Hyperopt 0.3 and the sampler of
Watanabe's paper (OptunaHub's tpe_tutorial) have them.

Run: pip install "optuna>=5,<6" hyperopt==0.3.0 numpy scipy && python tpe.py [FOLDER OF tpe_tutorial] > tpe.json
(the folder: package/samplers/tpe_tutorial of github.com/optuna/optunahub-registry; without it `paper` is left out)
"""
import importlib
import json
import os
import sys
import warnings

import numpy as np

# Which of several equal observations gets the wider kernel depends on the processor in numpy's default sort; here the oldest comes first.
unstable = np.argsort
np.argsort = lambda a, *args, **kwargs: unstable(a, *args, **{**kwargs, "kind": "stable"})

warnings.filterwarnings("ignore")
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
CHOICES = ["relu", "tanh", "elu"]
SPACE = {
    "x": FloatDistribution(-2.0, 3.0),
    "lr": FloatDistribution(1e-6, 1.0, log=True),
    "units": IntDistribution(8, 512),
    "depth": IntDistribution(1, 5),
    "width": IntDistribution(4, 64, step=4),
    "size": IntDistribution(1, 1000, log=True),
    "act": CategoricalDistribution(CHOICES),
}


def draw(rng, names):
    every = {
        "x": round(float(rng.uniform(-2, 3)), 9), "lr": float(f"{np.exp(rng.uniform(np.log(1e-6), 0)):.9e}"),
        "units": int(rng.integers(8, 513)), "depth": int(rng.integers(1, 6)), "width": int(4 * rng.integers(1, 17)),
        "size": int(np.round(np.exp(rng.uniform(0, np.log(1000))))), "act": CHOICES[int(rng.integers(0, 3))],
    }
    return {name: every[name] for name in names}


def loss_of(p):
    return sum((p[k] - 0.4) ** 2 if k == "x" else abs(np.log10(p[k]) + 3) / 3 if k == "lr" else len(str(p[k])) / 3 for k in p)


def history(seed, n, names, states=False):
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        params = draw(rng, names)
        row = {"params": params, "state": "complete", "loss": round(float(loss_of(params) + rng.normal(0, 0.2)), 6)}
        if states and i % 4 == 1:
            row = {"params": params, "state": "pruned", "intermediate": [[s, round(float(rng.uniform(0, 3)), 6)] for s in range(1, 2 + i % 3)]}
        if states and i % 9 == 4:
            row = {"params": params, "state": "running"}
        rows.append(row)
    return rows, [draw(rng, names) for _ in range(8)]


def optuna_case(seed, n, names, states=False, sampler=None):
    rows, points = history(seed, n, names, states)
    sampler = sampler or optuna.samplers.TPESampler(seed=0, multivariate=True)
    study = optuna.create_study(sampler=sampler)
    space = {name: SPACE[name] for name in names}
    for row in rows:
        state = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "running": TrialState.RUNNING}[row["state"]]
        study.add_trial(create_trial(state=state, value=row.get("loss"), params=row["params"], distributions=space,
                                     intermediate_values=dict(row.get("intermediate", []))))
    trials = study._get_trials(deepcopy=False, states=[TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING])
    module = importlib.import_module(type(sampler).__mro__[0 if type(sampler).__name__ == "TPESampler" else 1].__module__)
    gamma = sampler._gamma or module.default_gamma
    below, above = module._split_trials(study, trials, gamma(sum(t.state != TrialState.RUNNING for t in trials))) if module.__name__.startswith("optuna.") \
        else module._split_trials(study, trials, gamma(sum(t.state != TrialState.RUNNING for t in trials)), False)
    samples = {name: np.asarray([space[name].to_internal_repr(p[name]) for p in points]) for name in names}
    out = {"below": [t.number for t in below], "above": [t.number for t in above]}
    for side, chosen in (("l", below), ("g", above)):
        mixture = sampler._build_parzen_estimator(study, space, chosen, handle_below=side == "l")
        out[side] = mixture.log_pdf(samples).tolist()
    return {"names": names, "rows": rows, "points": points, **out}


# Hyperopt: each parameter by itself. `as_written`: how the prior is called there, with its arguments.
PRIORS = {
    "x": ("uniform", {"low": -2.0, "high": 3.0}), "lr": ("loguniform", {"low": float(np.log(1e-6)), "high": 0.0}),
    "units": ("quniform", {"low": 8, "high": 512, "q": 1.0}), "step": ("quniform", {"low": 0.0, "high": 10.0, "q": 0.5}),
    "size": ("qloguniform", {"low": 0.0, "high": float(np.log(1000)), "q": 1.0}), "z": ("normal", {"mu": 1.0, "sigma": 2.0}),
    "w": ("lognormal", {"mu": 0.5, "sigma": 0.7}), "k": ("qnormal", {"mu": 10.0, "sigma": 4.0, "q": 2.0}),
    "act": ("categorical", {"p": [0.5, 0.3, 0.2]}),
}


def hyperopt_value(rng, name):
    kind, a = PRIORS[name]
    if kind == "categorical":
        return int(rng.choice(3, p=a["p"]))
    x = rng.uniform(a["low"], a["high"]) if "low" in a else rng.normal(a["mu"], a["sigma"])
    x = np.exp(x) if "log" in kind else x
    return float(np.round(x / a["q"]) * a["q"]) if "q" in a else float(f"{x:.9e}")


def hyperopt_case(seed, n, name):
    from hyperopt import tpe
    from hyperopt.pyll import rec_eval, scope

    rng = np.random.default_rng(seed)
    values = [hyperopt_value(rng, name) for _ in range(n)]
    losses = [round(float(rng.normal()), 6) for _ in range(n)]
    points = [hyperopt_value(rng, name) for _ in range(8)]
    kind, a = PRIORS[name]
    split = tpe.ap_split_trials(np.arange(n), values, np.arange(n), losses, 0.25)
    out = {}
    for side, observed in zip(("l", "g"), split):
        observed = np.asarray(observed)
        if kind == "categorical":
            counts = np.bincount(observed.astype(int), weights=tpe.linear_forgetting_weights(len(observed), 25), minlength=3)
            p = tpe.tpe_cat_pseudocounts(counts, 1.0, np.asarray(a["p"]), (1,))
            out[side] = np.log(p[points]).tolist()
            continue
        posterior = tpe.adaptive_parzen_samplers[kind](observed, 1.0, **a)
        lpdf = getattr(tpe, posterior.name + "_lpdf")
        kwargs = {k: rec_eval(v) for k, v in posterior.named_args if k not in ("rng", "size")}
        args = [rec_eval(v) for v in posterior.pos_args]
        kwargs = {k: (None if v is None else v) for k, v in kwargs.items()}
        value = np.asarray(lpdf(np.asarray(points), *args, **kwargs))
        if posterior.name == "LGMM1" and "q" not in kwargs:
            # Per unit of the logarithm, and with the mass inside the bounds that LGMM1_lpdf leaves out: the same for every point.
            value = value + np.log(points)
            if "low" in kwargs:
                weights, mus, sigmas = args
                value = value - np.log(np.sum(weights * (tpe.normal_cdf(kwargs["high"], mus, sigmas) - tpe.normal_cdf(kwargs["low"], mus, sigmas))))
        out[side] = value.tolist()
    return {"name": name, "values": values, "losses": losses, "points": points, **out}


def paper_sampler(folder):
    sys.path.insert(0, os.path.dirname(os.path.abspath(folder)))
    return importlib.import_module(os.path.basename(folder.rstrip("/"))).CustomizableTPESampler(seed=0)


ALL = list(SPACE)
result = {
    "versions": {"optuna": optuna.__version__, "hyperopt": importlib.import_module("hyperopt").__version__, "numpy": np.__version__},
    "optuna": [optuna_case(1, 1, ["x", "lr"]), optuna_case(2, 12, ALL), optuna_case(3, 14, ["depth", "act"]), optuna_case(4, 14, ["size", "width"]),
               optuna_case(5, 60, ["x", "lr"]), optuna_case(6, 130, ["x", "lr", "act"]), optuna_case(7, 15, ["x", "units"], states=True)],
    "hyperopt": [hyperopt_case(10 * i + n, n, name) for i, name in enumerate(PRIORS) for n in (1, 21, 60)],
}
if len(sys.argv) > 1:
    floats = ["x", "lr", "act"]
    result["paper"] = [optuna_case(21, 12, floats, sampler=paper_sampler(sys.argv[1])), optuna_case(22, 80, floats + ["units"], sampler=paper_sampler(sys.argv[1]))]
print(json.dumps(result))
