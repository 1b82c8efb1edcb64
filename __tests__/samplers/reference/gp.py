"""Makes gp.json: posteriors and likelihoods by scikit-learn, improvement in the far tail by mpmath.

python3 -m venv v && v/bin/pip install scikit-learn==1.9.1 mpmath==1.3.0 && v/bin/python gp.py > gp.json
"""
import json

import mpmath as mp
import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

mp.mp.dps = 60


def improvement(z):
    z = mp.mpf(z)
    below = mp.ncdf(z)
    value = mp.npdf(z) + z * below
    return {"z": float(z), "log": float(mp.log(value)), "slope": float(below / value), "logBelow": float(mp.log(below))}


def posterior(points, values, at, weights, scale, noise):
    lengths = 1 / np.sqrt(np.array(weights))
    kernel = ConstantKernel(scale, "fixed") * Matern(lengths, "fixed", nu=2.5) + WhiteKernel(noise, "fixed")
    gp = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(points, values)
    mean, sd = gp.predict(at, return_std=True)
    n = len(points)
    return {
        "points": points, "values": values, "at": at, "weights": weights, "scale": scale, "noise": noise,
        "mean": mean.tolist(),
        # scikit-learn counts the noise of a new observation in.
        "variance": (sd**2 - noise).tolist(),
        "likelihood": float(gp.log_marginal_likelihood_value_ + 0.5 * n * np.log(2 * np.pi)),
    }


rng = np.random.default_rng(7)
points = rng.uniform(size=(12, 3)).round(6)
values = (np.sin(5 * points[:, 0]) + points[:, 1] ** 2 + 0.1 * rng.normal(size=12)).round(6)
print(json.dumps({
    "improvement": [improvement(z) for z in [-1e6, -1e4, -300, -38, -12, -5, -3.0001, -3, -2.9999, -1, -0.1, 0, 0.5, 2, 6, 20]],
    "posteriors": [
        posterior([[0.1], [0.4], [0.9]], [1.0, -0.5, 0.3], [[0.0], [0.4], [0.65], [3.0]], [4.0], 1.5, 0.01),
        posterior(points.tolist(), values.tolist(), rng.uniform(size=(4, 3)).round(6).tolist(), [9.0, 1.0, 0.05], 0.8, 0.04),
    ],
}, indent=1))
