/* report_paper.tsx - A report as it goes on paper: the layout of an official document, A4. */
import { Button, ErrorText, LinkButton, Waiting } from '../../common/web/ui/basics';
import { fileAt } from '../../common/web/ui/api';
import { useCell, useRead } from '../../common/web/ui/cell';
import { dayOf, inPeriod } from '../../common/web/ui/format';
import { useShortcuts } from '../../common/web/ui/keys';
import { link } from '../../common/web/ui/router';
import { factsOf, isItem } from './self_score';
import { readReport } from './shapes';
import { session } from './session';
import { PAPER as P, REPORTS as W } from './words/reports';

export function ReportPaper({ period }: { period: string }) {
    const found = useRead('reports/' + period, () => readReport(period));
    const who = useCell(session);
    const data = found.data;
    useShortcuts([{ keys: 'Ctrl+P', what: W.print, run: () => print() }]);
    if (data === null)
        return <div class="screen">{found.error !== null
            ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />}</div>;
    const [year = '', month = '', day = ''] =
        dayOf(data.report.approved_at ?? Date.now()).split('-');
    const unit = who?.unit_name ?? '';
    return (
        <section class="screen">
            <div class="actions no-print paper-actions">
                <LinkButton icon="left" href={link(['bao-cao', period])}>{W.all}</LinkButton>
                <LinkButton icon="file" file href={fileAt('report', { period })}>
                    {W.file}</LinkButton>
                <Button kind="main" icon="print" keys="Ctrl+P" onClick={() => print()}>
                    {W.print}</Button>
            </div>
            <article class="paper" aria-label={P.title}>
                <header class="paper-head">
                    <div>
                        <p>{P.committee}</p>
                        <p><strong class="rule">{unit.toUpperCase()}</strong></p>
                        <p>{P.number}</p>
                    </div>
                    <div>
                        <p><strong>{P.nation}</strong></p>
                        <p><strong class="rule">{P.motto}</strong></p>
                        <p><em>{P.place(unit.replace(/^(Xã|Thị trấn)\s+/, ''), day, month, year)}</em></p>
                    </div>
                </header>
                <h1 tabIndex={-1}>{P.title}</h1>
                <p class="paper-subject"><strong>{P.subject(inPeriod(period))}</strong></p>
                <p class="paper-to">{P.to}</p>
                <h2>{P.part1}</h2>
                {(data.report.narrative ?? '').split(/\n+/).filter((p) => p.trim() !== '')
                    .map((p, i) => <p key={i} class="paper-text">{p}</p>)}
                {data.score !== null && (
                    <>
                        <h2>{P.part2}</h2>
                        <table class="paper-table">
                            <thead>
                                <tr>{[P.order, W.figure, W.value]
                                    .map((t) => <th key={t} scope="col">{t}</th>)}</tr>
                            </thead>
                            <tbody>
                                {data.score.criteria.filter(isItem).map((c, i) => (
                                    <tr key={c.code}>
                                        <td>{i + 1}</td><td>{c.name}</td><td>{factsOf(c)}</td>
                                    </tr>
                                ))}
                            </tbody>
                        </table>
                    </>
                )}
                <footer class="paper-foot keep">
                    <div><em><strong>{P.receivers}</strong></em>
                        <p>{P.receiver1}</p><p>{P.receiver2}</p></div>
                    <div><strong>{P.sign}</strong><br /><strong>{P.chair}</strong></div>
                </footer>
            </article>
        </section>
    );
}
