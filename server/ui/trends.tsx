/* trends.tsx - Bản đồ và xu hướng: the communes on the map, and over the periods. */
import { at } from '../../common/web/ui/api';
import { Empty, ErrorText, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { dayOf, inPeriod } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { Tabs } from '../../common/web/ui/tabs';
import { isRanked, newest, PeriodChoice, usePeriods, type Period } from './periods';
import { PrintButton } from './print';
import { criterionMeasure, measuresOf, type Trends } from './trend_data';
import { CommuneSparks, CriterionSparks } from './trend_lines';
import { TrendMap } from './trend_map';
import { TRENDS as W } from './words/trends';

type Part = 'map' | 'commune' | 'criterion';

export default function TrendsScreen() {
    const { params } = useRoute();
    const periods = usePeriods();
    if (periods === null) return <Screen title={W.title}><Waiting /></Screen>;
    const ranked = periods.filter((p) => isRanked(p.period));
    const period = params.get('period') ?? newest(ranked, dayOf(Date.now()));
    if (period === '') return <Screen title={W.title}><Empty title={W.noPeriods} /></Screen>;
    return <One period={period} periods={periods} params={params} />;
}

function One({ period, periods, params }: {
    period: string; periods: Period[]; params: URLSearchParams;
}) {
    const found = useApi<Trends>(at('trends', period));
    const part = (params.get('xem') ?? 'map') as Part;
    const set = (more: Record<string, string>) =>
        replace(['ban-do'], { ...Object.fromEntries(params), period, ...more });
    /* What was asked for before is not shown under this title. */
    const trends = found.data?.period.endsWith(period) === true ? found.data : null;
    return (
        <Screen title={`${W.title} ${inPeriod(period)}`} lead={trends !== null && leadOf(trends)}
            actions={<>
                <PeriodChoice label={W.period} value={period} periods={periods}
                    onChange={(p) => set({ period: p })} />
                <PrintButton keys>{W.print}</PrintButton>
            </>}>
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(id) => set({ xem: id })}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) => ({ id, title: W.tabs[id] }))} />
            {trends === null ? found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />
                : <Shown trends={trends} part={part} params={params} set={set} />}
        </Screen>
    );
}

function leadOf(trends: Trends): string {
    const version = trends.periods[trends.periods.length - 1]?.version ?? null;
    if (version !== null) return W.published(version);
    return isRanked(trends.period) ? W.provisional : W.noRank;
}

function Shown({ trends, part, params, set }: {
    trends: Trends; part: Part; params: URLSearchParams; set: (more: Record<string, string>) => void;
}) {
    if (part === 'commune') {
        const unit = trends.communes.find((c) => c.unit === params.get('xa')) ?? trends.communes[0];
        if (unit === undefined) return null;
        return (
            <>
                <Pick id="commune" label={W.commune} value={unit.unit}
                    choices={trends.communes.map((c) => ({ value: c.unit, text: c.name }))}
                    onChange={(xa) => set({ xa })} />
                <CommuneSparks trends={trends} unit={unit} />
            </>
        );
    }
    const measures = measuresOf(trends);
    if (part === 'criterion') {
        const all = [...measures, ...trends.criteria.map(criterionMeasure)];
        const measure = all.find((m) => m.key === (params.get('tieu_chi') ?? 'final')) ?? all[0]!;
        return (
            <>
                <Pick id="criterion" label={W.criterion} value={measure.key}
                    choices={all.map((m) => ({ value: m.key, text: m.title }))}
                    onChange={(key) => set({ tieu_chi: key })} />
                <CriterionSparks trends={trends} measure={measure} />
            </>
        );
    }
    const colour = params.get('mau') ?? (isRanked(trends.period) ? 'rank' : 'final');
    const measure = measures.find((m) => m.key === colour) ?? measures[0]!;
    return (
        <>
            <Pick id="colour" label={W.colour} value={measure.key}
                choices={measures.map((m) => ({ value: m.key, text: m.title }))}
                onChange={(mau) => set({ mau })} />
            <TrendMap trends={trends} measure={measure} />
        </>
    );
}

function Pick({ id, label, value, choices, onChange }: {
    id: string; label: string; value: string; choices: { value: string; text: string }[];
    onChange: (value: string) => void;
}) {
    return (
        <div class="field trend-pick no-print">
            <label for={id}>{label}</label>
            <Combo id={id} value={value} choices={choices} onChange={onChange} />
        </div>
    );
}
