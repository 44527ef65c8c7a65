/* tuquan_map.d.ts - The outlines that build.mjs makes of data/songlo.geojson. */
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

declare module '*.css';
