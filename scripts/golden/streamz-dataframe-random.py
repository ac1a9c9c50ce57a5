"""Writes random cases of streaming dataframes in the form of test/golden/streamz/README.md, as the real streamz answers them.

    pip install streamz 'pandas==1.5.3' 'numpy==1.24.2'
    python3 scripts/golden/streamz-dataframe-random.py <folder> [cases of each sort] [seed]
    npm run vectors -- streamz <folder>

Every case is computed twice: by streamz, batch by batch (`emitted`), and by pandas from all rows so far. Where the two differ, pandas' answer is
`recomputed` and the case a quirk. The command ends with how many of each sort differ.
"""
import json
import os
import random
import sys
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import streamz
from streamz.dataframe import DataFrame

warnings.filterwarnings('ignore')
OPS = {
    '+': lambda a, b: a + b, '-': lambda a, b: a - b, '*': lambda a, b: a * b, '/': lambda a, b: a / b,
    '//': lambda a, b: a // b, '%': lambda a, b: a % b, '<': lambda a, b: a < b, '>': lambda a, b: a > b,
    '<=': lambda a, b: a <= b, '>=': lambda a, b: a >= b, '==': lambda a, b: a == b, '!=': lambda a, b: a != b,
    '&': lambda a, b: a & b, '|': lambda a, b: a | b,
}


# Rows ------------------------------------------------------------------------------------------------------------------------

def batches_of(rng, timed, missing):
    """Batches of 0 to 30 rows; times go on from batch to batch."""
    clock = pd.Timestamp('2001-01-01')
    out = []
    for at in range(rng.randint(3, 9)):
        n = rng.choice([0, 1, 2, 5, 13, 30]) if at else rng.randint(1, 9)
        x = [round(rng.uniform(-50, 50), rng.choice([0, 1, 4])) for _ in range(n)]
        if missing:
            x = [float('nan') if rng.random() < 0.15 else value for value in x]
        data = {
            'x': np.array(x, dtype='float64'),
            'y': np.array([rng.randint(-9, 9) for _ in range(n)], dtype='int64'),
            'k': np.array([rng.choice('abcde') for _ in range(n)], dtype=object),
            'b': np.array([rng.random() < 0.5 for _ in range(n)], dtype='bool'),
        }
        index = None
        if timed:
            times = []
            for _ in range(n):
                clock += pd.Timedelta(milliseconds=rng.choice([0, 100, 700, 1500]))
                times.append(clock)
            index = pd.DatetimeIndex(times)
        out.append(pd.DataFrame(data, index=index))
    return out


# Pipelines -------------------------------------------------------------------------------------------------------------------

def condition(rng):
    column, op, value = rng.choice([('x', '>', rng.randint(-40, 20)), ('y', '<=', rng.randint(-4, 9)), ('y', '!=', 0)])
    return {'op': op, 'a': {'col': column}, 'b': value}


def column_expression(rng):
    a = {'col': rng.choice(['x', 'y'])}
    b = rng.choice([{'col': 'y'}, rng.randint(1, 5), 0.5])
    made = {'op': rng.choice(['+', '-', '*']), 'a': a, 'b': b}
    return made if rng.random() < 0.7 else {'op': rng.choice(['+', '*']), 'a': made, 'b': rng.randint(2, 4)}


def before(rng):
    steps = []
    if rng.random() < 0.35:
        steps.append({'step': 'filter', 'expr': condition(rng)})
    if rng.random() < 0.35:
        steps.append({'step': 'assign', 'values': {'x': column_expression(rng)}})
    if rng.random() < 0.15:
        steps.append({'step': 'query', 'text': rng.choice(['x > -20 and y < 8', 'y > -5 or x < 0', 'x <= 30'])})
    return steps


def agg(rng, names):
    name = rng.choice(names)
    args = {'ddof': rng.choice([0, 1])} if name in ('std', 'var') and rng.random() < 0.5 else {}
    return {'step': 'agg', 'name': name, 'args': args}


