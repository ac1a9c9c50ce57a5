"""Writes what pandas answers for each row's window, by group and not: test/golden/pandas.

    pip install pandas && python3 scripts/golden/pandas-rolling.py test/golden/pandas

Each file has columns and cases; a case is the text of one of our expressions and pandas' values for each row, null for NaN.
"""
import json
import math
import os
import random
import sys

import numpy as np
import pandas as pd

ROWS = 40


def column(values):
    return [None if v is None or (isinstance(v, float) and math.isnan(v)) else v for v in values]


def data(seed, missing, levels):
    """Rows of two groups and a few without; `levels` lifts the values far above their spread."""
    rnd = random.Random(seed)
    at, rows = 0, []
    for _ in range(ROWS):
        at += rnd.choice([0, 1, 1, 2, 7])
        x = None if rnd.random() < missing else levels + rnd.choice([rnd.randint(-4, 4), round(rnd.gauss(0, 3), 3)])
        y = None if rnd.random() < missing else rnd.randint(-9, 9)
        k = rnd.choice(['a', 'a', 'b', 'b', 'b', None])
        rows.append((at, k, x, y))
    frame = pd.DataFrame(rows, columns=['at', 'k', 'x', 'y'])
    frame['x'] = frame['x'].astype(float)
    frame['y'] = frame['y'].astype(float)
    frame['time'] = pd.to_datetime(frame['at'], unit='ms')
    return frame


def by_group(frame, answer):
    """Answers of each group, put where its rows are; rows without a key have none."""
    result = pd.Series(np.nan, index=frame.index)
    for _, rows in frame.groupby('k'):
        result[rows.index] = np.asarray(answer(rows), dtype=float)
    return result


# name in texts, further parameters in texts, what pandas does with a Rolling of x and the rows
SIMPLE = [
    ('sum', '', lambda r, f: r.sum()),
    ('mean', '', lambda r, f: r.mean()),
    ('median', '', lambda r, f: r.median()),
    ('min', '', lambda r, f: r.min()),
    ('max', '', lambda r, f: r.max()),
    ('var', '', lambda r, f: r.var()),
    ('var', ', ddof=0', lambda r, f: r.var(ddof=0)),
    ('std', '', lambda r, f: r.std()),
    ('sem', '', lambda r, f: r.sem()),
    ('skew', '', lambda r, f: r.skew()),
    ('kurt', '', lambda r, f: r.kurt()),
    ('count', '', lambda r, f: r.count()),
    ('first', '', lambda r, f: r.first()),
    ('last', '', lambda r, f: r.last()),
    ('nunique', '', lambda r, f: r.nunique()),
    ('quantile', ', q=0.3', lambda r, f: r.quantile(0.3)),
    ('quantile', ", q=0.8, interpolation='nearest'", lambda r, f: r.quantile(0.8, interpolation='nearest')),
    ('rank', '', lambda r, f: r.rank()),
    ('rank', ", method='min', ascending=false", lambda r, f: r.rank(method='min', ascending=False)),
    ('rank', ", method='max', pct=true", lambda r, f: r.rank(method='max', pct=True)),
]
PAIRS = [
    ('cov', '', lambda r, f: r.cov(f['y'])),
    ('cov', ', ddof=0', lambda r, f: r.cov(f['y'], ddof=0)),
    ('corr', '', lambda r, f: r.corr(f['y'])),
]
WINDOWS = [(1, None), (3, None), (5, 2), (12, 1), ('3ms', None), ('9ms', 3)]


def rolled(frame, window, least, answer):
    rows = frame.set_index('time')
    return answer(rows['x'].rolling(window, min_periods=least), rows).to_numpy(dtype=float)


def rolling_cases(frame):
    for window, least in WINDOWS:
        n = f"'{window}'" if isinstance(window, str) else str(window)
        periods = '' if least is None else f', minPeriods={least}'
        for args, kinds in (('x', SIMPLE), ('x, y', PAIRS)):
            for name, parameters, answer in kinds:
                # ours counts from the first row on, as streamz does
                few = 0 if name == 'count' and least is None else least
                # pandas divides rounding errors by each other where a window has one value, and may find infinity
                if name == 'corr' and window in (1, 3, '3ms'):
                    continue
                text = f'rolling_{name}({args}, {n}{periods}{parameters}'
                yield text + ')', rolled(frame, window, few, answer)
                yield text + ', by=k)', by_group(frame, lambda rows: rolled(rows, window, few, answer))


EWMS = [
    ('com=1', {'com': 1}),
    ('span=4', {'span': 4}),
    ('halflife=3', {'halflife': 3}),
    ('alpha=0.4, adjust=false', {'alpha': 0.4, 'adjust': False}),
    ('com=2, ignoreMissing=true', {'com': 2, 'ignore_na': True}),
    ('span=3, adjust=false, ignoreMissing=true, minPeriods=3', {'span': 3, 'adjust': False, 'ignore_na': True, 'min_periods': 3}),
]


def ewm_cases(frame):
    for text, options in EWMS:
        kinds = [
            ('mean', 'x', '', lambda e, f: e.mean()),
            ('var', 'x', '', lambda e, f: e.var()),
            ('std', 'x', ', bias=true', lambda e, f: e.std(bias=True)),
            ('cov', 'x, y', '', lambda e, f: e.cov(f['y'])),
            ('corr', 'x, y', '', lambda e, f: e.corr(f['y'])),
        ]
        if options.get('adjust', True):
            kinds.append(('sum', 'x', '', lambda e, f: e.sum()))
        for name, args, more, answer in kinds:
            if name == 'corr' and 'adjust' in options:
                continue
            written = f'ewm_{name}({args}, {text}{more}'
            yield written + ')', answer(frame['x'].ewm(**options), frame)
            yield written + ', by=k)', by_group(frame, lambda rows: answer(rows['x'].ewm(**options), rows))


def running_cases(frame):
    groups = frame.groupby('k')['x']
    yield 'cumsum(x, by=k)', groups.cumsum()
    yield 'cumprod(y, by=k)', frame.groupby('k')['y'].cumprod()
    yield 'cummin(x, by=k)', groups.cummin()
    yield 'cummax(x, by=k)', groups.cummax()
    yield 'ffill(x, by=k)', groups.ffill()
    for n in (1, 3):
        yield f'shift(x, {n}, by=k)', groups.shift(n)
        yield f'diff(x, {n}, by=k)', groups.diff(n)
        yield f'pct_change(x, {n}, by=k)', groups.pct_change(n, fill_method=None)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for seed, missing, levels, name in ((1, 0, 0, 'full'), (2, 0.3, 0, 'missing'), (3, 0.1, 1e7, 'high')):
        frame = data(seed, missing, levels)
        cases = [*rolling_cases(frame), *ewm_cases(frame), *running_cases(frame)]
        recorded = {
            'pandas': pd.__version__,
            'columns': {name: column(frame[name]) for name in ('at', 'k', 'x', 'y')},
            'cases': [{'of': text, 'values': column(float(v) for v in values)} for text, values in cases],
        }
        with open(os.path.join(folder, f'{name}.json'), 'w') as file:
            parts = [f'"pandas": {json.dumps(recorded["pandas"])}', f'"columns": {json.dumps(recorded["columns"])}']
            lines = ',\n'.join(json.dumps(case) for case in recorded['cases'])
            file.write('{' + ',\n'.join(parts) + ',\n"cases": [\n' + lines + '\n]}\n')


if __name__ == '__main__':
    main(sys.argv[1])
