#!/usr/bin/env python3
"""check_headers.py - Every public header compiles alone, first and twice, as C11, pedantic.

With gcc and with clang, each where it is installed; at least one must be.
"""
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

FLAGS = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Wstrict-prototypes', '-Wundef',
         '-Wconversion', '-Werror', '-fsyntax-only', '-x', 'c', '-']


def check(root):
    compilers = [c for c in ('gcc', 'clang') if shutil.which(c)]
    if not compilers:
        return ['no compiler found: gcc or clang is needed']
    folder = os.path.join(root, 'common', 'include')
    headers = sorted(glob.glob(os.path.join(folder, 'tuquan', '**', '*.h'), recursive=True))
    if not headers:
        return ['%s: no header found' % folder]
    faults = []
    for header in headers:
        name = os.path.relpath(header, folder)
        unit = '#include "%s"\n#include "%s"\nextern int tq_unit;\n' % (name, name)
        for compiler in compilers:
            done = subprocess.run([compiler, '-I', folder] + FLAGS, input=unit, text=True,
                                  stderr=subprocess.PIPE, check=False)
            if done.returncode != 0:
                faults.append('%s: not alone by %s: %s'
                              % (name, compiler, done.stderr.strip().split('\n')[0]))
    return faults


PATH = 'common/include/tuquan/a.h'
GOOD = {PATH: '#ifndef A\n#define A\n#include <stddef.h>\nsize_t tq_a(void);\n#endif\n'}
BAD = {
    'an include is missing': {PATH: '#ifndef A\n#define A\nsize_t tq_a(void);\n#endif\n'},
    'no guard': {PATH: 'struct tq_a {\n    int a;\n};\n'},
    'an extension of the compiler': {
        PATH: '#ifndef A\n#define A\nstruct tq_a {\n    int a;\n    int b[0];\n};\n#endif\n'},
    'an old prototype': {PATH: '#ifndef A\n#define A\nint tq_a();\n#endif\n'},
}

if __name__ == '__main__':
    tree.main(check, BAD, GOOD)
