"""What Apache Otava finds at every prefix of the series that driftDelays.mjs wrote. Prints one JSON array, a row per row."""
import json, sys
from otava.analysis import compute_change_points


def judge(values):
    any_alarm, fell, whole = False, None, False
    for n in range(3, len(values) + 1):
        found = compute_change_points([float(v) for v in values[:n]], window_len=50, max_pvalue=0.001, min_magnitude=0.0)[0]
        any_alarm = any_alarm or len(found) > 0
        whole = len(found) > 0
        if n > 30 and fell is None and any(c.index >= 27 and c.stats.mean_2 < c.stats.mean_1 for c in found):
            fell = n - 30
    return dict(any=any_alarm, fell=fell, whole=whole)


json.dump([[judge(x) for x in row] for row in json.load(open(sys.argv[1]))], sys.stdout)
