/* map.tsx - The district as outlines, each unit in one of a few shades; the value stands in it as
 * text too, so that no shade has to be told from another. */
import map from 'tuquan:map';

export interface MapValue {
    text: string; /* what stands in the unit: "3" */
    said: string; /* for the ear and the pointer: "hạng 3" */
    shade: number; /* 0 (none), 1 (palest) .. 5 (strongest) */
    own?: boolean;
}

const MARGIN = 110;

/* `code` without its date: "08773@2004-01-01" is drawn as 08773. */
export function DistrictMap({ values, label }: {
    values: Map<string, MapValue>; label: string;
}) {
    const units = map.units.map((u) => ({ ...u, value: values.get(u.code) }));
    const drawn = [...units].sort((a, b) => Number(a.value?.own === true) -
        Number(b.value?.own === true));
    const said = units.filter((u) => u.value !== undefined)
        .map((u) => `${u.name}: ${u.value!.said}`).join('; ');
    return (
        <svg class="map" role="img" aria-label={`${label}. ${said}`}
            viewBox={`${-MARGIN} ${-MARGIN / 2} ${map.width + 2 * MARGIN} ${map.height + MARGIN}`}>
            {map.near.map((s) => <path key={s.code} class="map-near" d={s.d} />)}
            {drawn.map((u) => (
                <path key={u.code} d={u.d}
                    class={`map-unit shade${u.value?.shade ?? 0}${u.value?.own ? ' own' : ''}`}>
                    <title>{u.name}: {u.value?.said ?? ''}</title>
                </path>
            ))}
            {units.map((u) => (
                <g key={u.code} aria-hidden="true"
                    class={`map-text on${u.value?.shade ?? 0}`}
                    transform={`translate(${u.at[0]} ${u.at[1]})`}>
                    <text class="map-value" y="2">{u.value?.text ?? ''}</text>
                    <text class="map-name" y="34">{u.name.replace(/^(Xã|Thị trấn)\s+/, '')}</text>
                </g>
            ))}
        </svg>
    );
}
