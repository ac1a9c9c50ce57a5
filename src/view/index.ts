export { describeGraph, type Graph, type GraphEdge, type GraphNode } from './graph.ts';
export { type Picture, type PictureFormat, toDot, toMermaid, toPng, toSvg, visualize } from './picture.ts';
export { graphText } from './text.ts';
