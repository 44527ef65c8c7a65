/* tuquan_map.d.ts - The outlines that build.mjs makes of data/songlo.geojson, and who touches whom by
 * the tables of units beside it. */
declare module 'tuquan:map' {
    interface Shape {
        code: string;
        name: string;
        across: boolean; /* a border commune of the neighbouring district */
        at: [number, number];
        d: string;
    }
    const map: { width: number; height: number; units: Shape[]; near: Shape[] };
    export default map;
}

declare module 'tuquan:borders' {
    const borders: Record<string, string[]>; /* codes of communes of other districts */
    export default borders;
}

declare module '*.css';
