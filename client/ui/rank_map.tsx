/* rank_map.tsx - The district, each commune in the shade of its rank. */
import { Card } from '../../common/web/ui/basics';
import { DistrictMap, type MapValue } from '../../common/web/ui/map';
import { gradeText } from './rank';
import type { RankView } from './rank_data';
import { RANK as W } from './words/rank';

const SHADES = 5;

export function RankMap({ view }: { view: RankView }) {
    const ranked = Math.max(1, ...view.rows.map((r) => r.rank ?? 0));
    const values = new Map<string, MapValue>(view.rows.map((r) => [
        r.unit.unit.split('@')[0] ?? '', {
            text: r.rank === null ? '–' : String(r.rank),
            said: r.rank === null ? gradeText(r) : W.mapRank(String(r.rank)),
            shade: r.rank === null ? 0
                : SHADES - Math.floor(((r.rank - 1) * SHADES) / ranked),
            own: r.unit.unit === view.own_unit,
        }]));
    return (
        <Card title={W.mapTitle} aside={W.mapSource}>
            <p class="muted">{W.mapLead}</p>
            <DistrictMap values={values} label={W.mapTitle} />
        </Card>
    );
}
