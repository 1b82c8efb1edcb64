"""Optuna's own importances of a frozen history: PED-ANOVA and fANOVA (mean of eight forests).

Run: pip install optuna==5.0.0 scikit-learn && python importance.py > importance.json
"""
import json
import math
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances
import random

optuna.logging.set_verbosity(optuna.logging.ERROR)
SPACE = {
    "lr": FloatDistribution(1e-5, 1e-1, log=True), "x": FloatDistribution(-2, 3), "n": IntDistribution(1, 8), "wide": IntDistribution(16, 512),
    "q": FloatDistribution(0, 1, step=0.1), "opt": CategoricalDistribution(["sgd", "adam", "lion"]),
}
MOMENTUM = FloatDistribution(0, 1)


def study_of(seed, count, conditional):
    rng = random.Random(seed)
    study = optuna.create_study()
    rows = []
    for i in range(count):
        params = {"lr": 10 ** rng.uniform(-5, -1), "x": rng.uniform(-2, 3), "n": rng.randint(1, 8), "wide": rng.randint(16, 512), "q": rng.randint(0, 10) * 0.1, "opt": rng.choice(["sgd", "adam", "lion"])}
        if i % 3 == 0 and i > 20:
            params["lr"] = 10 ** rng.uniform(-3.5, -2.5)
        dists = dict(SPACE)
        loss = (math.log10(params["lr"]) + 3) ** 2 + 0.3 * params["x"] + (0.5 if params["opt"] == "sgd" else 0) + rng.gauss(0, 0.1)
        if conditional and params["opt"] == "sgd":
            params["momentum"] = rng.uniform(0, 1)
            dists["momentum"] = MOMENTUM
            loss -= params["momentum"]
        study.add_trial(optuna.trial.create_trial(params=params, distributions=dists, value=loss))
        rows.append({"params": params, "loss": loss})
    return study, rows


def fanova_of(rows):
    """With the exponent in place of lr: Optuna's fANOVA measures volumes on the linear scale, whatever the parameter's own is."""
    study = optuna.create_study()
    dists = {"e": FloatDistribution(-5, -1), **{name: d for name, d in SPACE.items() if name != "lr"}}
    for row in rows:
        params = {"e": math.log10(row["params"]["lr"]), **{k: v for k, v in row["params"].items() if k != "lr"}}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=dists, value=row["loss"]))
    runs = [get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed)) for seed in range(8)]
    return {{"e": "lr"}.get(k, k): sum(float(run[k]) for run in runs) / len(runs) for k in dists}


def main():
    out = []
    for seed, count, conditional in [(1, 60, False), (2, 137, True), (3, 300, True)]:
        study, rows = study_of(seed, count, conditional)
        ped = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), normalize=False)
        fanova = None if conditional else fanova_of(rows)
        out.append({"rows": rows, "ped": ped, "fanova": fanova})
    print(json.dumps({"optuna": optuna.__version__, "studies": out}))


main()