def window(rng, timed):
    if timed and rng.random() < 0.6:
        return {'step': 'window', 'value': rng.choice(['1s', '2500ms', '7s', '1h'])}
    return {'step': 'window', 'n': rng.choice([1, 2, 5, 17, 60])}


def target(rng):
    return {'step': 'col', 'name': rng.choice(['x', 'y'])} if rng.random() < 0.6 else {'step': 'select', 'columns': ['x', 'y']}


def group(rng):
    by = rng.choice(['k', 'b', ['k', 'b'], {'op': '%', 'a': {'col': 'y'}, 'b': 3}])
    return [{'step': 'groupby', 'by': by}, {'step': 'pick', 'column': rng.choice(['x', 'y', ['x', 'y']])}]


def pipeline_of(sort, rng, timed):
    reductions = ['sum', 'mean', 'count']
    spreads = reductions + ['size', 'std', 'var']
    steps = before(rng)
    if sort == 'rows':
        last = rng.choice([{'step': 'col', 'name': 'x'}, {'step': 'expr', 'expr': column_expression(rng)}, {'step': 'tail', 'n': 2}])
        return steps + [last]
    if sort == 'reduce':
        return steps + [target(rng), agg(rng, reductions)]
    if sort == 'cumulate':
        return steps + [target(rng), {'step': 'cum', 'name': rng.choice(['cumsum', 'cumprod', 'cummin', 'cummax'])}]
    if sort == 'groupby':
        return steps + group(rng) + [agg(rng, spreads)]
    if sort == 'window':
        return steps + [window(rng, timed), target(rng), agg(rng, spreads)]
    if sort == 'window-groupby':
        return steps + [window(rng, timed)] + group(rng) + [agg(rng, spreads)]
    if sort == 'window-value-counts':
        return steps + [window(rng, timed), {'step': 'col', 'name': rng.choice(['y', 'k'])}, {'step': 'value_counts'}]
    if sort == 'expanding':
        return steps + [{'step': 'expanding'}, target(rng), agg(rng, spreads)]
    if sort == 'rolling':
        width = rng.choice(['1s', '2500ms', '7s']) if timed and rng.random() < 0.6 else rng.choice([1, 2, 5, 17])
        least = {} if rng.random() < 0.6 else {'min_periods': 1 if isinstance(width, str) else rng.randint(1, width)}
        names = ['sum', 'mean', 'min', 'max', 'median', 'std', 'var', 'count', 'quantile']
        last = agg(rng, names)
        if last['name'] == 'quantile':
            last['args'] = {'quantile': rng.choice([0, 0.1, 0.5, 0.9]), 'interpolation': rng.choice(['linear', 'lower', 'nearest'])}
        return steps + [target(rng), {'step': 'rolling', 'window': width, **least}, last]
    return steps + [target(rng), {'step': 'ewm', 'args': {'com': rng.choice([0.5, 1, 7])}}, {'step': 'agg', 'name': 'mean', 'args': {}}]


# Running them: `of` is a streamz object, or pandas' rows ---------------------------------------------------------------------

def value_of(expr, of):
    if not isinstance(expr, dict):
        return expr
    if 'col' in expr:
        return of[expr['col']]
    return OPS[expr['op']](value_of(expr['a'], of), value_of(expr['b'], of))


def row_step(of, step):
    """Steps that look at each row by itself."""
    name = step['step']
    if name == 'filter':
        return of[value_of(step['expr'], of)]
    if name == 'assign':
        return of.assign(**{key: value_of(expr, of) for key, expr in step['values'].items()})
    if name == 'query':
        return of.query(step['text'])
    if name == 'col':
        return of[step['name']]
    if name == 'select':
        return of[step['columns']]
    if name == 'expr':
        return value_of(step['expr'], of)
    return None


