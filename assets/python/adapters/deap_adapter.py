"""DEAP: its evolutionary algorithms simple, mu+lambda and mu,lambda with its own operators, as sklearn-deap and sklearn-genetic-opt use them.

The library's algorithm runs in a thread of its own; a generation that it wants evaluated is what is asked for, and it goes
on once all of it was told. Genes are numbers (categories by their place), mutated by drawing anew."""
import json
import math
import queue
import random
import threading

from adapter_common import Refused, WAIT, in_space, place, serve
from adapter_options import may_hold, misfit, unknown

# sklearn-deap's; the population is smaller where 50 would leave no second generation.
DEFAULTS = {"tournament_size": 3, "gene_mutation_prob": 0.1, "gene_crossover_prob": 0.5, "crossover": "uniform"}
RATES = {"simple": {"crossover_prob": 0.5, "mutation_prob": 0.2}, "mu+lambda": {"crossover_prob": 0.2, "mutation_prob": 0.8}, "mu,lambda": {"crossover_prob": 0.2, "mutation_prob": 0.8}}
# Generations in a row that bring no new genome: the space is used up.
STALE = 200


def fault_of(name, value):
    if name == "crossover":
        return None if value in ("uniform", "one-point", "two-point") else "uniform, one-point or two-point"
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if name.endswith("_prob"):
        return None if is_number and 0 <= value <= 1 else "a number from 0 to 1"
    least = 2 if name == "population_size" else 1
    return None if is_number and isinstance(value, int) and value >= least else f"a whole number of at least {least}"


class Over(Exception):
    """Ends the thread."""


class Deap:
    def __init__(self, start):
        self.space = start["space"]
        import deap.algorithms
        import deap.base
        import deap.creator
        import deap.tools

        self.deap, self.kind = deap, start["sampler"]
        self.options = {**DEFAULTS, **RATES[self.kind], "population_size": min(50, max(4, start["budget"] // 4)), **start["options"]}
        self.check()
        # The library draws from Python's own generator.
        random.seed(start["seed"])
        deap.creator.create("Loss", deap.base.Fitness, weights=(-1.0,))
        deap.creator.create("Genome", list, fitness=deap.creator.Loss)
        self.known, self.stale, self.first = {}, 0, []
        self.asked, self.open = {}, []
        self.wanted, self.results = queue.Queue(), queue.Queue()
        self.thread, self.awaited, self.is_over, self.failure = None, 0, False, None

    def check(self):
        known = {name: value if isinstance(value, str) else json.dumps(value) for name, value in {**DEFAULTS, **RATES[self.kind], "population_size": "a quarter of the budget, 4 to 50"}.items()}
        listed = may_hold([f"{name} ({value})" for name, value in known.items()])
        for name, value in self.options.items():
            if name not in known:
                raise unknown(self.kind, name, known, listed)
            fault = fault_of(name, value)
            if fault is not None:
                raise misfit(self.kind, name, value, fault, listed)
        if self.kind != "simple" and self.options["crossover_prob"] + self.options["mutation_prob"] > 1:
            raise Refused(f"{self.kind}: crossover_prob and mutation_prob are {self.options['crossover_prob']} and {self.options['mutation_prob']}, together at most 1", listed)

    def toolbox(self):
        base, tools, creator, options = self.deap.base, self.deap.tools, self.deap.creator, self.options
        box = base.Toolbox()
        box.register("individual", lambda: creator.Genome(self.gene(entry) for entry in self.space.values()))
        box.register("population", tools.initRepeat, list, box.individual)
        mate = {"uniform": tools.cxUniform, "one-point": tools.cxOnePoint, "two-point": tools.cxTwoPoint}[options["crossover"] if len(self.space) > 1 else "uniform"]
        box.register("mate", mate, **({"indpb": options["gene_crossover_prob"]} if mate is tools.cxUniform else {}))
        box.register("mutate", self.mutate)
        box.register("select", tools.selTournament, tournsize=options["tournament_size"])
        box.register("evaluate", lambda genome: None)
        box.register("map", lambda _evaluate, genomes: self.evaluated(list(genomes)))
        return box

    def gene(self, entry):
        if entry["kind"] == "categorical":
            return random.randrange(len(entry["choices"]))
        if entry["log"]:
            return in_space(entry, math.exp(random.uniform(math.log(entry["low"]), math.log(entry["high"]))))
        if "step" in entry:
            return in_space(entry, entry["low"] + random.randint(0, round((entry["high"] - entry["low"]) / entry["step"])) * entry["step"])
        return random.randint(entry["low"], entry["high"]) if entry["kind"] == "int" else random.uniform(entry["low"], entry["high"])

    def mutate(self, genome):
        for i, entry in enumerate(self.space.values()):
            if random.random() < self.options["gene_mutation_prob"]:
                genome[i] = self.gene(entry)
        return (genome,)

    def evolve(self):
        """The library's own loop, without an end: ours is the budget."""
        try:
            size, rates = self.options["population_size"], (self.options["crossover_prob"], self.options["mutation_prob"])
            box = self.toolbox()
            population = self.first[:size] + box.population(n=size - len(self.first[:size]))
            algorithms, most = self.deap.algorithms, 10**9
            if self.kind == "simple":
                algorithms.eaSimple(population, box, *rates, most, verbose=False)
            else:
                run = algorithms.eaMuPlusLambda if self.kind == "mu+lambda" else algorithms.eaMuCommaLambda
                run(population, box, size, size if self.kind == "mu+lambda" else 2 * size, *rates, most, verbose=False)
        except Over:
            pass
        except BaseException as error:
            self.failure = error
        self.wanted.put(None)

    def evaluated(self, genomes):
        """Called by the library with a generation. Genomes that are known cost nothing, as in sklearn-deap."""
        keys = [tuple(genome) for genome in genomes]
        fresh = list(dict.fromkeys(key for key in keys if key not in self.known))
        self.stale = 0 if fresh else self.stale + 1
        if self.stale > STALE:
            raise Over()
        if fresh:
            self.wanted.put(fresh)
            self.results.get()
        return [self.known[key] for key in keys]

    def ask(self, number):
        if not self.open:
            if self.is_over:
                return None
            if self.awaited > 0:
                return WAIT
            if self.thread is None:
                self.thread = threading.Thread(target=self.evolve, daemon=True)
                self.thread.start()
            wanted = self.wanted.get()
            if wanted is None:
                self.is_over = True
                if self.failure is not None:
                    raise self.failure
                return None
            self.open, self.awaited = list(wanted), len(wanted)
        genome = self.open.pop(0)
        self.asked[number] = genome
        return {name: entry["choices"][gene] if entry["kind"] == "categorical" else gene for (name, entry), gene in zip(self.space.items(), genome)}

    def tell(self, ask, params, state, value, steps, number, seconds):
        genome = self.asked.pop(ask, None) if ask is not None else None
        if genome is None:
            self.learn(params, state, value)
            return
        # The fitness of what has none is worse than any.
        self.known[genome] = (value if state == "complete" else math.inf,)
        self.awaited -= 1
        if self.awaited == 0:
            self.results.put(None)

    def learn(self, params, state, value):
        """Trials of elsewhere are parents of the first generation, the best first."""
        genome = self.deap.creator.Genome(place(entry, params[name]) if entry["kind"] == "categorical" else params[name] for name, entry in self.space.items())
        self.known[tuple(genome)] = (value if state == "complete" else math.inf,)
        if state == "complete":
            genome.fitness.values = (value,)
            self.first = sorted([*self.first, genome], key=lambda each: each.fitness.values[0])


serve(Deap)
