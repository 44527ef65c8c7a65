#!/usr/bin/env python3
"""package.py - What is installed: its parts, an outside project that builds against it, packages.

    package.py BUILD_DIR CMAKE
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import programs  # noqa: E402
import tree  # noqa: E402

OUTSIDE = {
    'CMakeLists.txt': '''cmake_minimum_required(VERSION 3.25)
project(outside VERSION 1.0 LANGUAGES C)
find_package(tuquan %s REQUIRED)
add_executable(outside main.c)
target_compile_features(outside PRIVATE c_std_11)
target_link_libraries(outside PRIVATE tuquan::tuquan)
''',
    'main.c': '''#include <stdio.h>
#include <tuquan/calendar.h>
#include <tuquan/error.h>

int main(void)
{
    tq_day day;

    if (!tq_day_parse(tq_slice_str("2020-12-15"), &day))
        return 1;
    printf("%d %s\\n", (int)day, tq_status_code(TQ_NOT_ADMITTED));
    return 0;
}
'''}


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)
    if done.returncode != 0:
        raise AssertionError('%s: %d\n%s' % (' '.join(command), done.returncode, done.stdout))
    return done.stdout


class Package(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix='tuquan-package-')
        self.addCleanup(shutil.rmtree, self.root)
        with open(os.path.join(BUILD, 'CMakeCache.txt'), encoding='utf-8') as stream:
            self.version = re.search(r'CMAKE_PROJECT_VERSION:STATIC=(.*)', stream.read()).group(1)

    def install(self, component=None):
        prefix = os.path.join(self.root, component or 'all')
        run(CMAKE, '--install', BUILD, '--prefix', prefix,
            *(['--component', component] if component else []))
        return prefix, [os.path.relpath(os.path.join(folder, name), prefix)
                        for folder, _, names in os.walk(prefix) for name in names]

    def test_components__have_each_file_once(self):
        wanted = {'library': r'lib/.*/?libtuquan\.so\.[0-9.]+',
                  'devel': r'lib/.*/?libtuquan\.so|lib/.*/?cmake/tuquan/.*\.cmake|'
                           r'include/tuquan/.*\.h',
                  'client': 'bin/tuquan-commune',
                  'server': 'bin/tuquan-district|share/tuquan/.*'}
        seen = []
        for component, pattern in wanted.items():
            files = self.install(component)[1]
            self.assertTrue(files, component)
            for name in files:
                self.assertRegex(name, '^(%s)$' % pattern)
            seen += files
        self.assertEqual(sorted(seen), sorted(self.install()[1]))
        headers = tree.files(tree.PROJECT, ['common/include'], ['.h'])
        self.assertEqual(sum(n.endswith('.h') for n in seen), len(headers))

    def test_outside_project__builds_and_runs(self):
        prefix, _ = self.install()
        outside = os.path.join(self.root, 'outside')
        os.mkdir(outside)
        for name, text in OUTSIDE.items():
            with open(os.path.join(outside, name), 'w', encoding='utf-8') as stream:
                stream.write(text.replace('%s REQ', self.version + ' REQ'))
        run(CMAKE, '-S', outside, '-B', outside + '/build', '-DCMAKE_PREFIX_PATH=' + prefix)
        run(CMAKE, '--build', outside + '/build')
        self.assertEqual(run(outside + '/build/outside'), '18611 E304\n')

    def test_programs__run_from_where_they_are_installed(self):
        prefix, _ = self.install()
        moved = prefix + '-moved'
        os.rename(prefix, moved)
        for name in ('tuquan-commune', 'tuquan-district'):
            self.assertIn(self.version, run(os.path.join(moved, 'bin', name), '--version'))
            needed = run('ldd', os.path.join(moved, 'bin', name))
            self.assertRegex(needed, r'libtuquan\.so\.\d+ => %s' % re.escape(os.path.join(moved, '')))

    def test_library__shows_what_its_headers_declare_and_no_more(self):
        declared = ''.join(tree.read(tree.PROJECT, path) for path in
                           tree.files(tree.PROJECT, ['common/include'], ['.h']))
        names = [line.split()[-1] for line in
                 run('nm', '-D', '--defined-only', os.path.join(BUILD, 'common', 'libtuquan.so'))
                 .strip().split('\n')]
        self.assertIn('tq_message_decode', names)
        self.assertEqual([n for n in names if not re.search(r'\b%s\b' % re.escape(n), declared)], [])

    def test_packages__are_made_of_each_component(self):
        for kind in ('TGZ', 'DEB'):
            if kind == 'DEB' and shutil.which('dpkg-shlibdeps') is None:
                self.skipTest('no dpkg-dev here')
            run('cpack', '-G', kind, '-B', self.root, '--config',
                os.path.join(BUILD, 'CPackConfig.cmake'), cwd=self.root)
        made = os.listdir(self.root)
        for component in ('library', 'devel', 'client', 'server'):
            self.assertEqual(len([n for n in made if n.endswith('-%s.tar.gz' % component)]), 1, made)
            debs = [n for n in made if n.startswith('tuquan-%s_' % component) and n.endswith('.deb')]
            self.assertEqual(len(debs), 1, made)
            needs = run('dpkg-deb', '-f', os.path.join(self.root, debs[0]), 'Depends')
            self.assertEqual('tuquan-library' in needs, component != 'library', needs)
            self.assertEqual('libzmq5' in needs, component == 'library', needs)


if __name__ == '__main__':
    BUILD, CMAKE = os.path.abspath(sys.argv[1]), sys.argv[2]
    if programs.sanitized(os.path.join(BUILD, 'bin', 'tuquan-commune')):
        print('package: skipped: nobody installs a build with a sanitizer')
        sys.exit(tree.SKIPPED)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
