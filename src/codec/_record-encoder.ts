import type { Schema } from '../schema/schema.ts';
export class RecordEncoder { constructor(schema: Schema, form: any) {} encode(): any {} end(): any {} }
