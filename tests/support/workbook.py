"""workbook.py - Workbooks written by hand, the way Excel, LibreOffice or a bad copy would leave them."""
import io
import zipfile
from xml.etree import ElementTree

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


def read(path):
    """The sheets of a workbook as a plain reader sees them: {name: rows of values}; merged ranges."""
    ns = {'m': MAIN}
    sheets = {}
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        texts = [''.join(t.text or '' for t in si.iter('{%s}t' % MAIN))
                 for si in ElementTree.fromstring(book.read('xl/sharedStrings.xml'))]
        names = [s.get('name') for s in
                 ElementTree.fromstring(book.read('xl/workbook.xml')).find('m:sheets', ns)]
        for i, name in enumerate(names, 1):
            root = ElementTree.fromstring(book.read('xl/worksheets/sheet%d.xml' % i))
            rows = sheets[name] = []
            for cell_ in root.iter('{%s}c' % MAIN):
                place = cell_.get('r')
                column = 0
                for letter in place.rstrip('0123456789'):
                    column = column * 26 + ord(letter) - 64
                number = int(place.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
                value = cell_.find('m:v', ns)
                if value is None:
                    continue
                while len(rows) < number:
                    rows.append([])
                row = rows[number - 1]
                row.extend([None] * (column - len(row)))
                row[column - 1] = texts[int(value.text)] if cell_.get('t') == 's' else float(value.text)
    return sheets


def locked():
    """What a workbook with a password begins with and is told by."""
    return OLE + b'\0' * 504 + 'EncryptionInfo'.encode('utf-16le') + b'\0' * 100 + \
        'EncryptedPackage'.encode('utf-16le') + b'\0' * 1000


def old():
    return OLE + b'\0' * 504 + 'Workbook'.encode('utf-16le') + b'\0' * 1000
