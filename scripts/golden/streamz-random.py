"""Writes random cases in the form of test/golden/streamz/README.md, as the real streamz answers them.

    pip install streamz && python3 scripts/golden/streamz-random.py <folder> [cases of each sort]
    npm run vectors -- streamz <folder>

Four sorts: graphs of synchronous nodes with references; the same with functions that fail; graphs with queues and timers in
virtual time; and those with references. Left out is what streamz is known to do wrong (the quirks in docs/streamz.md), and what depends on
which of two timers of one instant runs first.
"""
import asyncio
import json
import os
import random
import sys

import streamz
import streamz.core
from streamz import Stream
from streamz.core import RefCounter


def fail_on_3(x):
    if x == 3:
        raise ZeroDivisionError()
    return x


# JavaScript beside Python
FUNCTIONS = {
    'inc': ('x => x + 1', lambda x: x + 1),
    'double': ('x => 2 * x', lambda x: 2 * x),
    'mod3': ('x => x % 3', lambda x: x % 3),
    'isEven': ('x => x % 2 === 0', lambda x: x % 2 == 0),
    'add': ('(a, b) => a + b', lambda a, b: a + b),
    'sumPair': ('(a, b) => a + b', lambda a, b: a + b),
    'pairUp': ('x => [x, x + 1]', lambda x: (x, x + 1)),
    'countState': ('(s, x) => [s + 1, s * x]', lambda s, x: (s + 1, s * x)),
    'failOn3': ('x => { if (x === 3) throw new RangeError(); return x }', fail_on_3),
}
call = {name: pair[1] for name, pair in FUNCTIONS.items()}
texts = {name: pair[0] for name, pair in FUNCTIONS.items()}


def plain(x):
    if isinstance(x, (tuple, list)):
        return [plain(i) for i in x]
    return {str(k): plain(v) for k, v in x.items()} if isinstance(x, dict) else x


def header(name, op, **rest):
    return {'name': name, 'op': op, 'streamz': streamz.__version__, **rest}


class Case:
    """A graph under construction, and the log of what happens in it."""

    def __init__(self, seed, stamp=lambda: []):
        self.rnd = random.Random(seed)
        self.stamp = stamp
        self.events, self.specs, self.nodes, self.kinds, self.refs = [], [], {}, {}, {}

    def add(self, id, type, up, node, kind, **spec):
        self.specs.append({'id': id, 'type': type, **({'up': up} if up else {}), **spec})
        self.nodes[id] = node
        self.kinds[id] = kind

    def of_kind(self, *kinds):
        return [id for id in self.nodes if self.kinds[id] in kinds]

    def metadata(self, name, value):
        case = self

        class Ref(RefCounter):
            def __init__(self):
                self.count, self.cb, self.loop = 0, None, None

            def retain(self, n=1):
                self.count += n
                case.events.append(['retain', name, n, self.count, *case.stamp()])

            def release(self, n=1):
                self.count -= n
                case.events.append(['release', name, n, self.count, *case.stamp()])
                if self.count <= 0:
                    case.events.append(['done', name, *case.stamp()])

        ref = Ref()
        ref.label = name
        self.refs[name] = ref
        return [{'ref': ref, 'v': value}], [{'ref': name, 'v': value}]

    def observe(self, ids):
        case = self

        class Observer(Stream):
            def __init__(self, upstream, id):
                self.id = id
                Stream.__init__(self, upstream)

            def update(self, x, who=None, metadata=None):
                shown = [{'ref': m['ref'].label, 'v': m['v']} for m in (metadata or [])]
                case.events.append(['emit', self.id, plain(x), shown, *case.stamp()])
                return []

        self.observers = [Observer(self.nodes[id], id) for id in ids]

    def counts(self):
        return {name: ref.count for name, ref in self.refs.items() if ref.count != 0}

    def drain(self):
        events = list(self.events)
        self.events.clear()
        return events


