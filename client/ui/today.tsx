/* today.tsx - Hôm nay: what is due and how late, what came back, what waits for a decision. */
import { Card, Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting, sentence }
    from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { showDate, showInstant, showLate, showPeriod, showWhen } from '../../common/web/ui/format';
import { link } from '../../common/web/ui/router';
import { status as shared } from './session';
import { refusedOf, toneOf } from './sync_line';
import { TODAY as W } from './words/today';

interface DueItem {
    kind: string;
    table: string;
    key: string;
    name: string;
    summary: string | null;
    due_on: string | null;
    due_at: number | null;
    late_days: number;
}

interface Today {
    now: number;
    today: string;
    items: DueItem[];
    totals: Record<string, number>;
    inbox: { open: number };
    returned_reports: { period: string; reason: string | null }[];
}

const DAYS = ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy'];
const PLACES: Record<string, string> = {
    report: 'bao-cao', return: 'so-lieu', incident: 'so-vu-viec', activity: 'hoat-dong',
    tip: 'tin-bao', notice: 'giap-ranh', directive: 'chi-dao', appeal: 'xep-hang',
};

function placeOf(item: DueItem): string {
    if (item.kind === 'report') return link(['bao-cao', item.key]);
    if (item.kind === 'return') return link(['so-lieu'], { period: item.key });
    if (item.kind === 'appeal') return link(['xep-hang']);
    return link([PLACES[item.kind] ?? 'hom-nay', item.key]);
}

function dayName(today: string): string {
    return `${DAYS[new Date(today).getUTCDay()] ?? ''}, ngày ${showDate(today)}`;
}

export default function TodayScreen() {
    const found = useApi<Today>('today');
    const data = found.data;
    if (data === null)
        return (
            <Screen title={W.title}>
                {found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
                    : <Waiting />}
            </Screen>
        );
    return (
        <Screen title={W.title} lead={dayName(data.today)}>
            <div class="today">
                <div>
                    {data.returned_reports.map((r) => (
                        <Note key={r.period} tone="bad" action={
                            <LinkButton href={link(['bao-cao', r.period])}>{W.fix}</LinkButton>}>
                            <strong>{W.returnedReport(showPeriod(r.period))}</strong>
                            {r.reason !== null && <p>{sentence(r.reason)}</p>}
                        </Note>
                    ))}
                    <Due data={data} />
                </div>
                <div>
                    <Quick />
                    <Decide open={data.inbox.open} />
                    <District />
                </div>
            </div>
        </Screen>
    );
}

function Due({ data }: { data: Today }) {
    const total = Object.values(data.totals).reduce((a, b) => a + b, 0);
    if (data.items.length === 0)
        return <Empty title={W.dueNone}>{W.dueNoneText}</Empty>;
    return (
        <Card title={W.due} flush>
            <ul class="due">
                {data.items.map((item) => (
                    <li key={item.kind + item.key}>
                        <a href={placeOf(item)}>
                            <span class="due-what">
                                <span class="due-kind">{W.kinds[item.kind] ?? item.kind}</span>
                                <strong>{item.kind === 'report' || item.kind === 'return'
                                    ? showPeriod(item.key) : item.name}</strong>
                                {item.summary !== null && item.summary !== '' &&
                                    <span class="muted">{item.summary}</span>}
                            </span>
                            <span class="due-when">
                                <Mark tone={item.late_days > 0 ? 'bad'
                                    : item.late_days > -3 ? 'wait' : 'plain'}
                                    icon={item.late_days > 0 ? 'warn' : 'clock'}>
                                    {showLate(item.late_days)}
                                </Mark>
                                <small class="muted">{item.due_at !== null
                                    ? showInstant(item.due_at) : showDate(item.due_on)}</small>
                            </span>
                        </a>
                    </li>
                ))}
            </ul>
            {total > data.items.length &&
                <p class="due-more muted">{W.more(total - data.items.length)}</p>}
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

function Decide({ open }: { open: number }) {
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

function District() {
    const status = useCell(shared);
    if (status === null) return null;
    const refused = refusedOf(status);
    const facts: [string, string, string][] = [
        [W.sent, showWhen(status.last_sent_at), ''],
        [W.confirmed, showWhen(status.last_confirmed_at), ''],
        [W.waiting, W.rows(status.rows_waiting), status.rows_waiting > 0 ? 'wait' : ''],
        [W.refused, W.rows(refused), refused > 0 ? 'bad' : ''],
        [W.heard, showWhen(status.last_received_at), ''],
        [W.next, showWhen(status.next_attempt_at), ''],
    ];
    return (
        <Card title={W.district} aside={<a href={link(['bien-nhan'])}>{W.receipts}</a>}>
            <p class={`district-verdict ${toneOf(status)}`}>{sentence(status.verdict)}</p>
            <dl class="cells">
                {facts.map(([title, text, tone]) => (
                    <div key={title}><dt>{title}</dt><dd class={tone}>{text}</dd></div>
                ))}
            </dl>
        </Card>
    );
}
