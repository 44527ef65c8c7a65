/* trend_lines.tsx - Over the periods: one commune in every criterion, or every commune in one. */
import { Card } from '../../common/web/ui/basics';
import { DASH, shortPeriod, showPeriod } from '../../common/web/ui/format';
import { Lines } from '../../common/web/ui/lines';
import { Spark } from '../../common/web/ui/spark';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import {
    boundsOf, criterionMeasure, lastYear, measuresOf, medians, series, textOf, unitIn,
    type Measure, type Trends,
} from './trend_data';
import { Value } from './trend_map';
import { TRENDS as W } from './words/trends';

function saidOf(trends: Trends, title: string, measure: Measure, unit: string): string {
    const points = trends.periods.map((p, i) =>
        `${showPeriod(p.period)}: ${textOf(measure, unitIn(trends, i, unit))}`);
    return W.said(title, points.join('; '));
}

/* From the first period in which anybody had a value. */
function known(trends: Trends, measures: Measure[]): Trends {
    const first = trends.periods.findIndex((p) => p.units.some((u) =>
        measures.some((m) => m.of(u) !== null)));
    return first <= 0 ? trends : { ...trends, periods: trends.periods.slice(first) };
}

export function CommuneSparks({ trends: all, unit }: {
    trends: Trends; unit: { unit: string; name: string };
}) {
    const criteria = all.criteria.map(criterionMeasure);
    const trends = known(all, criteria);
    const final = measuresOf(trends).find((m) => m.key === 'final')!;
    const mark = lastYear(trends);
    return (
        <>
            <Course trends={trends} unit={unit} measure={final} />
            <Card title={`${unit.name}: ${W.tabs.commune}`}>
                <p class="muted">{W.sparkLead}</p>
                <ul class="sparks">
                    {criteria.map((m) => (
                        <li key={m.key}>
                            <Spark title={m.title} said={saidOf(trends, m.title, m, unit.unit)}
                                text={textOf(m, unitIn(trends, trends.periods.length - 1, unit.unit))}
                                values={series(trends, unit.unit, m)} against={medians(trends, m)}
                                low={0} high={m.max ?? 1} mark={mark < 0 ? undefined : mark} />
                        </li>
                    ))}
                </ul>
            </Card>
            <Figures trends={trends} criteria={criteria} unit={unit.unit} />
        </>
    );
}

function Course({ trends, unit, measure }: {
    trends: Trends; unit: { unit: string; name: string }; measure: Measure;
}) {
    if (trends.periods.length < 2) return <p class="muted under">{W.fewPeriods}</p>;
    const title = W.overPeriods(measure.title);
    return (
        <Card title={title}>
            <Lines label={saidOf(trends, `${unit.name}: ${title}`, measure, unit.unit)}
                names={trends.periods.map((p) => shortPeriod(p.period))} show={measure.axis} series={[
                    { name: W.median, kind: 'median', values: medians(trends, measure) },
                    { name: unit.name, kind: 'own', values: series(trends, unit.unit, measure) },
                ]} />
        </Card>
    );
}

/* The same as figures: this period, the one before, the same one of last year. */
function Figures({ trends, criteria, unit }: {
    trends: Trends; criteria: Measure[]; unit: string;
}) {
    const last = trends.periods.length - 1;
    const columns: TableColumn<Measure>[] = [
        { key: 'name', title: W.criterion, main: true, cell: (m) => m.title },
        { key: 'max', title: W.most, number: true, narrow: true, cell: (m) =>
            m.max === undefined ? DASH : m.show(m.max) },
        ...([[W.now, last], [W.before, last - 1], [W.lastYear, lastYear(trends)]] as const)
            .map(([title, i]) => ({ key: title, title, number: true, cell: (m: Measure) =>
                <Value measure={m} unit={unitIn(trends, i, unit)} /> })),
    ];
    return <DataTable dense caption={W.tabs.commune} rows={criteria} columns={columns}
        keyOf={(m) => m.key} />;
}

export function CriterionSparks({ trends: all, measure }: { trends: Trends; measure: Measure }) {
    const trends = known(all, [measure]);
    const rows = trends.communes.map((c) => series(trends, c.unit, measure));
    const { low, high } = boundsOf(measure, rows.flat());
    const against = medians(trends, measure);
    const mark = lastYear(trends);
    const last = trends.periods.length - 1;
    const columns: TableColumn<{ unit: string; name: string }>[] = [
        { key: 'unit', title: W.commune, main: true, cell: (c) => c.name },
        ...([[W.now, last], [W.before, last - 1], [W.lastYear, mark]] as const)
            .map(([title, i]) => ({ key: title, title, number: true,
                cell: (c: { unit: string }) =>
                    <Value measure={measure} unit={unitIn(trends, i, c.unit)} /> })),
    ];
    return (
        <>
            <div class={measure.small === true ? 'no-print' : ''}>
                <Card title={W.overPeriods(measure.title)}>
                    <p class="muted">{W.sparkLeadUnits}</p>
                    <ul class="sparks">
                        {trends.communes.map((c, i) => (
                            <li key={c.unit}>
                                <Spark title={c.name} said={saidOf(trends, c.name, measure, c.unit)}
                                    text={textOf(measure, unitIn(trends, last, c.unit))}
                                    values={rows[i]!} against={against} low={low} high={high}
                                    down={measure.key === 'rank'}
                                    mark={mark < 0 ? undefined : mark} />
                            </li>
                        ))}
                    </ul>
                </Card>
            </div>
            <DataTable dense caption={measure.title} rows={trends.communes} columns={columns}
                keyOf={(c) => c.unit} />
        </>
    );
}
