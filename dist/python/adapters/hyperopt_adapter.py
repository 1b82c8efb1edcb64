"""Hyperopt: tpe, random, anneal and atpe. A parameter that depends on one choice becomes a branch of that hp.choice."""
import datetime
import functools
import math

from adapter_options import check_options
from adapter_common import Refused, active, in_space, place, same, seed_globally, serve

# Arguments of `suggest` that are handed over for each trial.
OURS = ("new_ids", "domain", "trials", "seed")


class Hyperopt:
    def __init__(self, start):
        self.spec = start["space"]
        import hyperopt
        import numpy
        from hyperopt import base, pyll

        self.hyperopt, self.base = hyperopt, base
        self.nodes, self.isAdaptive = {}, start["sampler"] == "atpe"
        self.domain = base.Domain(lambda point: 0.0, self.tree())
        # As `fmin` sets it: pyll would complain about an expression that is evaluated more than once otherwise.
        self.trials = base.Trials()
        self.random = numpy.random.default_rng(start["seed"])
        # What atpe draws besides comes from the generators of the whole process.
        seed_globally(start["seed"])
        algorithm = self.algorithm(start["sampler"])
        check_options(self.hyperopt.anneal.AnnealingAlgo if start["sampler"] == "anneal" else algorithm, start["options"], f"hyperopt {start['sampler']}", hidden=OURS)
        self.suggest = functools.partial(algorithm, **start["options"])
        self.asked, self.foreign, self.pyll = {}, {}, pyll

    def algorithm(self, name):
        if name == "atpe":
            from hyperopt import atpe

            return atpe.suggest
        from hyperopt import anneal, rand, tpe

        return {"tpe": tpe.suggest, "random": rand.suggest, "anneal": anneal.suggest}[name]

    def tree(self):
        return {name: self.node(name) for name, entry in self.spec.items() if not entry.get("when")}

    def node(self, name):
        if name not in self.nodes:
            self.nodes[name] = self.made(name, self.spec[name])
        return self.nodes[name]

    def made(self, name, entry):
        from hyperopt import hp

        low, high, step = entry.get("low"), entry.get("high"), entry.get("step")
        kind = entry["distribution"]
        if kind == "categorical":
            children = {child: other for child, other in self.spec.items() if name in other.get("when", {})}
            return hp.choice(name, [{"choice": i, **{child: self.node(child) for child, other in children.items() if any(same(value, choice) for value in other["when"][name])}} for i, choice in enumerate(entry["choices"])])
        if "normal" in kind:
            make = {"normal": hp.normal, "log_normal": hp.lognormal, "q_normal": hp.qnormal, "q_log_normal": hp.qlognormal}[kind]
            return make(name, entry["mu"], entry["sigma"], *([entry["q"]] if "q" in entry else []))
        if kind == "int_uniform":
            # atpe reads a step from every whole number, and finds none in hp.uniformint.
            return hp.quniform(name, low, high, 1) if self.isAdaptive else hp.uniformint(name, low, high)
        if entry["log"]:
            return hp.qloguniform(name, math.log(low), math.log(high), step) if step is not None else hp.loguniform(name, math.log(low), math.log(high))
        return hp.quniform(name, low, high, step) if step is not None else hp.uniform(name, low, high)

    def ask(self, number):
        # What `fmin` does for one trial.
        [tid] = self.trials.new_trial_ids(1)
        self.trials.refresh()
        documents = self.suggest([tid], self.domain, self.trials, int(self.random.integers(2**31 - 1)))
        if not isinstance(documents, list) or not documents:
            return None
        self.trials.insert_trial_docs(documents)
        self.trials.refresh()
        document = self.document(tid)
        self.begin(document)
        self.asked[number] = document
        values = {name: found[0] for name, found in document["misc"]["vals"].items() if found}
        params = {}
        for name, entry in self.spec.items():
            if active(entry, params):
                params[name] = entry["choices"][int(values[name])] if entry["kind"] == "categorical" else in_space(entry, values[name])
        return params

    def document(self, tid):
        return next(each for each in reversed(self.trials._dynamic_trials) if each["tid"] == tid)

    def begin(self, document):
        # As `serial_evaluate` does; atpe reckons with the times.
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        document.update(state=self.base.JOB_STATE_RUNNING, book_time=now, refresh_time=now)

    def running(self, number, params):
        self.foreign[number] = self.added(params)

    def added(self, params):
        """As a document that `fmin` would have made of these values."""
        [tid] = self.trials.new_trial_ids(1)
        found = {name: [] if name not in params else [self.place(name, params[name])] for name in self.spec}
        misc = {"tid": tid, "cmd": self.domain.cmd, "workdir": self.domain.workdir, "idxs": {name: [tid] if values else [] for name, values in found.items()}, "vals": found}
        self.trials.insert_trial_docs(self.trials.new_trial_docs([tid], [None], [self.domain.new_result()], [misc]))
        self.trials.refresh()
        document = self.document(tid)
        self.begin(document)
        return document

    def place(self, name, value):
        entry = self.spec[name]
        return place(entry, value) if entry["kind"] == "categorical" else value

    def tell(self, ask, params, state, value, steps, number, seconds):
        document = self.asked.pop(ask, None) if ask is not None else self.foreign.pop(number, None)
        if document is None:
            document = self.added(params)
        hyperopt = self.hyperopt
        document["state"] = self.base.JOB_STATE_DONE
        document["refresh_time"] = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        document["result"] = {"status": hyperopt.STATUS_OK, "loss": value} if state == "complete" else {"status": hyperopt.STATUS_FAIL}
        self.trials.refresh()


serve(Hyperopt)
