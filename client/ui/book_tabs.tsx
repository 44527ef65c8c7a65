/* book_tabs.tsx - Several registers under one entry of the navigation, side by side as tabs. */
import type { ComponentChildren } from 'preact';
import type { Book } from '../../common/web/ui/record_book';
import { go, useRoute } from '../../common/web/ui/router';
import { Tabs } from '../../common/web/ui/tabs';
import { OfficeBook } from './office_book';

export function BookTabs({ books, titles, label, under = {} }: {
    books: Record<string, Book>; titles: Record<string, string>; label: string;
    under?: Record<string, ComponentChildren>; /* below the tabs of a register's list */
}) {
    const { path } = useRoute();
    const first = Object.keys(books)[0] ?? '';
    const chosen = path[0] !== undefined && books[path[0]] !== undefined ? path[0] : first;
    const book = books[chosen];
    if (book === undefined) return null;
    return <OfficeBook key={chosen} book={book} path={chosen} tabs={<>
        <Tabs label={label} chosen={chosen} onChoose={(id) => go([id])}
            tabs={Object.keys(books).map((id) => ({ id, title: titles[id] ?? id }))} />
        {under[chosen]}
    </>} />;
}