def streamed(of, pipeline):
    for step in pipeline:
        name = step['step']
        made = row_step(of, step)
        if made is not None:
            of = made
        elif name == 'tail':
            of = of.tail(step['n'])
        elif name == 'window':
            of = of.window(n=step['n']) if 'n' in step else of.window(value=step['value'])
        elif name == 'expanding':
            of = of.expanding()
        elif name == 'groupby':
            of = of.groupby(step['by'] if not isinstance(step['by'], dict) else value_of(step['by'], of))
        elif name == 'pick':
            of = of[step['column']]
        elif name == 'rolling':
            of = of.rolling(step['window'], **({'min_periods': step['min_periods']} if 'min_periods' in step else {}))
        elif name == 'ewm':
            of = of.ewm(**step['args'])
        elif name == 'cum':
            of = getattr(of, step['name'])()
        elif name == 'value_counts':
            of = of.value_counts()
        elif name == 'agg' and step['name'] == 'size':
            of = of.size() if callable(getattr(of, 'size')) else of.size
        elif name == 'agg':
            of = getattr(of, step['name'])(**step['args'])
    return of


def fresh(batches, pipeline):
    """pandas' answer from all rows so far, for the newest batch."""
    parts = list(batches)
    for at, step in enumerate(pipeline):
        changed = [row_step(part, step) for part in parts]
        if changed[0] is None:
            return reduced(parts, pipeline[at:])
        parts = changed
    return parts[-1]


def reduced(parts, steps):
    rows, newest = pd.concat(parts), parts[-1]
    step = steps[0]
    name = step['step']
    if name == 'tail':
        return newest.tail(step['n'])
    if name == 'window':
        if 'n' in step:
            rows = rows.iloc[max(0, len(rows) - step['n']):]
        elif len(rows):
            rows = rows[rows.index > rows.index.max() - pd.Timedelta(step['value'])]
    if name in ('window', 'expanding'):
        while len(steps) > 1 and (made := row_step(rows, steps[1])) is not None:
            rows, steps = made, steps[1:]
        return reduced([rows], steps[1:])
    if name == 'groupby':
        by = step['by'] if not isinstance(step['by'], dict) else value_of(step['by'], rows)
        groups, last = rows.groupby(by)[steps[1]['column']], steps[2]
        return groups.size() if last['name'] == 'size' else getattr(groups, last['name'])(**last['args'])
    if name == 'value_counts':
        return rows.value_counts()
    if name == 'cum':
        return getattr(rows, step['name'])().iloc[len(rows) - len(newest):]
    if name == 'rolling':
        given = {'min_periods': step['min_periods']} if 'min_periods' in step else {}
        last = steps[1]
        return getattr(rows.rolling(step['window'], **given), last['name'])(**last['args']).iloc[len(rows) - len(newest):]
    if name == 'ewm':
        return rows.ewm(**step['args']).mean().iloc[-1:]
    if step['name'] == 'size':
        return rows.size
    return getattr(rows, step['name'])(**step['args'])


# Recording -------------------------------------------------------------------------------------------------------------------

def cells(values, dtype):
    if str(dtype).startswith('datetime64'):
        return [None if pd.isna(v) else str(pd.Timestamp(v).value) for v in values]
    out = []
    for v in values:
        if v is None or (isinstance(v, float) and np.isnan(v)):
            out.append(None)
        elif isinstance(v, (bool, np.bool_)):
            out.append(bool(v))
        elif isinstance(v, (int, np.integer)):
            out.append(int(v) if abs(int(v)) < 2**53 else str(int(v)))
        elif isinstance(v, (float, np.floating)):
            out.append('Infinity' if v == np.inf else '-Infinity' if v == -np.inf else float(v))
        else:
            out.append(v)
    return out


def index_of(index):
    if isinstance(index, pd.MultiIndex):
        return {'names': list(index.names), 'dtype': 'multi', 'values': [cells(row, object) for row in index]}
    return {'name': index.name, 'dtype': str(index.dtype), 'values': cells(list(index), index.dtype)}


