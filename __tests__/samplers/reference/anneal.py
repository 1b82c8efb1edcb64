"""Where Hyperopt's anneal puts its next trial: quantiles of 4000 suggestions on a frozen history.

Run: pip install hyperopt==0.3.0 numpy && python anneal.py > anneal.json
"""
import json
import math
import numpy as np
from hyperopt import Trials, anneal, hp
from hyperopt.base import Domain, JOB_STATE_DONE, STATUS_OK

SPACE = {
    "x": hp.uniform("x", -3, 5),
    "lr": hp.loguniform("lr", math.log(1e-5), math.log(1e-1)),
    "q": hp.quniform("q", 0, 20, 2),
    "n": hp.normal("n", 1, 2),
    "ln": hp.lognormal("ln", 0, 1),
    "kind": hp.pchoice("kind", [(0.5, "a"), (0.3, "b"), (0.2, {"inner": hp.uniform("inner", 0, 1)})]),
}
N, DRAWS = 25, 4000
LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


def history(rng):
    rows = []
    for i in range(N):
        kind = int(rng.integers(3))
        row = {
            "x": float(rng.uniform(-3, 5)), "lr": float(np.exp(rng.uniform(math.log(1e-5), math.log(1e-1)))),
            "q": float(2 * rng.integers(0, 11)), "n": float(rng.normal(1, 2)), "ln": float(np.exp(rng.normal())), "kind": kind,
        }
        if kind == 2:
            row["inner"] = float(rng.uniform())
        loss = float((row["x"] - 1) ** 2 + (math.log10(row["lr"]) + 3) ** 2 + abs(row["q"] - 6) + kind + rng.normal())
        rows.append({"params": row, "loss": loss})
    return rows


def main():
    rows = history(np.random.default_rng(4))
    domain = Domain(lambda _: 0.0, SPACE)
    trials = Trials()
    docs = []
    for tid, row in enumerate(rows):
        vals = {label: [row["params"][label]] if label in row["params"] else [] for label in domain.params}
        misc = {"tid": tid, "cmd": None, "idxs": {k: [tid] * len(v) for k, v in vals.items()}, "vals": vals}
        doc = trials.new_trial_docs([tid], [None], [{"status": STATUS_OK, "loss": row["loss"]}], [misc])[0]
        doc["state"] = JOB_STATE_DONE
        docs.append(doc)
    trials.insert_trial_docs(docs)
    trials.refresh()
    drawn = {label: [] for label in domain.params}
    for seed in range(DRAWS):
        doc = anneal.suggest([N], domain, trials, seed)[0]
        for label, value in doc["misc"]["vals"].items():
            drawn[label] += [float(v) for v in value]
    out = {label: {"count": len(v), "quantiles": [float(np.quantile(v, level)) for level in LEVELS]} for label, v in drawn.items() if label not in ("kind", "q")}
    out["kind"] = {"count": DRAWS, "shares": [float(np.mean(np.array(drawn["kind"]) == k)) for k in range(3)]}
    out["q"] = {"count": DRAWS, "shares": [float(np.mean(np.array(drawn["q"]) == 2 * k)) for k in range(11)]}
    print(json.dumps({"hyperopt": "0.3.0", "draws": DRAWS, "levels": LEVELS, "history": rows, "drawn": out}, indent=1))


main()
