"""Writes what pandas' merge_asof answers: test/golden/asof/pandas.json.

    pip install pandas && python3 scripts/golden/pandas-asof.py test/golden/asof/pandas.json

A case has the columns of both sides, the options as we write them, and for each left row the number of the right row that pandas found, or null.
"""
import json
import random
import sys

import pandas as pd

CASES = 120


def side(rnd, rows):
    """Times that often repeat, and keys of which some are missing."""
    at, columns = 0, {'at': [], 'k': [], 'j': [], 'f': []}
    for _ in range(rows):
        at += rnd.choice([0, 0, 1, 1, 2, 5, 11])
        columns['at'].append(at)
        columns['k'].append(rnd.choice(['a', 'a', 'b', 'ü', None]))
        columns['j'].append(rnd.randint(0, 2))
        columns['f'].append(rnd.choice([0.5, -0.0, 1e300, None]))
    return columns


def frame(columns, number):
    made = pd.DataFrame(columns)
    made['at'] = pd.to_datetime(made['at'], unit='ms').astype('datetime64[ms]')
    made = made.astype({'k': object, 'j': 'int64', 'f': float})
    made[number] = range(len(made))
    return made


def case(seed):
    rnd = random.Random(seed)
    left, right = side(rnd, rnd.randint(0, 30)), side(rnd, rnd.randint(0, 30))
    by = rnd.choice([[], ['k'], ['j'], ['f'], ['k', 'j']])
    direction = rnd.choice(['backward', 'forward', 'nearest'])
    tolerance = rnd.choice([None, 0, 1, 3, 10])
    exact = rnd.random() < 0.6 or tolerance == 0
    merged = pd.merge_asof(
        frame(left, 'n'),
        frame(right, 'm'),
        on='at',
        by=by or None,
        direction=direction,
        tolerance=None if tolerance is None else pd.Timedelta(milliseconds=tolerance),
        allow_exact_matches=exact,
    )
    options = {'on': 'at', 'direction': direction, 'allowExactMatches': exact}
    if by:
        options['by'] = by
    if tolerance is not None:
        options['tolerance'] = tolerance
    partners = [None if pd.isna(row) else int(row) for row in merged['m']]
    return {'left': left, 'right': right, 'options': options, 'partners': partners}


if __name__ == '__main__':
    cases = [case(seed) for seed in range(CASES)]
    with open(sys.argv[1], 'w') as file:
        json.dump({'pandas': pd.__version__, 'cases': cases}, file, separators=(',', ':'), ensure_ascii=False)
