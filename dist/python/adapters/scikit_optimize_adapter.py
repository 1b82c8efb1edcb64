"""Scikit-Optimize: its Optimizer with a Gaussian process, forests, boosted trees, or at random. A failed trial counts as the worst so far."""
import math

from adapter_options import made
from adapter_common import Refused, Unable, in_space, place, serve

MODELS = {"gp": "GP", "forest": "RF", "extra-trees": "ET", "gbrt": "GBRT"}


class Skopt:
    def __init__(self, start):
        self.space = start["space"]
        import skopt

        dimensions = [self.dimension(skopt.space, name, entry) for name, entry in self.space.items()]
        self.asked, self.results, self.failures = {}, [], []
        # EIps and PIps learn how long a point takes as well.
        self.isTimed = str(start["options"].get("acq_func", "")).endswith("ps")
        if start["sampler"] == "dummy":
            if start["options"]:
                raise Refused("dummy takes no options", "Leave `options` out of `method`.")
            # Drawn as `dummy_minimize` does; its Optimizer without a model fails beside scikit-learn 1.6 and later.
            import numpy

            self.random, self.drawn = numpy.random.RandomState(start["seed"]), skopt.space.Space(dimensions)
            # The seed of the model that there is not.
            self.random.randint(0, numpy.iinfo(numpy.int32).max)
            return
        self.random = None
        # As `forest_minimize` and `gbrt_minimize` do: with times its Optimizer would follow gradients that trees have not.
        own = {"base_estimator": MODELS[start["sampler"]], "random_state": start["seed"], **({} if start["sampler"] == "gp" else {"acq_optimizer": "sampling"})}
        options = start["options"]
        try:
            self.optimizer = made(skopt.Optimizer, options, "skopt.Optimizer", {"dimensions": dimensions, **own}, hidden=("dimensions",))
        except Refused as error:
            if start["sampler"] == "gbrt" and "has to be a regressor" in str(error):
                raise Unable("gbrt of scikit-optimize is no regressor to this scikit-learn", f"Use the versions that go together: {start['library']['install']}") from error
            raise

    def dimension(self, kinds, name, entry):
        # Choices go by their number: lists and maps are none of skopt's values, and it takes True for 1.
        if entry["kind"] == "categorical":
            return kinds.Categorical(list(range(len(entry["choices"]))), name=name)
        prior = "log-uniform" if entry["log"] else "uniform"
        return (kinds.Integer if entry["kind"] == "int" else kinds.Real)(entry["low"], entry["high"], prior=prior, name=name)

    def ask(self, number):
        point = self.proposed() if self.random is None else self.drawn.rvs(1, random_state=self.random)[0]
        params = {name: entry["choices"][int(value)] if entry["kind"] == "categorical" else in_space(entry, value) for (name, entry), value in zip(self.space.items(), point)}
        self.asked[number] = self.point(params)
        return params

    def proposed(self):
        self.learn()
        # Trials that are under way are told as lies, as `ask(n_points)` does within itself.
        if self.asked and self.optimizer.yi:
            optimizer = self.optimizer.copy(random_state=self.optimizer.rng)
            optimizer.tell(list(self.asked.values()), [self.lie(min)] * len(self.asked))
            return optimizer.ask()
        return self.optimizer.ask()

    def lie(self, pick):
        """What stands for a result that there is not: another one's. With times skopt keeps [value, logarithm of seconds]."""
        found = pick(self.optimizer.yi)
        return (found[0], math.exp(found[1])) if self.isTimed else found

    def point(self, params):
        return [place(entry, params[name]) if entry["kind"] == "categorical" else params[name] for name, entry in self.space.items()]

    def learn(self):
        """All at once: each `tell` of its own fits the model anew."""
        if self.results:
            self.optimizer.tell([point for point, _ in self.results], [value for _, value in self.results])
            self.results = []
        if self.failures and self.optimizer.yi:
            self.optimizer.tell(self.failures, [self.lie(max)] * len(self.failures))
            self.failures = []

    def tell(self, ask, params, state, value, steps, number, seconds):
        point = self.asked.pop(ask, None) if ask is not None else None
        point = self.point(params) if point is None else point
        if state == "complete":
            self.results.append((point, (value, max(seconds or 0, 1e-3)) if self.isTimed else value))
        else:
            self.failures.append(point)


serve(Skopt)