def shown(value):
    if isinstance(value, Exception):
        return {'kind': 'error', 'type': type(value).__name__}
    if isinstance(value, pd.DataFrame):
        columns = {name: cells(list(value[name]), value[name].dtype) for name in value.columns}
        return {'kind': 'frame', 'columns': columns, 'dtypes': {n: str(value[n].dtype) for n in value.columns}, 'index': index_of(value.index)}
    if isinstance(value, pd.Series):
        return {'kind': 'series', 'name': value.name, 'dtype': str(value.dtype), 'values': cells(list(value), value.dtype), 'index': index_of(value.index)}
    return {'kind': 'scalar', 'dtype': type(value).__name__, 'value': cells([value], object)[0]}


def same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
    if isinstance(a, dict) and isinstance(b, dict):
        skipped = {'dtype', 'dtypes', 'name', 'names'}
        return all(same(a.get(key), b.get(key)) for key in set(a) | set(b) if key not in skipped)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def ordered(value, counts):
    """Value counts by label: the order of equal counts carries no meaning, and what left a window is not there."""
    return value[value > 0].sort_index() if counts and isinstance(value, pd.Series) else value


def case(sort, seed):
    rng = random.Random(f'{sort} {seed}')
    timed = rng.random() < 0.5
    batches = batches_of(rng, timed, rng.random() < 0.5)
    pipeline = pipeline_of(sort, rng, timed)
    example = batches[0].iloc[:1]
    counts = sort == 'window-value-counts'
    emitted, plain, build_error = [], [], None
    try:
        source = DataFrame(example=example)
        got = []
        streamed(source, pipeline).stream.sink(got.append)
    except Exception as error:
        build_error = error
    for at, batch in enumerate(batches):
        try:
            plain.append(ordered(fresh(batches[: at + 1], pipeline), counts))
        except Exception as error:
            plain.append(error)
        if build_error:
            continue
        got.clear()
        try:
            source.emit(batch)
            emitted.append(ordered(got[-1], counts))
        except Exception as error:
            emitted.append(error)
    # what streamz refuses or fails at, and pandas answers, is a quirk too
    real = [shown(value) for value in emitted] if not build_error else [{'kind': 'error', 'type': type(build_error).__name__}] * len(batches)
    wanted = [shown(value) for value in plain]
    differs = [not same(a, b) for a, b in zip(real, wanted)]
    recorded = []
    for batch in batches:
        columns = {name: cells(list(batch[name]), batch[name].dtype) for name in batch.columns}
        recorded.append({**columns, **({'index': cells(list(batch.index), batch.index.dtype)} if timed else {})})
    return {
        'name': f'random_{sort}_{seed}', 'op': sort, 'streamz': streamz.__version__, 'pandas': pd.__version__,
        'numpy': np.__version__, 'python': sys.version.split()[0], 'pipeline': pipeline,
        'dtypes': {'x': 'float64', 'y': 'int64', 'k': 'object', 'b': 'bool'}, 'indexDtype': 'datetime64[ns]' if timed else None,
        'example': {name: cells(list(example[name]), example[name].dtype) for name in example.columns},
        'batches': recorded, 'emitted': real, 'quirk': any(differs),
        **({'recomputed': [want if d else None for want, d in zip(wanted, differs)]} if any(differs) else {}),
        **({'orderInsensitive': True} if counts else {}),
    }


SORTS = ['rows', 'reduce', 'cumulate', 'groupby', 'window', 'window-groupby', 'window-value-counts', 'expanding', 'rolling', 'ewm']


def main():
    folder, count, seed = sys.argv[1], int((sys.argv + ['', '20'])[2] or 20) if len(sys.argv) > 2 else 20, int(sys.argv[3]) if len(sys.argv) > 3 else 0
    os.makedirs(folder, exist_ok=True)
    quirks = Counter()
    for sort in SORTS:
        for at in range(seed, seed + count):
            made = case(sort, at)
            quirks[sort] += made['quirk']
            with open(os.path.join(folder, f"{made['name']}.json"), 'w') as file:
                json.dump(made, file, separators=(',', ':'), allow_nan=False)
    print({sort: f'{quirks[sort]} of {count} differ' for sort in SORTS})


main()
