"""One generation of sklearn-deap on a frozen population, 3000 times: how often each gene value is in a child.

DEAP's own selTournament and varAnd; sklearn-deap's own crossover and mutation, taken from its file (its package no
longer imports with a current scikit-learn).
Run: pip install deap==1.4.4 && python ga.py path/to/sklearn-deap/evolutionary_search/cv.py > ga.json
"""
import ast
import json
import random
import sys
from deap import algorithms, base, creator, tools

MAXINTS = [8, 3, 5]  # nine floats, four words, six whole numbers
RUNS = 3000


def operators(path):
    tree = ast.parse(open(path, encoding="utf8").read())
    wanted = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in ("enum", "_mutIndividual", "_cxIndividual")]
    scope = {"random": random}
    exec(compile(ast.Module(wanted, []), path, "exec"), scope)
    scope["param_types"] = scope["enum"](Categorical=1, Numerical=2)
    return scope


def main():
    scope = operators(sys.argv[1])
    types = scope["param_types"]
    creator.create("Fitness", base.Fitness, weights=(1.0,))
    creator.create("Individual", list, fitness=creator.Fitness)
    toolbox = base.Toolbox()
    toolbox.register("mate", scope["_cxIndividual"], indpb=0.5, gene_type=[types.Numerical, types.Categorical, types.Categorical])
    toolbox.register("mutate", scope["_mutIndividual"], indpb=0.1, up=MAXINTS)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("clone", lambda ind: ind_of(list(ind), ind.fitness.values))

    def ind_of(genes, values=()):
        ind = creator.Individual(genes)
        ind.fitness.values = values
        return ind

    random.seed(11)
    rows = [[random.randint(0, m) for m in MAXINTS] for _ in range(20)]
    scores = [round(random.random(), 6) for _ in rows]
    counts = [[0] * (m + 1) for m in MAXINTS]
    changed = same_as_best = 0
    best = rows[scores.index(max(scores))]
    for _ in range(RUNS):
        population = [ind_of(r, (s,)) for r, s in zip(rows, scores)]
        children = algorithms.varAnd(toolbox.select(population, len(population)), toolbox, 0.5, 0.2)
        for child in children:
            changed += list(child) not in rows
            same_as_best += list(child) == best
            for gene, value in enumerate(child):
                counts[gene][value] += 1
    total = RUNS * len(rows)
    print(json.dumps({
        "runs": RUNS, "population": [{"genes": r, "score": s} for r, s in zip(rows, scores)],
        "shares": [[c / total for c in gene] for gene in counts], "new": changed / total, "best": same_as_best / total,
    }, indent=1))


main()
