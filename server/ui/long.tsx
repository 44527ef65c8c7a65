/* long.tsx - Values of a row in a cell: a hash in them must not push the other columns off the screen. */
export function Long({ text }: { text: string | undefined }) {
    return text === undefined ? null : <span class="long">{text}</span>;
}
