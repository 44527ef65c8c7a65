#!/usr/bin/env python3
"""check_facts.py - No words of one language alone in the facts of an error (phrase_catalogue.h).

What a person can put right (the statuses of fault CALLER, and what a peer is refused with) is told
in the reader's language: its format holds names and values only, and its words come from tq_phrase
or cli_say. So do words that are put before facts (tq_error_wrap). What tells of a fault of the
machine or of a peer (E102, E108, E308, ...) is evidence to be reported, and stays as it is.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

CATALOGUE = 'common/include/tuquan/error_catalogue.h'
REFUSALS = {'TQ_REFUSED', 'TQ_INVITATION', 'TQ_NOT_ADMITTED', 'TQ_REVOKED'}
# Names that are the same in both languages: of tables where facts begin with one (tq_word_retell),
# of columns, parameters, options and commands as they are typed.
NAMES = set('''unit period criterion tie_vote ranking area max_c user_id ties target total CODE VERSION
    ADMIN COMMUNE ID tuquan commune district join init same report inbox keep take edit undo
    draft approve submit JSON PIN limit cells points_c name format page_address xdg open xlsx csv
    show conflicts yes lang vi en why dir Q4 tcp host port UTF byte'''.split())
CALL = re.compile(r'\b(tq_error_set|tq_error_wrap)\(')
STATUS = re.compile(r'(?<![=!]= )TQ_\w+')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
FORMAT = re.compile(r'%[-.*0-9]*(?:ll|z|l|h)*[a-zA-Z]|\\.')


def arguments(text, at):
    """The arguments of the call whose bracket was opened before `at`."""
    found, depth, start = [], 1, at
    while depth > 0 and at < len(text):
        c = text[at]
        if c in '"\'':
            at = re.compile(r'(?:[^%s\\]|\\.)*' % c, re.S).match(text, at + 1).end()
        elif c in '([{':
            depth += 1
        elif c in ')]}':
            depth -= 1
        elif c == ',' and depth == 1:
            found.append(text[start:at])
            start = at + 1
        at += 1
    return found + [text[start:at - 1]]


def words_of(literal):
    text = FORMAT.sub(' ', literal)
    return [w for w in re.findall(r'[^\W\d]\w+', text) if w not in NAMES]


def check(root):
    faults = []
    callers = REFUSALS | set(
        re.findall(r'X\((TQ_\w+), \d+, "E\d+", \d+, CALLER', tree.read(root, CATALOGUE)))
    for path in tree.files(root, ['common', 'client', 'server'], ['.c', '.h']):
        text = re.sub(r'" PRI\w+(?: "|())', lambda m: 'd' if m.group(1) is None else 'd"',
                      tree.read(root, path))
        for match in CALL.finditer(text):
            args = arguments(text, match.end())
            if match.group(1) == 'tq_error_set' and (
                    len(args) < 3 or not callers & set(STATUS.findall(args[1]))):
                continue
            format_ = args[2 if match.group(1) == 'tq_error_set' else 1]
            if re.search(r'\b(cli_say|CLI_SAY)\(', format_):
                continue
            found = [w for s in STRING.findall(format_) for w in words_of(s)]
            if found:
                faults.append('%s:%d: "%s": a phrase of phrase_catalogue.h, or cli_say' % (
                    path, text.count('\n', 0, match.start()) + 1, ' '.join(found)))
    return faults


MAP = '#define TQ_STATUS_MAP(X) \\\n    X(TQ_RULE, 31, "E202", 5, CALLER, "a", "b") \\\n' \
      '    X(TQ_IO, 3, "E103", 1, ENVIRONMENT, "a", "b")\n'
GOOD = {
    CATALOGUE: MAP,
    'common/store/a.c': 'f(err, TQ_RULE, "free words");\n'
                        'tq_error_set(err, TQ_RULE, "%s: %s", name, tq_phrase(TQ_PHRASE_X));\n'
                        'tq_error_set(err, TQ_RULE, "criterion %.*s, %" PRIu64, a, b, c);\n'
                        'tq_error_set(err, TQ_IO, "half a page of %s", path);\n'
                        'tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_Y));\n',
    'common/sync/a.c': 'tq_error_set(err, rc == TQ_RULE ? TQ_IO : TQ_OK, "of the disk");\n',
    'client/a.c': 'tq_error_set(err, TQ_RULE, cli_say(cli, "sai", "is wrong"), a);\n',
}
BAD = {
    'English facts': 'tq_error_set(err, TQ_RULE, "a number expected");\n',
    'one word behind a value': 'tq_error_set(err, TQ_RULE, "%.*s voided", 1, "a");\n',
    'Vietnamese without English': 'tq_error_set(err, TQ_RULE, "%s: đã khóa", a);\n',
    'one of two statuses': 'tq_error_set(err, a ? TQ_IO : TQ_RULE, "bad");\n',
    'behind a macro': 'tq_error_set(err, TQ_RULE, "%" PRIu64 " of them", n);\n',
    'a step': 'tq_error_wrap(err, "broadcast");\n',
}

if __name__ == '__main__':
    tree.main(check, {name: dict(GOOD, **{'common/store/b.c': text}) for name, text in BAD.items()},
              GOOD)
