/* office_book.tsx - A register of the office: beside what every register has, rows from a file. */
import type { ComponentChildren } from 'preact';
import { query } from '../../common/web/ui/api';
import { RecordBook, type Book } from '../../common/web/ui/record_book';
import { ImportButton } from './import_file';
import { IMPORT as W } from './words/import_file';

export function OfficeBook({ book, path, tabs }: {
    book: Book; path: string; tabs?: ComponentChildren;
}) {
    return <RecordBook book={book} path={path} tabs={tabs} more={book.readOnly !== true &&
        <ImportButton table={book.table} template={book.table + query({ blank: 1 })}
            templateText={W.templateBlank} />} />;
}
