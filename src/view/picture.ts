import { MillraceError, OptionError } from '../errors.ts';
import type { Stream } from '../stream/stream.ts';
import { describeGraph } from './graph.ts';

export type PictureFormat = 'dot' | 'mermaid' | 'svg' | 'png';

/** Attributes of the whole graph in Graphviz' words: `{ rankdir: 'LR' }`. */
export type GraphAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Picture {
  readonly format: PictureFormat;
  /** Text, or the bytes of a PNG. */
  readonly content: string | Uint8Array;
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The graph as DOT, with streamz's labels, shapes and branch numbers. */
export function toDot(stream: Stream, attributes: GraphAttributes = {}): string {
  const { nodes, edges } = describeGraph(stream);
  const lines = [
    ...Object.entries(attributes).map(([name, value]) => `${name}=${quoted(String(value))};`),
    ...nodes.map(
      ({ label, shape, orientation, style, fillcolor }) =>
        `${quoted(label)} [shape=${shape}, orientation=${orientation}, style=${quoted(style)}, fillcolor=${fillcolor}];`,
    ),
    ...edges.map(
      ([from, to, branch]) => `${quoted(from)} -> ${quoted(to)}${branch === '' ? '' : ` [label=${quoted(branch)}]`};`,
    ),
  ];
  return `digraph {\n${lines.map(line => `  ${line}\n`).join('')}}\n`;
}

/** The graph as a Mermaid flowchart, for Markdown. */
export function toMermaid(stream: Stream): string {
  const { nodes, edges } = describeGraph(stream);
  const ids = new Map(nodes.map(({ label }, place) => [label, `n${place}`]));
  const text = (label: string): string => `"${label.trim().replaceAll('"', '#quot;')}"`;
  const shapes: Readonly<Record<string, readonly [string, string]>> = {
    ellipse: ['([', '])'],
    doubleoctagon: ['[[', ']]'],
    trapezium: ['[/', '\\]'],
    box: ['[', ']'],
    diamond: ['{', '}'],
    octagon: ['{{', '}}'],
    triangle: ['>', ']'],
  };
  const lines = [
    ...nodes.map(({ label, shape }) => `${ids.get(label)}${shapes[shape]![0]}${text(label)}${shapes[shape]![1]}`),
    ...edges.map(([from, to, branch]) => `${ids.get(from)} -->${branch === '' ? '' : `|${branch}|`} ${ids.get(to)}`),
  ];
  return `flowchart TD\n${lines.map(line => `  ${line}\n`).join('')}`;
}

/**
 * The graph as SVG, drawn by Graphviz in WebAssembly: no program has to be installed.
 *
 * @throws MillraceError when @viz-js/viz is not installed
 */
export async function toSvg(stream: Stream, attributes: GraphAttributes = {}): Promise<string> {
  const { instance } = await loaded(() => import('@viz-js/viz'), '@viz-js/viz', 'SVG');
  const viz = await instance();
  return viz.renderString(toDot(stream, attributes), { format: 'svg' });
}

/**
 * The graph as PNG, `scale` pixels to a point. In a page the browser paints the SVG; in Node resvg does: it is one small
 * native module with the system's fonts, where its WebAssembly build would need fonts of its own.
 *
 * @throws MillraceError when @viz-js/viz or (in Node) @resvg/resvg-js is not installed
 */
export async function toPng(
  stream: Stream,
  { scale = 1, ...attributes }: GraphAttributes & { readonly scale?: number } = {},
): Promise<Uint8Array> {
  const svg = await toSvg(stream, attributes);
  if (typeof document !== 'undefined') return painted(svg, scale);
  const { Resvg } = await loaded(() => import('@resvg/resvg-js'), '@resvg/resvg-js', 'PNG');
  const drawing = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale * (4 / 3) }, background: 'white' });
  return Uint8Array.from(drawing.render().asPng());
}

async function painted(svg: string, scale: number): Promise<Uint8Array> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(image.naturalWidth * scale);
  canvas.height = Math.ceil(image.naturalHeight * scale);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new MillraceError('VIEW', 'toPng: this page can not paint the picture; take toSvg');
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * A picture of the whole graph `stream` is part of, written to a file in Node. The format is told by the name's ending:
 * `.png` (as in streamz the default), `.svg`, `.dot`, `.mmd`.
 *
 * @throws OptionError when the ending is another
 */
export async function visualize(
  stream: Stream,
  filename: string | null = 'mystream.png',
  { format = formatOf(filename), ...attributes }: GraphAttributes & { readonly format?: PictureFormat } = {},
): Promise<Picture> {
  const content = await drawn(stream, format, attributes);
  const fs = globalThis.process?.getBuiltinModule?.('fs');
  if (filename !== null && fs) await fs.promises.writeFile(filename, content);
  return { format, content };
}

function drawn(stream: Stream, format: PictureFormat, attributes: GraphAttributes): Promise<string | Uint8Array> {
  switch (format) {
    case 'dot':
      return Promise.resolve(toDot(stream, attributes));
    case 'mermaid':
      return Promise.resolve(toMermaid(stream));
    case 'svg':
      return toSvg(stream, attributes);
    default:
      return toPng(stream, attributes);
  }
}

function formatOf(filename: string | null): PictureFormat {
  const ending = /\.(\w+)$/.exec(filename ?? '.svg')?.[1]?.toLowerCase();
  const format = { png: 'png', svg: 'svg', dot: 'dot', gv: 'dot', mmd: 'mermaid' }[ending ?? ''];
  if (format) return format as PictureFormat;
  throw new OptionError('filename', `visualize: ${filename} names no format; end it in .png, .svg, .dot or .mmd`);
}

async function loaded<M>(load: () => Promise<M>, name: string, format: string): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    throw new MillraceError('VIEW', `visualize: ${format} needs ${name}; run npm install ${name}`, { cause });
  }
}
