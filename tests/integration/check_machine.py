#!/usr/bin/env python3
"""check_machine.py - Nothing in the tree names the machine it was made on.

Looks for absolute paths of home and work folders, and for the hosts that this very machine takes
packages from (read at run time from apt's and npm's configuration and the proxy variables), except
the public ones that everybody uses.
"""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

PUBLIC = {'deb.debian.org', 'security.debian.org', 'registry.npmjs.org', 'www.debian.org',
          'localhost', '127.0.0.1'}
URL = re.compile(r'[a-z][a-z+]*://(?:[^/@\s"\']*@)?([A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9])')
# Written in two pieces so that this file passes its own check.
HOME = re.compile(r'(?<![\w.}/$])/(?:wo' r'rk|ho' r'me|ro' r'ot|Us' r'ers)/\w')
RESOLVED = re.compile(r'"resolved":\s*"[a-z]+://([^/"]+)')


def machine_hosts():
    """Hosts in this machine's package configuration that are not everybody's."""
    texts = [os.environ.get(name, '') for name in
             ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'npm_config_registry')]
    paths = [os.path.expanduser('~/.npmrc'), '/etc/npmrc', '/etc/apt/sources.list']
    for pattern in ('/etc/apt/sources.list.d/*', '/etc/apt/apt.conf.d/*', '/etc/apt/apt.conf',
                    '/usr/etc/npmrc', '/usr/local/etc/npmrc'):
        paths.extend(glob.glob(pattern))
    for path in paths:
        try:
            with open(path, encoding='utf-8', errors='replace') as stream:
                texts.append('\n'.join(line for line in stream if not re.match(r'\s*(#|//)', line)))
        except OSError:
            pass
    found = {host for text in texts for host in URL.findall(text)}
    return {host for host in found if host not in PUBLIC and '.' in host}


def check(root, hosts=None):
    hosts = machine_hosts() if hosts is None else hosts
    faults = []
    for path in tree.files(root):
        if os.path.islink(os.path.join(root, path)):
            continue
        for number, line in enumerate(tree.read(root, path).split('\n'), 1):
            if HOME.search(line):
                faults.append('%s:%d: a path of one machine' % (path, number))
            if any(host in line for host in hosts):
                faults.append('%s:%d: a package host of this machine' % (path, number))
            for host in RESOLVED.findall(line):
                if host not in PUBLIC:
                    faults.append('%s:%d: a package from another registry' % (path, number))
    return faults


SAMPLE_HOST = 'packages.' + 'mirror.invalid'
GOOD = {'README.md': 'cd build/dev; see https://deb.debian.org/ and /etc/apt, /tmp/x.\n'}
BAD = {
    'a home folder': {'README.md': 'cd /ho' + 'me/someone/tuquan\n'},
    'a work folder': {'script/x': 'cp /wo' + 'rk/x y\n'},
    'a host': {'script/x': 'deb https://%s/debian bookworm\n' % SAMPLE_HOST},
    'a lock file': {'package-lock.json': '"resolv' + 'ed": "https://other.invalid/a.tgz"\n'},
}

if __name__ == '__main__':
    if '--self-test' in sys.argv:
        sys.exit(tree.self_test(lambda root: check(root, {SAMPLE_HOST}), BAD, GOOD))
    tree.main(check, BAD, GOOD)
