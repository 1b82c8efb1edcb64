"""Writes sequences.json: points of unscrambled sequences by scipy (1.17.1). python sequences.py > sequences.json"""
import json
import scipy
from scipy.stats import qmc

INDICES = [1, 2, 3, 6, 100, 1000, 65535]
sobol = qmc.Sobol(d=160, scramble=False, bits=32).random(65536)
halton = qmc.Halton(d=40, scramble=False).random(65536)
print(json.dumps({
    "scipy": scipy.__version__,
    "indices": INDICES,
    "sobol": [[int(v * 2**32) for v in sobol[i]] for i in INDICES],
    "halton": [[float(v) for v in halton[i]] for i in INDICES],
}))
