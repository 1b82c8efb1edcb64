"""What ruptures and Apache Otava find on the series that changePoints.mjs wrote. Prints one JSON object."""
import json, math, sys, time
import numpy as np
import ruptures as rpt
from otava.analysis import compute_change_points

given = json.load(open(sys.argv[1]))


def scaled(values, how='sd'):
    x = np.asarray(values, float)
    spread = x.std() if how == 'sd' else np.median(np.abs(np.diff(x))) * 1.4826 / math.sqrt(2)
    return (x - x.mean()) / (spread if spread > 0 else (x.std() or 1.0))


def ruptures(make, factor, how='sd'):
    def find(values):
        x = scaled(values, how)
        return [int(i) for i in make().fit(x).predict(pen=factor * math.log(len(x)))[:-1]]
    return find


def otava(values):
    return [int(c.index) for c in compute_change_points([float(v) for v in values], window_len=50, max_pvalue=0.001, min_magnitude=0.0)[0]]


methods = {
    'Otava 0.8.0, p = .001': otava,
    'ruptures PELT l2, 2 log n': ruptures(lambda: rpt.Pelt(model='l2', min_size=2, jump=1), 2),
    'ruptures PELT l2, 3 log n': ruptures(lambda: rpt.Pelt(model='l2', min_size=2, jump=1), 3),
    'ruptures Binseg l2, 2 log n': ruptures(lambda: rpt.Binseg(model='l2', min_size=2, jump=1), 2),
    'ruptures Binseg l2, 3 log n': ruptures(lambda: rpt.Binseg(model='l2', min_size=2, jump=1), 3),
    'ruptures Binseg l2, 3 log n, scaled by differences': ruptures(lambda: rpt.Binseg(model='l2', min_size=2, jump=1), 3, 'differences'),
    'ruptures KernelCPD rbf, log n': ruptures(lambda: rpt.KernelCPD(kernel='rbf', min_size=2), 1),
    'ruptures KernelCPD rbf, 2 log n': ruptures(lambda: rpt.KernelCPD(kernel='rbf', min_size=2), 2),
    'ruptures PELT linear trend (clinear), 3 log n': ruptures(lambda: rpt.Pelt(model='clinear', min_size=3, jump=1), 3),
}
slow = {'ruptures PELT rbf, 2 log n': ruptures(lambda: rpt.Pelt(model='rbf', min_size=2, jump=1), 2)}


def milliseconds(find):
    x = np.random.default_rng(1).standard_normal(1000)
    times = []
    for _ in range(1):
        begin = time.process_time()
        find(x)
        times.append(1000 * (time.process_time() - begin))
    return times[0]


# NAB's series have thousands of values: minutes each for what is written in Python.
nab_too = {'Otava 0.8.0, p = .001', 'ruptures KernelCPD rbf, 2 log n'}
out = []
started = time.perf_counter()
for name, find in {**methods, **slow}.items():
    print(name, round(time.perf_counter() - started), 's', file=sys.stderr, flush=True)
    out.append(dict(name=name, tcpd=[find(x) for x in given['tcpd']], white=[len(find(x)) for x in given['white']],
                    nab=[len(find(x)) for x in given['nab']] if name in nab_too else None, ms=milliseconds(find)))


json.dump(dict(methods=out), sys.stdout)
