"""Decisions of Optuna's pruners on histories of our own, written to decisions.json.

pip install optuna==5.0.0 scipy==1.17.1 && python __tests__/pruners/reference/decisions.py
"""
import json
import math
import random
import warnings
from pathlib import Path

import optuna
import scipy.stats as ss

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
draw = random.Random(20261123)


def curve(length, gaps, nan):
    level, rate, out = draw.uniform(0, 1), draw.uniform(0.05, 1), []
    for step in range(1, length + 1):
        if draw.random() < gaps:
            continue
        value = math.nan if draw.random() < nan else round(level + math.exp(-rate * step) + draw.gauss(0, 0.05), 3)
        out.append([step, value])
    return out


def finished_trial(state, points):
    return optuna.trial.create_trial(
        state=state, value=points[-1][1] if state == optuna.trial.TrialState.COMPLETE and points and not math.isnan(points[-1][1]) else (1.5 if state == optuna.trial.TrialState.COMPLETE else None),
        intermediate_values={s: v for s, v in points})


def frozen(make, gaps=0.0, nan=0.0, count=40):
    """One question each: finished trials, then one trial with its reports so far."""
    cases = []
    for _ in range(count):
        direction = draw.choice(["minimize", "maximize"])
        others = [(draw.choice(["COMPLETE", "COMPLETE", "COMPLETE", "PRUNED", "FAIL"]), curve(draw.randint(1, 9), gaps, nan)) for _ in range(draw.randint(0, 12))]
        own = curve(draw.randint(1, 9), gaps, nan)
        study = optuna.create_study(direction=direction)
        for state, points in others:
            study.add_trial(finished_trial(optuna.trial.TrialState[state], points))
        trial = study.ask()
        for step, value in own:
            trial.report(value, step)
        prune = bool(make().prune(study, study.trials[-1]))
        cases.append({"goal": direction, "others": [[s, p, study.trials[i].value] for i, (s, p) in enumerate(others)], "own": own, "prune": prune})
    return cases


def live(make, count=6):
    """Many trials at once, each asked about every report until it is stopped or done."""
    cases = []
    for _ in range(count):
        direction = draw.choice(["minimize", "maximize"])
        curves = [curve(30, 0.0, 0.01) for _ in range(16)]
        study = optuna.create_study(direction=direction, pruner=make())
        running, waiting, events = [], list(range(16)), []
        while running or waiting:
            if waiting and len(running) < 4:
                number = waiting.pop(0)
                running.append([study.ask(), number, 0])
            lane = draw.choice(running)
            trial, number, at = lane
            step, value = curves[number][at]
            trial.report(value, step)
            stop = bool(trial.should_prune())
            events.append([number, step, value, stop])
            lane[2] += 1
            if stop or lane[2] == 30:
                ended = math.isnan(value)
                study.tell(trial, None if stop or ended else value, state=optuna.trial.TrialState.PRUNED if stop else optuna.trial.TrialState.FAIL if ended else optuna.trial.TrialState.COMPLETE)
                running.remove(lane)
        cases.append({"goal": direction, "events": events})
    return cases


P = optuna.pruners
out = {
    "versions": {"optuna": optuna.__version__},
    "frozen": [
        {"type": "median", "options": {}, "cases": frozen(lambda: P.MedianPruner())},
        {"type": "median", "options": {"startup_trials": 2, "warmup": 3, "interval": 2, "min_trials": 3}, "cases": frozen(lambda: P.MedianPruner(2, 3, 2, n_min_trials=3), gaps=0.3)},
        {"type": "median", "options": {"startup_trials": 0}, "cases": frozen(lambda: P.MedianPruner(0), gaps=0.2, nan=0.2)},
        {"type": "percentile", "options": {"percentile": 25, "startup_trials": 1}, "cases": frozen(lambda: P.PercentilePruner(25.0, 1), gaps=0.1, nan=0.1)},
        {"type": "percentile", "options": {"percentile": 80, "startup_trials": 3}, "cases": frozen(lambda: P.PercentilePruner(80.0, 3))},
        {"type": "threshold", "options": {"lower": 0.2, "upper": 1.3}, "cases": frozen(lambda: P.ThresholdPruner(lower=0.2, upper=1.3), nan=0.1)},
        {"type": "threshold", "options": {"upper": 0.9, "warmup": 2, "interval": 3}, "cases": frozen(lambda: P.ThresholdPruner(upper=0.9, n_warmup_steps=2, interval_steps=3), gaps=0.2)},
        {"type": "patient", "options": {"patience": 2}, "cases": frozen(lambda: P.PatientPruner(None, 2))},
        {"type": "patient", "options": {"patience": 1, "min_delta": 0.02, "wraps": {"type": "median", "startup_trials": 1}}, "cases": frozen(lambda: P.PatientPruner(P.MedianPruner(1), 1, 0.02))},
        {"type": "wilcoxon", "options": {}, "cases": frozen(lambda: P.WilcoxonPruner(), count=60)},
        {"type": "wilcoxon", "options": {"p_threshold": 0.3, "startup_steps": 4}, "cases": frozen(lambda: P.WilcoxonPruner(p_threshold=0.3, n_startup_steps=4), gaps=0.2, count=60)},
    ],
    "live": [
        {"type": "asha", "options": {"eta": 4}, "cases": live(lambda: P.SuccessiveHalvingPruner(min_resource=1, reduction_factor=4))},
        {"type": "asha", "options": {"eta": 3, "min_resource": 2, "skip_rungs": 1}, "cases": live(lambda: P.SuccessiveHalvingPruner(min_resource=2, reduction_factor=3, min_early_stopping_rate=1))},
        {"type": "median", "options": {}, "cases": live(lambda: P.MedianPruner())},
    ],
    "signed rank": [],
}
for n in [1, 2, 3, 5, 8, 13, 14, 30, 50, 51, 80]:
    for kind in ["plain", "ties"] if n <= 13 or n > 50 else ["plain"]:
        differences = [round(draw.gauss(0.3, 1), 1 if kind == "ties" else 9) for _ in range(n)]
        out["signed rank"].append({"differences": differences, "p": float(ss.wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue)})


def plain(value):
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


Path(__file__).with_suffix(".json").write_text(json.dumps(plain(out), separators=(",", ":")) + "\n")
