/* models.tsx - Mô hình và quy ước: the life of a model, covenants, committee, groups, the yearly
 * drive, recognition and awards. */
import type { Row } from '../../common/web/ui/catalogue';
import type { Book } from '../../common/web/ui/record_book';
import { BookTabs } from './book_tabs';
import { AWARDS, COMMITTEE, COVENANTS, DRIVES, EXTRAS, MODELS, PROFILES, RECOGNITIONS, TEAMS } from './words/books';
import { MODEL_TABS, MODEL_TABS_LABEL } from './words/nav_tabs';

const ORDER = ['proposed', 'surveyed', 'decided', 'launched', 'running'];

/* Where a model is on its way; a step is reached by its own paper. */
function Life({ row }: { row: Row }) {
    const state = String(row.state);
    const at = state === 'paused' || state === 'ended' ? ORDER.length - 1 : ORDER.indexOf(state);
    return (
        <ol class="steps small">
            {ORDER.map((s, i) => (
                <li key={s} class={i <= at ? 'done' : ''}>
                    <span class="step-dot" aria-hidden="true" /><span>{MODELS.steps[s]}</span>
                    <span class="sr-only">{i <= at ? ': xong' : ': chưa'}</span>
                </li>
            ))}
        </ol>
    );
}

const model: Book = {
    table: 'model',
    words: { ...MODELS, one: 'mô hình' },
    columns: ['label', 'village', 'kind', 'launched_on', 'state'],
    filters: [{ column: 'kind' }, { column: 'state' }],
    parts: [
        { title: MODELS.base, fields: [{ name: 'kind' }, { name: 'village' }, { name: 'name' },
            { name: 'state', hint: MODELS.stepHint }] },
        { title: MODELS.papers, fields: [{ name: 'survey_no' }, { name: 'survey_on' },
            { name: 'plan_no' }, { name: 'plan_on' }, { name: 'decision_no' },
            { name: 'decision_on' }, { name: 'launched_on' }] },
        { title: MODELS.end, fields: [{ name: 'paused_on' }, { name: 'ended_on' },
            { name: 'note', wide: true }] },
    ],
    above: (row) => <Life row={row} />,
};

const covenant: Book = {
    table: 'covenant',
    words: { ...COVENANTS, one: 'quy ước' },
    columns: ['label', 'village', 'adopted_on', 'agreed', 'households_total', 'state'],
    filters: [{ column: 'village' }, { column: 'state' }],
    parts: [
        { title: COVENANTS.part, fields: [{ name: 'village' }, { name: 'adopted_on' },
            { name: 'label' }, { name: 'mode' }, { name: 'decision_no' }, { name: 'state' }] },
        { title: COVENANTS.votes, fields: [{ name: 'households_total' }, { name: 'present' },
            { name: 'agreed', hint: COVENANTS.votesHint }] },
    ],
};

const committee: Book = {
    table: 'committee_member',
    words: { ...COMMITTEE, one: 'thành viên' },
    columns: ['position', 'official_name', 'organisation', 'decision_no', 'state'],
    narrowOut: ['decision_no', 'organisation'],
    filters: [{ column: 'state' }],
    parts: [{ title: COMMITTEE.part, fields: [{ name: 'position' }, { name: 'organisation' },
        { name: 'official_name', hint: COMMITTEE.nameHint }, { name: 'decision_no' },
        { name: 'since_on' }, { name: 'state' }] }],
};

const teams: Book = {
    table: 'self_mgmt_group',
    words: { ...TEAMS, one: 'tổ' },
    columns: ['label', 'name', 'village', 'households', 'members', 'trained_on', 'state'],
    narrowOut: ['households', 'members'],
    filters: [{ column: 'village' }, { column: 'state' }],
    parts: [{ title: TEAMS.part, fields: [{ name: 'village' }, { name: 'name' },
        { name: 'households' }, { name: 'members' }, { name: 'founded_on' },
        { name: 'trained_on' }, { name: 'dissolved_on' }, { name: 'state' }] }],
};

const profiles: Book = {
    table: 'village_profile',
    words: { ...PROFILES, one: 'hồ sơ' },
    columns: ['village', 'as_of', 'households', 'residents', 'business_households', 'document_no'],
    narrowOut: ['document_no', 'business_households'],
    filters: [{ column: 'village' }],
    parts: [{ title: PROFILES.part, fields: [{ name: 'village' }, { name: 'as_of' },
        { name: 'households' }, { name: 'residents' }, { name: 'business_households' },
        { name: 'document_no' }, { name: 'note', wide: true }] }],
};

const drives: Book = {
    table: 'emulation_launch',
    words: { ...DRIVES, one: 'đợt phát động' },
    columns: ['year', 'registered_on', 'launched_on', 'pledged', 'confirmed_on', 'state'],
    filters: [{ column: 'state' }],
    parts: [{ title: DRIVES.part, fields: [{ name: 'year' }, { name: 'registered_on' },
        { name: 'launched_on' }, { name: 'pledged' }, { name: 'document_no' },
        { name: 'state' }] }],
    preset: () => ({ year: new Date().getFullYear() }),
};

const recognitions: Book = {
    table: 'recognition',
    words: { ...RECOGNITIONS, one: 'hồ sơ' },
    columns: ['year', 'villages_total', 'villages_registered', 'villages_recognised', 'result',
        'state'],
    filters: [{ column: 'state' }],
    parts: [{ title: RECOGNITIONS.part, fields: [{ name: 'year' }, { name: 'registered_on' },
        { name: 'villages_total' }, { name: 'villages_registered' },
        { name: 'villages_recognised' }, { name: 'answers', wide: true }] }],
    preset: () => ({ year: new Date().getFullYear() }),
};

const awards: Book = {
    table: 'award',
    words: { ...AWARDS, one: 'khen thưởng' },
    columns: ['decision_no', 'decided_on', 'recipient_unit', 'recipient_post', 'form', 'level',
        'state'],
    narrowOut: ['recipient_post', 'level'],
    filters: [{ column: 'level' }],
    parts: [],
    readOnly: true,
};

const extras: Book = {
    table: 'adjustment',
    words: { ...EXTRAS, one: 'đề nghị' },
    columns: ['label', 'code', 'points_c', 'reason', 'decided_c', 'state'],
    narrowOut: ['reason'],
    filters: [{ column: 'code' }, { column: 'state' }],
    parts: [{ title: EXTRAS.part, fields: [{ name: 'code' }, { name: 'period' },
        { name: 'points_c' }, { name: 'document_no' }, { name: 'fact_on' },
        { name: 'reason', wide: true }] }],
};

export default function Models() {
    return <BookTabs label={MODEL_TABS_LABEL} titles={MODEL_TABS} books={{
        'mo-hinh': model, 'quy-uoc': covenant, 'ban-chi-dao': committee, 'to-tu-quan': teams,
        'ho-so-thon': profiles, 'thi-dua': drives, 'cong-nhan': recognitions,
        'khen-thuong': awards, 'thuong-tru': extras,
    }} />;
}
