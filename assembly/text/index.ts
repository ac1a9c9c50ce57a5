import * as csv from './csv';
import * as encoding from './encode';
import { Output, Source } from './encode';
import { Field, State } from './field';
import * as json from './json';
import * as string from './string';

export const heapBase: usize = __heap_base;
/** Sizes of the records that TypeScript makes room for. */
export const stateBytes: i32 = offsetof<State>() + offsetof<Field>();
export const fieldBytes: i32 = offsetof<Field>();
export const outputBytes: i32 = offsetof<Output>();
export const sourceBytes: i32 = offsetof<Source>();

/** Makes a state of `stateBytes` bytes: `fields` of `count` × fieldBytes, a table of `tableMask` + 1 i32 for keys, the powers of five, scratch (24 KiB and 256 bytes). */
export function openState(state: usize, fields: usize, count: i32, wanted: i32, table: usize, tableMask: i32, powers: usize, scratch: usize): void { memory.fill(state, 0, stateBytes); const s = changetype<State>(state); s.fields = fields; s.fieldCount = count; s.wanted = wanted; s.table = table; s.tableMask = tableMask; s.powers = powers; s.scratch = scratch; s.head = changetype<Field>(state + offsetof<State>()); s.head.next = fields; }
/** `strict`: JSON's grammar for numbers; `array`: records are elements of one array; `learn`: report unknown keys. */
export function setJson(state: usize, array: i32, learn: i32): void { const s = changetype<State>(state); s.strict = 1; s.array = array; s.learn = learn; }
/** Whether a comma must come before the next record of an array. */
export function setComma(state: usize, comma: i32): void { changetype<State>(state).comma = comma; }
/** 1 when a comma must come before the next record of an array. */
export function getComma(state: usize): i32 { return changetype<State>(state).comma; }
/** `quote` and `comment` may be 0; `nullTexts` are `nullCount` entries of 64 bytes: i32 length, text. */
export function setCsv(state: usize, delimiter: i32, quote: i32, comment: i32, nullTexts: usize, nullCount: i32, nullsFirst: i32): void { const s = changetype<State>(state); s.delimiter = delimiter; s.quote = quote; s.comment = comment; s.nullTexts = nullTexts; s.nullCount = nullCount; s.nullsFirst = nullsFirst; for (let i = 0; i < nullCount; i++) s.nullLengths |= <u64>1 << load<i32>(nullTexts + (<usize>i << 6)); }
/** Space for one text whose escapes are undone. */
export function setSpare(state: usize, spare: usize, bytes: i32): void { const s = changetype<State>(state); s.spare = spare; s.spareBytes = bytes; }
/** Field `index`: its kind, bytes of a value, key (`"name"`, 16 bytes readable beyond), limits of integers, ticks of timestamps. */
export function setField(fields: usize, index: i32, kind: i32, width: i32, key: usize, keyLength: i32, low: i64, high: i64, ticks: i32): void { const f = changetype<Field>(fields + <usize>index * offsetof<Field>()); memory.fill(changetype<usize>(f), 0, offsetof<Field>()); f.kind = kind; f.width = width; f.key = key; f.keyLength = keyLength; f.keyMask = keyLength <= 16 ? (1 << keyLength) - 1 : 0; f.low = low; f.high = high; f.ticks = ticks; f.next = changetype<usize>(f) + offsetof<Field>(); }
/** Ends the table of fields: the last one is followed by the first. */
export function closeFields(fields: usize, count: i32): void { changetype<Field>(fields + <usize>(count - 1) * offsetof<Field>()).next = fields; }
/** Where the column of field `index` is written. */
export function setColumn(fields: usize, index: i32, values: usize, validity: usize, offsets: usize, capacity: i32): void { const f = changetype<Field>(fields + <usize>index * offsetof<Field>()); f.values = values; f.validity = validity; f.offsets = offsets; f.capacity = capacity; f.nulls = 0; }
/** Nulls written to field `index` since `setColumn`. */
export function getNulls(fields: usize, index: i32): i32 { return changetype<Field>(fields + <usize>index * offsetof<Field>()).nulls; }
/** Enters the keys of all fields into the table of the state. */
export function indexKeys(state: usize): void { json.indexKeys(changetype<State>(state)); }
/** NDJSON at [at, end), a 0 at `end`, into rows [row, limit); a status, with cursor, rows, field, code, at, extra in the state. */
export function parseNdjson(state: usize, at: usize, end: usize, row: i32, limit: i32): i32 { return json.parse(changetype<State>(state), at, end, row, limit); }
/** Behind the bad JSON record at `at`; 0 when it does not end before `end`. */
export function skipNdjson(state: usize, at: usize, end: usize): usize { return json.skipRecord(changetype<State>(state), at, end); }
/** CSV at [at, end), a 0 at `end`, into rows [row, limit); a status, with cursor, rows, field, code, at, extra in the state. */
export function parseCsv(state: usize, at: usize, end: usize, row: i32, limit: i32): i32 { return csv.parse(changetype<State>(state), at, end, row, limit); }
/** Behind the bad CSV record at `at`; 0 when it does not end before `end`. */
export function skipCsv(state: usize, at: usize, end: usize): usize { return csv.skipRecord(changetype<State>(state), at, end); }
/** Behind the next newline in [at, end); 0 when there is none. */
export function findLine(at: usize, end: usize): usize { return string.lineEnd(at, end); }
/** Makes the state of an encoder; `csv` 0: NDJSON. */
export function openOutput(state: usize, columns: usize, count: i32, csv: i32, delimiter: i32, quote: i32, comment: i32, powers: usize, nullTexts: usize, nullCount: i32, nullsFirst: i32): void { const o = changetype<Output>(state); o.columns = columns; o.count = count; o.csv = csv; o.delimiter = delimiter; o.quote = quote; o.comment = comment; o.powers = powers; o.nullTexts = nullTexts; o.nullCount = nullCount; o.nullsFirst = nullsFirst; }
/** Column `index` of an encoder; a prefix has 16 readable bytes beyond its end. */
export function setSource(columns: usize, index: i32, kind: i32, width: i32, values: usize, validity: usize, offsets: usize, ticks: i32, textOffsets: usize, textValues: usize, prefix: usize, prefixLength: i32): void { const c = changetype<Source>(columns + <usize>index * offsetof<Source>()); c.kind = kind; c.width = width; c.values = values; c.validity = validity; c.offsets = offsets; c.ticks = ticks; c.textOffsets = textOffsets; c.textValues = textValues; c.prefix = prefix; c.prefixLength = prefixLength; }
/** Rows [row, rows) as text to [out, limit): how many were written; the end is the state's first word. −1: a field needs quotes and there are none. */
export function encode(state: usize, row: i32, rows: i32, out: usize, limit: usize): i32 { return encoding.encode(changetype<Output>(state), row, rows, out, limit); }
