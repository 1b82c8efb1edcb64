"""Small real trainings in PyTorch, for lrRange.mjs: lrRangeTasks.py TASK RATES SEEDS STEPS, rates with commas between. With NOREGRET_LR_RANGE a range test, else so many steps at each rate with each seed."""
import itertools, json, math, os, sys
import torch
from sklearn.datasets import load_diabetes, load_digits
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
task, rates, seeds, budget = sys.argv[1], [float(rate) for rate in sys.argv[2].split(",")], int(sys.argv[3]), int(sys.argv[4])


def digits():
    data = load_digits()
    return torch.tensor(data.data, dtype=torch.float32) / 16, torch.tensor(data.target)


def diabetes():
    data = load_diabetes(scaled=False)
    x, y = torch.tensor(data.data, dtype=torch.float32), torch.tensor(data.target, dtype=torch.float32)
    return (x - x.mean(0)) / x.std(0), ((y - y.mean()) / y.std())[:, None]


def sequences():
    """Next symbol of 16 made Markov chains: what a small language model is like."""
    g = torch.Generator().manual_seed(1)
    table = torch.softmax(2.5 * torch.randn(32, 32, generator=g), 1)
    rows = [torch.randint(0, 32, (2000,), generator=g)]
    for _ in range(16):
        rows.append(torch.multinomial(table[rows[-1]], 1, generator=g)[:, 0])
    text = torch.stack(rows, 1)
    return text[:, :-1], text[:, 1:]


def noisy():
    x, y = digits()
    g = torch.Generator().manual_seed(1)
    wrong = torch.rand(len(y), generator=g) < 0.3
    return x, torch.where(wrong, torch.randint(0, 10, y.shape, generator=g), y)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.place = nn.Embedding(32, 32), nn.Parameter(torch.zeros(16, 32))
        self.body = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.head = nn.Linear(32, 32)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(16)
        return self.head(self.body(self.embed(x) + self.place, src_mask=mask, is_causal=True)).transpose(1, 2)


def mlp(*widths, act=nn.ReLU, drop=0.0):
    layers = [part for a, b in itertools.pairwise(widths) for part in (nn.Linear(a, b), act(), nn.Dropout(drop))]
    return nn.Sequential(*layers[:-2])


def gaussian(out, y):
    return F.gaussian_nll_loss(out[:, :1], y, F.softplus(out[:, 1:]) + 1e-4)


def convolutions():
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))


momentum = lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9)
sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
# data, model, loss, optimizer, batch size, clipped gradients
tasks = {
    'mlp-adam': (digits, lambda: mlp(64, 64, 10), F.cross_entropy, adam, 32, False),
    'cnn-sgd': (digits, convolutions, F.cross_entropy, momentum, 32, False),
    'regression-sgd': (diabetes, lambda: mlp(10, 64, 64, 1), F.mse_loss, momentum, 32, False),
    # Inputs and targets a hundred times too large: breaks early.
    'raw-sgd': (lambda: [100 * part for part in diabetes()], lambda: mlp(10, 64, 1), F.mse_loss, sgd, 32, False),
    'nll-adam': (diabetes, lambda: mlp(10, 64, 2), gaussian, adam, 32, False),
    'autoencoder-adam': (lambda: (digits()[0],) * 2, lambda: mlp(64, 16, 64), F.mse_loss, adam, 64, False),
    # Bounded loss, bounded steps: it cannot run away.
    'bounded-sgd': (digits, lambda: nn.Sequential(mlp(64, 32, 10, act=nn.Tanh), nn.Softmax(1)), lambda out, y: F.mse_loss(out, F.one_hot(y, 10).float()), sgd, 32, True),
    'noisy-sgd': (noisy, lambda: mlp(64, 64, 10, drop=0.5), F.cross_entropy, sgd, 4, False),
    'transformer-adamw': (sequences, Transformer, F.cross_entropy, adamw, 32, False),
}
make_data, make_model, loss_fn, make_optimizer, batch, clipped = tasks[task]
x, y = make_data()


def prepare(rate, seed):
    torch.manual_seed(seed)
    order = torch.randperm(len(x))
    train, held = order[:len(x) * 4 // 5], order[len(x) * 4 // 5:]
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x[train], y[train]), batch_size=batch, shuffle=True)
    model = make_model()
    return model, make_optimizer(model.parameters(), lr=rate), itertools.chain.from_iterable(itertools.repeat(loader)), train, held


def step_on(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    if clipped: nn.utils.clip_grad_norm_(model.parameters(), 0.01)
    optimizer.step()
    return loss.item()


def losses_after(rate, seed):
    model, optimizer, batches, *parts = prepare(rate, seed)
    for _, (a, b) in zip(range(budget), batches):
        if not math.isfinite(step_on(model, optimizer, a, b)): return [None, None]
    model.eval()
    with torch.no_grad():
        values = [loss_fn(model(x[part]), y[part]).item() for part in parts]
    return [value if math.isfinite(value) else None for value in values]


if "NOREGRET_LR_RANGE" in os.environ:
    model, optimizer, batches, *_ = prepare(rates[0], seeds)
    start, end, steps = map(float, os.environ["NOREGRET_LR_RANGE"].split())
    for step, (a, b) in zip(range(int(steps)), batches):
        lr = start * (end / start) ** (step / steps)
        for group in optimizer.param_groups: group["lr"] = lr
        print("noregret", json.dumps({"step": step, "lr": lr, "loss": step_on(model, optimizer, a, b)}), flush=True)
    sys.exit()
print(json.dumps([[losses_after(rate, seed) for seed in range(seeds)] for rate in rates]))
