"""workbook.py - Workbooks written by hand, the way Excel, LibreOffice or a bad copy would leave them."""
import io
import zipfile

MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
DATE, DATE_TIME, OWN_DATE = 1, 2, 3  # styles below


class Raw(str):
    """A cell's XML as it is."""


def escape(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


def letters(column):
    out = ''
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def cell(place, value, shared):
    if value is None or value == '':
        return ''
    if isinstance(value, Raw):
        return value.replace('PLACE', place)
    if isinstance(value, tuple):  # (number, style)
        return '<c r="%s" s="%d"><v>%s</v></c>' % (place, value[1], value[0])
    if isinstance(value, (int, float)):
        return '<c r="%s"><v>%s</v></c>' % (place, value)
    shared.append(value)
    return '<c r="%s" t="s"><v>%d</v></c>' % (place, len(shared) - 1)


def sheet_xml(rows, shared, merged=()):
    out = ['<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="%s"><sheetData>' % MAIN]
    for number, row in enumerate(rows, 1):
        cells = ''.join(cell('%s%d' % (letters(c), number), v, shared) for c, v in enumerate(row))
        if cells:
            out.append('<row r="%d">%s</row>' % (number, cells))
    out.append('</sheetData>')
    if merged:
        out.append('<mergeCells>%s</mergeCells>' % ''.join('<mergeCell ref="%s"/>' % m
                                                           for m in merged))
    return ''.join(out) + '</worksheet>'


STYLES = ('<styleSheet xmlns="%s"><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy;@"/></numFmts>'
          '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="170"/>'
          '</cellXfs></styleSheet>' % MAIN)


def make(sheets, merged=(), hidden=(), from_1904=False, extra=(), compress=zipfile.ZIP_DEFLATED):
    """sheets: {name: rows}; the bytes of a workbook."""
    shared = []
    parts = {}
    names = []
    for i, (name, rows) in enumerate(sheets.items(), 1):
        parts['xl/worksheets/sheet%d.xml' % i] = (
            rows if isinstance(rows, (str, bytes)) else sheet_xml(rows, shared, merged))
        names.append('<sheet name="%s" sheetId="%d" r:id="rId%d"%s/>' % (
            escape(name), i, i, ' state="hidden"' if name in hidden else ''))
    parts['xl/workbook.xml'] = (
        '<workbook xmlns="%s" xmlns:r="%s"><workbookPr%s/><sheets>%s</sheets></workbook>'
        % (MAIN, RELS, ' date1904="1"' if from_1904 else '', ''.join(names)))
    parts['xl/_rels/workbook.xml.rels'] = '<Relationships>%s</Relationships>' % ''.join(
        '<Relationship Id="rId%d" Target="worksheets/sheet%d.xml"/>' % (i, i)
        for i in range(1, len(names) + 1))
    parts['xl/styles.xml'] = STYLES
    parts['xl/sharedStrings.xml'] = '<sst xmlns="%s">%s</sst>' % (
        MAIN, ''.join('<si><t xml:space="preserve">%s</t></si>' % escape(t) for t in shared))
    parts.update(dict(extra))
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', compress) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def locked():
    """What a workbook with a password begins with and is told by."""
    return OLE + b'\0' * 504 + 'EncryptionInfo'.encode('utf-16le') + b'\0' * 100 + \
        'EncryptedPackage'.encode('utf-16le') + b'\0' * 1000


def old():
    return OLE + b'\0' * 504 + 'Workbook'.encode('utf-16le') + b'\0' * 1000
