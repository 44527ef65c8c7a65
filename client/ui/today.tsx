/* today.tsx - Hôm nay: what is due and how late, what came back, what waits for a decision. */
import { Card, Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting, sentence }
    from '../../common/web/ui/basics';
import { useApi, useCell, useRead } from '../../common/web/ui/cell';
import { draftNames } from '../../common/web/ui/draft';
import { dayOf, showDate, showInstant, showLate, showPeriod, showWhen } from '../../common/web/ui/format';
import { link } from '../../common/web/ui/router';
import { placeOfDue } from './places';
import { INBOX_COUNT, status as shared } from './session';
import { readToday, type Today } from './shapes';
import { refusedOf, verdictOf } from './sync_line';
import { TODAY as W } from './words/today';

const DAYS = ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy'];
const MOST = 40;
const DRAFTS: [string, string, string][] = [
    ['incident', 'so-vu-viec', W.draftOf.incident], ['tip', 'tin-bao', W.draftOf.tip],
    ['activity', 'hoat-dong', W.draftOf.activity],
];
function dayName(today: string): string {
    return `${DAYS[new Date(today).getUTCDay()] ?? ''}, ngày ${showDate(today)}`;
}

export default function TodayScreen() {
    const found = useRead('today', readToday);
    const data = found.data;
    if (data === null)
        return (
            <Screen title={W.title}>
                {found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
                    : <Waiting />}
            </Screen>
        );
    return (
        <Screen title={W.title} lead={dayName(data.day)}>
            <div class="today">
                <div>
                    {data.returned.map((r) => (
                        <Note key={r.period} tone="bad" action={
                            <LinkButton href={link(['bao-cao', r.period])}>{W.fix}</LinkButton>}>
                            <strong>{W.returnedReport(showPeriod(r.period))}</strong>
                            {r.reason !== null && <p>{sentence(r.reason)}</p>}
                        </Note>
                    ))}
                    <Unfinished />
                    <Due data={data} />
                </div>
                <div>
                    <Quick />
                    <Decide />
                    <District />
                </div>
            </div>
        </Screen>
    );
}

/* What was being typed when the page was closed. */
function Unfinished() {
    return (
        <>
            {DRAFTS.filter(([table]) => draftNames(table + '/new').length > 0)
                .map(([table, place, title]) => (
                    <Note key={table} tone="wait" action={
                        <LinkButton href={link([place, 'moi'])}>{W.goOn}</LinkButton>}>
                        {W.unfinished(title)}</Note>
                ))}
        </>
    );
}

function Due({ data }: { data: Today }) {
    if (data.items.length === 0 && data.returned.length > 0) return null; /* there is something */
    if (data.items.length === 0)
        return <Empty title={W.dueNone}>{W.dueNoneText}</Empty>;
    return (
        <Card title={W.due} flush>
            <ul class="due">
                {data.items.slice(0, MOST).map((item) => (
                    <li key={item.kind + item.key}>
                        <a href={placeOfDue(item)}>
                            <span class="due-what">
                                <span class="due-kind">{W.kinds[item.kind] ?? item.kind}</span>
                                <strong>{item.kind === 'report_due' ? showPeriod(item.key)
                                    : item.name}</strong>
                                <span class="muted">{item.next}</span>
                            </span>
                            <span class="due-when">
                                <Mark tone={item.late_days > 0 ? 'bad'
                                    : item.late_days > -3 ? 'wait' : 'plain'}
                                    icon={item.late_days > 0 ? 'warn' : 'clock'}>
                                    {showLate(item.late_days)}
                                </Mark>
                                <small class="muted">{item.kind === 'report_due' ||
                                    item.kind === 'tip_to_pass' ? showInstant(item.due_at)
                                    : showDate(dayOf(item.due_at))}</small>
                            </span>
                        </a>
                    </li>
                ))}
            </ul>
            {data.items.length > MOST &&
                <p class="due-more muted">{W.more(data.items.length - MOST)}</p>}
        </Card>
    );
}

function Quick() {
    return (
        <Card title={W.quick}>
            <div class="quick">
                <LinkButton kind="main" icon="plus" href={link(['so-vu-viec', 'moi'])}>
                    {W.newIncident}</LinkButton>
                <LinkButton icon="plus" href={link(['tin-bao', 'moi'])}>{W.newTip}</LinkButton>
                <LinkButton icon="plus" href={link(['hoat-dong', 'moi'])}>
                    {W.newActivity}</LinkButton>
            </div>
        </Card>
    );
}

function Decide() {
    const open = useApi<{ open: number }>(INBOX_COUNT).data?.open ?? 0;
    return (
        <Card title={W.decide}>
            {open === 0 ? <p class="muted">{W.decideNone}</p> : (
                <>
                    <p class="decide-count">{W.decideSome(open)}</p>
                    <LinkButton kind="main" icon="inbox" href={link(['hop-viec'])}>
                        {W.open}</LinkButton>
                </>
            )}
        </Card>
    );
}

/* "3 dòng, từ 8:05 hôm nay": how many, and the time that goes with it. */
function since(rows: string, count: number, word: string, at: number | null): string {
    return count === 0 || at === null ? rows : `${rows}, ${word} ${showWhen(at)}`;
}

function District() {
    const status = useCell(shared);
    if (status === null) return null;
    const refused = refusedOf(status);
    const facts: [string, string, string][] = [
        [W.sent, showWhen(status.last_sent_at), ''],
        [W.confirmed, showWhen(status.last_confirmed_at), ''],
        [W.waiting, since(W.rows(status.rows_waiting), status.rows_waiting, W.since,
            status.waiting_since), status.rows_waiting > 0 ? 'wait' : ''],
        [W.refused, since(W.rows(refused), refused, W.last, status.came_back_at),
            refused > 0 ? 'bad' : ''],
        [W.heard, showWhen(status.last_received_at), ''],
        [W.next, showWhen(status.next_attempt_at), ''],
    ];
    return (
        <Card title={W.district} aside={<a href={link(['bien-nhan'])}>{W.receipts}</a>}>
            <p class={`district-verdict ${status.tone}`}>{verdictOf(status)}</p>
            {status.standing === 'turned_away' && status.last_error !== null &&
                <p>{sentence(status.last_error)}</p>}
            <dl class="cells">
                {facts.map(([title, text, tone]) => (
                    <div key={title}><dt>{title}</dt><dd class={tone}>{text}</dd></div>
                ))}
            </dl>
        </Card>
    );
}