def synchronous(seed, failing):
    case = Case(seed)
    rnd, add, nodes = case.rnd, case.add, case.nodes
    sources = ['s%d' % i for i in range(rnd.choice([1, 1, 2]))]
    for id in sources:
        add(id, 'stream', None, Stream(), 'number')
    for i in range(rnd.randint(1, 6)):
        id, u = 'n%d' % i, rnd.choice(case.of_kind('number'))
        up, pairs = nodes[u], case.of_kind('pair')
        sorts = 'map filter remove accumulate state result slice window unique union zip combine latest pair frequencies collect'.split()
        sorts += ['flatten'] * 3 * bool(pairs or case.of_kind('list')) + ['starmap', 'pluck'] * 2 * bool(pairs)
        sort = rnd.choice(sorts)
        if sort == 'slice' and failing:
            sort = 'map'
        if sort in ('union', 'zip', 'combine', 'latest'):
            ups = rnd.sample(case.of_kind('number'), min(len(case.of_kind('number')), rnd.randint(2, 3)))
            if len(ups) < 2:
                sort = 'map'
        if sort == 'map':
            fn = rnd.choice(['inc', 'double', 'mod3'] + ['failOn3'] * 2 * failing)
            add(id, 'map', [u], up.map(call[fn]), 'number', fn=fn)
        elif sort == 'pair':
            add(id, 'map', [u], up.map(call['pairUp']), 'pair', fn='pairUp')
        elif sort in ('filter', 'remove'):
            add(id, sort, [u], getattr(up, sort)(call['isEven']), 'number', fn='isEven')
        elif sort == 'accumulate':
            add(id, sort, [u], up.accumulate(call['add']), 'number', fn='add')
        elif sort == 'state':
            kwargs = {'start': 5, 'with_state': True}
            add(id, 'accumulate', [u], up.accumulate(call['add'], **kwargs), 'pair', fn='add', kwargs=kwargs)
        elif sort == 'result':
            kwargs = {'start': 1, 'returns_state': True}
            add(id, 'accumulate', [u], up.accumulate(call['countState'], **kwargs), 'number', fn='countState', kwargs=kwargs)
        elif sort == 'slice':
            kwargs = rnd.choice([{'start': 2}, {'end': 3}, {'start': 1, 'end': 4}, {'step': 2}, {'start': 2, 'end': 7, 'step': 2}])
            add(id, sort, [u], up.slice(**kwargs), 'number', kwargs=kwargs)
        elif sort == 'window':
            n, kwargs = rnd.randint(1, 3), {'return_partial': rnd.random() < 0.5}
            add(id, 'sliding_window', [u], up.sliding_window(n, **kwargs), 'list', args=[n], kwargs=kwargs)
        elif sort == 'unique':
            kwargs = rnd.choice([{}, {'maxsize': 1}, {'maxsize': 2}, {'maxsize': 3}])
            add(id, sort, [u], up.unique(**kwargs), 'number', kwargs=kwargs)
        elif sort in ('union', 'zip', 'combine', 'latest'):
            others = [nodes[other] for other in ups[1:]]
            full = {'combine': 'combine_latest', 'latest': 'zip_latest'}.get(sort, sort)
            extra, kwargs = {}, {}
            if sort == 'combine' and rnd.random() < 0.5:
                extra = kwargs = {'emit_on': rnd.randrange(len(ups))}
            if sort == 'zip':
                kwargs = {'maxsize': 1000}
                extra = {'kwargs': kwargs}
            kind = 'number' if sort == 'union' else 'pair' if len(ups) == 2 else 'list'
            add(id, full, ups, getattr(nodes[ups[0]], full)(*others, **kwargs), kind, **extra)
        elif sort == 'frequencies':
            add(id, sort, [u], up.frequencies(), 'map')
        elif sort == 'collect':
            add(id, sort, [u], up.collect(), 'list')
        elif sort == 'flatten':
            u = rnd.choice(case.of_kind('pair', 'list'))
            add(id, sort, [u], nodes[u].flatten(), 'number')
        elif sort == 'starmap':
            u = rnd.choice(pairs)
            add(id, sort, [u], nodes[u].starmap(call['sumPair']), 'number', fn='sumPair')
        elif sort == 'pluck':
            u = rnd.choice(pairs)
            add(id, sort, [u], nodes[u].pluck(1), 'number', args=[1])
    observed = [id for id in nodes if rnd.random() < 0.6] or [list(nodes)[-1]]
    case.observe(observed)
    collecting = [spec['id'] for spec in case.specs if spec['type'] == 'collect']
    steps, log = [], []
    for i in range(rnd.randint(4, 12)):
        error = None
        try:
            if collecting and rnd.random() < 0.25:
                id = rnd.choice(collecting)
                steps.append({'flush': id})
                nodes[id].flush()
            else:
                value, into = rnd.randint(0, 5), rnd.choice(sources)
                emit, metadata = {'into': into, 'value': value}, None
                if rnd.random() < 0.75:
                    metadata, emit['metadata'] = case.metadata('r%d' % i, value)
                steps.append({'emit': emit})
                nodes[into].emit(value, metadata=metadata)
        except Exception as exception:
            error = type(exception).__name__
        log.append({'events': case.drain(), 'error': error, 'counts': case.counts()})
    if failing != any(step['error'] for step in log):
        return None
    return header('random_%s_%d' % ('failing' if failing else 'sync', seed), 'random', mode='sync', graph=case.specs,
                  observe=observed, functions=texts, steps=steps, log=log, quirk=False)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Where others wait, this one goes to the time waited for."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        real = self._selector.select

        def select(timeout=None):
            found = real(0)
            if not found and timeout is not None and timeout > 0:
                self.now += timeout
            return found

        self._selector.select = select

    def time(self):
        return self.now


