import {
  bool,
  type DataType,
  f64,
  i32,
  i64,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  sameType,
  TICKS_PER_SECOND,
  utf8,
  widthOf,
} from '../schema/data-type.ts';
import { type Core, core, coreLiteral } from './core.ts';

const isNumber = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool';
const isText = (type: DataType): boolean => type.kind === 'utf8' || type.kind === 'dictionary';

/** Whether `cast` knows a way from one type to the other. */
export function castable(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || (isNumber(from) && isNumber(to)) || (isTemporal(from) && isTemporal(to))) return true;
  if (isText(from)) return to.kind === 'utf8' || isNumber(to) || isTemporal(to);
  if (to.kind === 'utf8') return isNumber(from) || isTemporal(from);
  if (isTemporal(from)) return to.kind === 'int64' || (from.kind === 'date32' && to.kind === 'int32');
  return isInteger(from) && isTemporal(to);
}

/** The conversions, one kernel each, that lead from a node's type to another; `castable` must hold. */
export function castTo(x: Core, to: DataType): Core {
  const from = x.type;
  if (sameType(from, to)) return x;
  if (isText(from)) return to.kind === 'utf8' ? core('decode', utf8(), [x]) : core('readText', to, [castTo(x, utf8())]);
  if (to.kind === 'utf8') return core('writeText', to, [x]);
  if (to.kind === 'bool') return core('truth', bool(), [x]);
  if (from.kind === 'bool') return castTo(core('convert', i32(), [x], { value: 'castBoolI32' }), to);
  if (isTemporal(from) || isTemporal(to)) return castTime(x, to);
  if (isFloat(from) && isInteger(to)) {
    const wide = castTo(x, f64());
    if (to.kind === 'uint64') return core('check', to, [wide], { value: 'checkF64U64' });
    return castTo(core('check', i64(), [wide], { value: 'checkF64I64' }), to);
  }
  if (isFloat(from)) return hop(x, to);
  if (isFloat(to)) return widthOf(from) === 8 && to.kind === 'float32' ? hop(hop(x, f64()), to) : hop(x, to);
  return castInteger(x, to);
}

function castInteger(x: Core, to: DataType): Core {
  const from = x.type;
  if (from.kind === 'uint64') {
    return castTo(core('check', i64(), [x], { value: 'checkU64I64' }), to);
  }
  if (to.kind === 'int64') return hop(x, to);
  if (to.kind === 'int32' && widthOf(from) < 4) return hop(x, to);
  if (from.kind !== 'int64') return castTo(hop(x, i64()), to);
  return core('check', to, [x], { value: `checkI64${suffix(to)}` });
}

function castTime(x: Core, to: DataType): Core {
  const from = x.type;
  if (!isTemporal(from)) {
    const whole = castTo(x, to.kind === 'date32' ? i32() : i64());
    return core('alias', to, [whole]);
  }
  if (!isTemporal(to)) return castTo(core('alias', from.kind === 'date32' ? i32() : i64(), [x]), to);
  const ticks = core('alias', from.kind === 'date32' ? i32() : i64(), [x]);
  const wide = castTo(ticks, i64());
  const [have, want] = [perDay(from), perDay(to)];
  const scaled =
    have === want
      ? wide
      : want > have
        ? core('mul', i64(), [wide, coreLiteral(i64(), want / have)])
        : core('floordiv', i64(), [wide, coreLiteral(i64(), have / want)]);
  return core('alias', to, [to.kind === 'date32' ? castTo(scaled, i32()) : scaled]);
}

const perDay = (type: DataType): bigint =>
  type.kind === 'timestamp' ? 86_400n * BigInt(TICKS_PER_SECOND[type.unit]) : 1n;

const hop = (x: Core, to: DataType): Core => core('convert', to, [x], { value: `cast${suffix(x.type)}${suffix(to)}` });

function suffix(type: DataType): string {
  const letter = type.kind.startsWith('uint') ? 'U' : type.kind.startsWith('int') ? 'I' : 'F';
  return `${letter}${widthOf(type) * 8}`;
}
