/* movement_data.ts - What the program tells of the movement in a year. */
export const STEPS = ['surveyed', 'decided', 'launched', 'reviewed', 'replicated'] as const;
export type Step = (typeof STEPS)[number];

export interface Recognition {
    there: boolean;
    registered_on: string | null;
    villages_total: number | null;
    villages_registered: number | null;
    villages_recognised: number | null;
    all_registered: boolean;
    enough_recognised: boolean;
    result: string | null;
    decision_no: string | null;
    decided_on: string | null;
    state: string | null;
}

export interface MovementRow {
    unit: string;
    name: string;
    step: Record<Step, boolean>;
    models: number;
    running: number;
    replicas: number;
    covenants: number;
    committee: number;
    villages: number;
    drive: boolean;
    registered_on: string | null;
    launched_on: string | null;
    confirmed_on: string | null;
    pledged: number | null;
    festivals: { planned: number; held: number };
    recognition: Recognition;
}

export interface Model {
    key: string;
    unit: string;
    label: string | null;
    kind: string | null;
    village: string | null;
    village_text: string | null;
    state: string;
    survey_no: string | null;
    survey_on: string | null;
    plan_no: string | null;
    plan_on: string | null;
    decision_no: string | null;
    decision_on: string | null;
    launched_on: string | null;
    covenant_on: string | null;
    committee: number;
    lacks: string[]; /* those that hold the next step first */
}

export interface Movement {
    year: number;
    recognised_percent: number;
    totals: Record<Step, number> & { units: number };
    rows: MovementRow[];
    models: Model[];
}