# Nodes that hold a reference as long as they should; the others let go too early (docs/streamz.md).
HOLDING = ['buffer', 'buffer', 'partition', 'timeout', 'map', 'window', 'zip', 'timed_window', 'union', 'combine']
TIMED = ['buffer', 'buffer', 'partition', 'timeout', 'rate_limit', 'map', 'window', 'zip', 'map_async']


async def timed(seed, loop, held=False):
    began = loop.now
    now = lambda: round((loop.now - began) * 1000)
    case = Case(seed, lambda: [{'t': now()}])
    rnd, add, nodes = case.rnd, case.add, case.nodes
    source = Stream(asynchronous=True)
    add('s', 'stream', None, source, 'number')
    functions = dict(texts)
    for i in range(rnd.randint(1, 3)):
        id, u = 'n%d' % i, rnd.choice(list(nodes)) if rnd.random() < 0.4 else list(nodes)[-1]
        up, kind = nodes[u], case.kinds[u]
        sort = rnd.choice(HOLDING if held else TIMED)
        if sort == 'buffer':
            n = rnd.randint(1, 3)
            add(id, sort, [u], up.buffer(n), kind, args=[n])
        elif sort == 'partition':
            n = rnd.randint(1, 3)
            add(id, sort, [u], up.partition(n), 'list', args=[n])
        elif sort == 'timeout':
            n, seconds = rnd.randint(2, 3), rnd.choice([0.04, 0.11])
            add(id, 'partition', [u], up.partition(n, timeout=seconds), 'list', args=[n], kwargs={'timeout': seconds})
        elif sort == 'timed_window':
            seconds = rnd.choice([0.053, 0.121])
            add(id, sort, [u], up.timed_window(seconds), 'list', args=[seconds])
        elif sort == 'union' and u != 's':
            add(id, sort, [u, 's'], up.union(source), 'list')
        elif sort == 'combine' and u != 's':
            add(id, 'combine_latest', [u, 's'], up.combine_latest(source), 'list')
        elif sort == 'rate_limit':
            seconds = rnd.choice([0.03, 0.07])
            add(id, sort, [u], up.rate_limit(seconds), kind, args=[seconds])
        elif sort == 'zip' and u != 's':
            kwargs = {'maxsize': rnd.randint(1, 2)}
            add(id, sort, [u, 's'], up.zip(source, **kwargs), 'list', kwargs=kwargs)
        elif sort == 'map_async' and kind == 'number':
            ms = rnd.choice([25, 55])

            async def later(x, ms=ms):
                await asyncio.sleep(ms / 1000)
                return x

            name = 'later%d' % ms
            functions[name] = 'async x => { await sleep(%d); return x }' % ms
            add(id, sort, [u], up.map_async(later, parallelism=30), 'number', fn=name, kwargs={'parallelism': 30})
        elif sort == 'map' and kind == 'number':
            add(id, sort, [u], up.map(call['inc']), 'number', fn='inc')
        else:
            add(id, 'sliding_window', [u], up.sliding_window(2), 'list', args=[2])
    last = list(nodes)[-1]
    if not held and rnd.random() < 0.7:
        ms, u = rnd.choice([15, 45, 100]), rnd.choice([last, last, 's'])

        async def slow(x, ms=ms):
            case.events.append(['call', 'k', plain(x), *case.stamp()])
            await asyncio.sleep(ms / 1000)

        functions['slow'] = 'async x => { await sleep(%d) }' % ms
        sink = nodes[u].sink(slow)
        case.specs.append({'id': 'k', 'type': 'call_sink', 'up': [u], 'fn': 'slow'})
    observed = [id for id in nodes if id != 's' and rnd.random() < 0.7] or [last]
    case.observe(observed)
    steps, log, pending = [], [], {}
    for i in range(rnd.randint(4, 10)):
        if rnd.random() < 0.35:
            ms = rnd.choice([10, 37, 61, 150, 333])
            steps.append({'sleep': ms})
            await asyncio.sleep(ms / 1000)
        else:
            wait = rnd.random() < 0.5
            emit, metadata = {'into': 's', 'value': i}, None
            if held and rnd.random() < 0.75:
                metadata, emit['metadata'] = case.metadata('r%d' % i, i)
            steps.append({'emit': emit, **({} if wait else {'wait': False})})
            at, sent = now(), source.emit(i, metadata=metadata)
            if wait:
                await asyncio.wait_for(sent, 5)
                if now() > at:
                    case.events.append(['waited', now() - at, *case.stamp()])
            else:
                future = asyncio.ensure_future(sent)
                pending[i] = future

                def settled(_, i=i):
                    case.events.append(['resolved', i, *case.stamp()])
                    pending.pop(i)

                future.add_done_callback(settled)
        for _ in range(30):
            await asyncio.sleep(0)  # everything that is ready without waiting
        log.append({'events': case.drain(), 'error': None, 'counts': case.counts() if held else {}, 'pending': sorted(pending)})
    return header('random_%s_%d' % ('held' if held else 'timed', seed), 'random', mode='async', graph=case.specs, observe=observed, functions=functions,
                  steps=steps, log=log, quirk=False)


def main(folder, count):
    os.makedirs(folder, exist_ok=True)

    def write(case):
        with open(os.path.join(folder, case['name'] + '.json'), 'w') as file:
            json.dump(case, file, separators=(',', ':'))

    for failing in (False, True):
        cases = filter(None, (synchronous(seed, failing) for seed in range(100 * count)))
        for _ in range(count):
            write(next(cases))

    for held in (False, True):
        written, seed = 0, 0
        while written < count:
            seed += 1
            loop = VirtualLoop()  # a loop of its own: windows of streamz tick for ever
            asyncio.set_event_loop(loop)
            streamz.core.time = loop.time
            try:
                write(loop.run_until_complete(timed(seed, loop, held)))
                written += 1
            except (RuntimeError, ValueError, asyncio.TimeoutError):
                pass  # streamz awaits one coroutine twice, or the case waits for an element that never comes


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40)
    os._exit(0)
