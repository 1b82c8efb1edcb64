"""Writes cmaes.json: what the real cmaes package (0.13.1) learns from frozen points. python cmaes_generations.py > cmaes.json"""
import json
from importlib.metadata import version

import numpy as np
from cmaes import CMA, CMAwM

rng = np.random.RandomState(1)


def run(optimizer, inner, tell_points, loss):
    steps = []
    for _ in range(12):
        points = []
        while len(points) < optimizer.population_size:
            points.append(tell_points(optimizer))
        points = [(np.asarray(x), loss(v)) for x, v in points]
        optimizer.tell([(x.copy(), y) for x, y in points])
        state = inner(optimizer)
        steps.append({
            "points": [x.tolist() for x, _ in points], "losses": [float(y) for _, y in points],
            "mean": state._mean.tolist(), "sigma": float(state._sigma), "covariance": state._C.flatten().tolist(),
            "stretch": optimizer._A.tolist() if isinstance(optimizer, CMAwM) else None,
        })
    return steps


def plain(opt):
    x = opt.ask()
    return x, x


def both(opt):
    encoded, raw = opt.ask()
    return raw, encoded


d = 4
bowl = lambda x: float(np.sum(np.arange(1, d + 1) ** 2 * (np.asarray(x) - 0.3) ** 2))
cma = CMA(mean=np.full(d, 0.5), sigma=1 / 6, seed=3)
# Two numbers, an integer of five values, one of two, one of two hundred: cells of equal width on [0, 1].
cells = [0, 0, 5, 2, 200]
bounds = np.array([[0, 1] if n == 0 else [0.5 / n, 1 - 0.5 / n] for n in cells])
steps = np.array([0 if n == 0 else 1 / n for n in cells])
target = np.array([0.2, 0.7, 0.9, 0.75, 0.31])
wm = CMAwM(mean=np.full(5, 0.45), sigma=0.02, bounds=bounds, steps=steps, seed=5, n_max_resampling=50)
print(json.dumps({
    "cmaes": version("cmaes"),
    "plain": run(cma, lambda o: o, plain, bowl),
    "margin": {"cells": cells, "steps": run(wm, lambda o: o._cma, both, lambda x: float(np.sum((np.asarray(x) - target) ** 2)))},
}))
