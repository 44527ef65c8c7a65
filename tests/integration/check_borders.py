#!/usr/bin/env python3
"""check_borders.py - Arrows between folders point down only, and each part has one door.

The layers are those of ARCHITECTURE.md. A public header belongs to the folder of the source of
the same name; one without such a source belongs to the highest folder among what it includes.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

# Who may include headers of whom, beside its own.
MAY = {
    'base': set(),
    'model': {'base'},
    'sync': {'base', 'model'},
    'store': {'base', 'model', 'sync'},
    'wire': {'base', 'model', 'sync'},
    'web': {'base', 'model', 'sync'},
    'cli': {'base', 'model'},
    'excel': {'base', 'model'},
    'page': {'base', 'model', 'cli', 'web'},
    'member': {'base', 'model', 'sync', 'store', 'wire'},
    'paper': {'base', 'model', 'cli', 'excel', 'store'},
    'client': {'base', 'model', 'sync', 'store', 'wire', 'web', 'cli', 'excel', 'page', 'member',
               'paper'},
    'server': {'base', 'model', 'sync', 'store', 'wire', 'web', 'cli', 'excel', 'page', 'member',
               'paper'},
}
RANK = ['base', 'model', 'sync', 'cli', 'excel', 'store', 'wire', 'web', 'page', 'member', 'paper',
        'client', 'server']

# Headers with one door: pattern of the header, pattern of the files that may include it, why.
DOORS = [
    (r'sqlite3(ext)?\.h', r'common/store/.*', 'SQL is spoken in common/store only'),
    (r'zmq.*\.h', r'common/wire/link_zmq\w*\.[ch]', 'ZeroMQ is known to link_zmq only'),
    (r'.*\.pb-c\.h|protobuf-c/.*', r'common/wire/codec\w*\.[ch]',
     'generated messages are known to the codec only'),
    (r'zstd.*\.h|zdict\.h', r'common/wire/.*', 'compression is a matter of the wire'),
    (r'sodium.*', r'common/(base|wire)/.*', 'cryptography: common/base and common/wire only'),
    (r'liboath/.*', r'server/totp\.c', 'the second factor is known to server/totp.c only'),
    (r'microhttpd\.h', r'common/web/.*', 'HTTP is spoken in common/web only'),
    (r'(zip|expat|xlsxwriter)\.h', r'common/excel/.*', 'workbooks: common/excel only'),
    (r'utf8proc\.h', r'common/base/.*', 'Unicode is handled in common/base only'),
    (r'popt\.h', r'(client|server|common/cli)/.*', 'command lines: programs and common/cli only'),
    (r'ini\.h', r'(client|server|common/(base|cli))/.*', 'configuration: base, cli, programs'),
]
# What pure code may take from outside: no clock, no randomness, no disk, no socket.
PURE = {'assert.h', 'ctype.h', 'inttypes.h', 'limits.h', 'stdarg.h', 'stdbool.h', 'stddef.h',
        'stdint.h', 'stdio.h', 'stdlib.h', 'string.h'}
# Headers of POSIX; client/ and common/ reach these things through base/.
POSIX = re.compile(r'(unistd|fcntl|poll|dirent|pthread|netdb|pwd|grp|signal|syslog|termios|glob'
                   r'|spawn|semaphore|sched|dlfcn|ftw|ifaddrs)\.h$|(sys|net|netinet|arpa)/')
# The exceptions, each with its reason.
EXCEPT = {
    ('common/store/sql_heap.c', 'pthread.h'): 'SQLite is configured once a process (pthread_once)',
}
# Calls that pure code must not make though their headers are allowed.
IMPURE = re.compile(r'\b(time|clock|gettimeofday|clock_gettime|fopen|fread|fwrite|printf|puts'
                    r'|getenv|system|exit|abort|randombytes\w*|getchar|scanf|remove|rename)\s*\(')


def layer_of(path):
    parts = path.split('/')
    return parts[1] if parts[0] == 'common' and len(parts) > 2 else parts[0]


def public_layers(root):
    """{'tuquan/x.h': layer}, from the source of the same name or from what it includes."""
    layers = {}
    headers = tree.files(root, ['common/include/tuquan'], ['.h'])
    sources = {os.path.splitext(os.path.basename(p))[0]: layer_of(p)
               for p in tree.files(root, ['common'], ['.c'])}
    wants = {}
    for path in headers:
        name = 'tuquan/' + os.path.basename(path)
        wants[name] = [n for _, n, _ in tree.includes(tree.read(root, path))]
        stem = os.path.splitext(os.path.basename(path))[0]
        if stem in sources:
            layers[name] = sources[stem]
    for _ in headers:
        for name, wanted in wants.items():
            stem = os.path.splitext(os.path.basename(name))[0]
            if stem not in sources:
                ranks = [RANK.index(layers[w]) for w in wanted if layers.get(w) in RANK]
                layers[name] = RANK[max(ranks)] if ranks else 'base'
    return layers


def target_layer(name, own, layers, root):
    """The folder an included project header lies in; None: not ours, or of the same folder."""
    if name in layers:
        return layers[name]
    first = name.split('/')[0]
    if '/' in name and first in MAY:
        return first
    if name.startswith('../'):
        return os.path.normpath(os.path.join(own, name)).split('/')[0]
    return None


def check_file(root, path, layers):
    text = tree.read(root, path)
    public = path.startswith('common/include/')
    own = layers.get('tuquan/' + os.path.basename(path), 'base') if public else layer_of(path)
    if own not in MAY:
        yield '%s: unknown folder "%s": give it its place in check_borders.py' % (path, own)
        return
    for number, name, angled in tree.includes(text):
        where = '%s:%d: "%s": ' % (path, number, name)
        target = target_layer(name, own, layers, root)
        if target is not None and target != own and target not in MAY[own]:
            yield where + '%s may not know %s' % (own, target)
        for header, door, why in DOORS:
            if re.fullmatch(header, name) and not re.fullmatch(door, path):
                yield where + why
        if own in ('model', 'sync') and angled and name not in PURE:
            yield where + '%s is pure: no clock, randomness, disk or socket' % own
        if (POSIX.search(name) and own not in ('base', 'server') and angled
                and (path, name) not in EXCEPT):
            yield where + 'POSIX is called in common/base (and server/) only'
        if public and angled and name not in PURE | {'time.h'}:
            yield where + 'a public header needs the C library only'
    if own in ('model', 'sync') and not public:
        for number, line in enumerate(tree.code_only(text).split('\n'), 1):
            match = IMPURE.search(line)
            if match:
                yield '%s:%d: %s(): %s is pure' % (path, number, match.group(1), own)


def check(root):
    layers = public_layers(root)
    faults = []
    for path in tree.files(root, ['common', 'client', 'server'], ['.c', '.h']):
        faults.extend(check_file(root, path, layers))
    return faults


GOOD = {
    'common/include/tuquan/error.h': '#include <stddef.h>\n',
    'common/base/error.c': '#include "tuquan/error.h"\n#include <unistd.h>\n',
    'common/include/tuquan/merge.h': '#include "tuquan/error.h"\n',
    'common/sync/merge.c': '#include "tuquan/merge.h"\n/* #include <zmq.h> */\n',
    'common/store/db.c': '#include <sqlite3.h>\n#include "tuquan/merge.h"\n#include "db.h"\n',
    'common/wire/link_zmq_monitor.c': '#include <zmq.h>\n',
    'common/wire/codec_rows.c': '#include "tuquan/v1/sync.pb-c.h"\n',
    'client/main.c': '#include <popt.h>\n#include "tuquan/merge.h"\n',
}
BAD = {
    'sync knows SQLite': {'common/sync/merge.c': '#include <sqlite3.h>\n'},
    'model knows sync': {'common/model/score.c': '#include "tuquan/merge.h"\n'},
    'base knows store by folder': {'common/base/mem.c': '#include "store/db.h"\n'},
    'public header points up': {'common/include/tuquan/error.h': '#include "tuquan/merge.h"\n'},
    'wire knows store': {'common/wire/frame.c': '#include "store/db.h"\n'},
    'cli knows sync': {'common/cli/table.c': '#include "tuquan/merge.h"\n'},
    'zmq outside its door': {'common/wire/frame.c': '#include <zmq.h>\n'},
    'zmq in a program': {'client/agent.c': '#include <zmq.h>\n'},
    'pb-c outside the codec': {'common/wire/frame.c': '#include "tuquan/v1/sync.pb-c.h"\n'},
    'sodium in sync': {'common/sync/digest.c': '#include <sodium.h>\n'},
    'clock in sync': {'common/sync/merge.c': '#include <time.h>\n'},
    'clock by call': {'common/model/score.c': 'int f(void)\n{\n    return time (NULL);\n}\n'},
    'posix in client': {'client/agent.c': '#include <sys/socket.h>\n'},
    'client knows server': {'client/agent.c': '#include "server/hub.h"\n'},
    'library in a public header': {'common/include/tuquan/db.h': '#include <sqlite3.h>\n'},
    'unknown folder': {'common/extra/x.c': 'int x;\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
