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
const ACROSS = { left: 270, top: 330 }; /* where the border communes lie */

/* "Xã Trường Sinh" as it stands on a map. */
function shortName(name: string): string {
    return name.replace(/^(Xã|Thị trấn)\s+/, '');
}

/* Small communes are narrow. */
function sizeOf(text = ''): string {
    return `map-value${text.length > 3 ? ' long' : ''}`;
}

/* `code` without its date: "08773@2004-01-01" is drawn as 08773. `across`: with the neighbouring
 * district's border communes by name; what `values` has of them stands in them, too. */
export function DistrictMap({ values, label, across = false }: {
    values: Map<string, MapValue>; label: string; across?: boolean;
}) {
    const left = across ? ACROSS.left : MARGIN;
    const top = across ? ACROSS.top : MARGIN / 2;
    const units = map.units.map((u) => ({ ...u, value: values.get(u.code) }));
    const drawn = [...units].sort((a, b) => Number(a.value?.own === true) -
        Number(b.value?.own === true));
    const beyond = across ? map.near.filter((s) => s.across)
        .map((s) => ({ ...s, value: values.get(s.code) })) : [];
    const said = [...units, ...beyond].filter((u) => u.value !== undefined)
        .map((u) => `${u.name}: ${u.value!.said}`).join('; ');
    return (
        <svg class="map" role="img" aria-label={`${label}. ${said}`}
            viewBox={`${-left} ${-top} ${map.width + left + MARGIN} ${map.height + top + MARGIN / 2}`}>
            {map.near.map((s) => <path key={s.code} d={s.d}
                class={`map-near${across && s.across ? ' across' : ''}`} />)}
            {beyond.map((s) => (
                <g key={s.code} class="map-text across" aria-hidden="true"
                    transform={`translate(${s.at[0]} ${s.at[1]})`}>
                    <text class="map-name" y="10">{shortName(s.name)}</text>
                    {s.value !== undefined &&
                        <text class={sizeOf(s.value.text)} y="54">{s.value.text}</text>}
                </g>
            ))}
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
                    <text class={sizeOf(u.value?.text)} y="2">{u.value?.text ?? ''}</text>
                    <text class="map-name" y="34">{shortName(u.name)}</text>
                </g>
            ))}
        </svg>
    );
}
