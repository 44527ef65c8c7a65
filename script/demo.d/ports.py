"""ports.py - Ports of 127.0.0.1 for programs that are started later."""
import random
import socket

# Below those that the kernel gives to whoever asks for none: while a server of ours is down, nobody's
# connection sits on its port.
FIRST = 15000
BEHIND_LAST = 32000
_held = {}  # by port, as long as this process lives


def _take(port):
    """Nobody listens there, and nobody else who asks here gets it while this process lives: a name says
    whose it is, which the kernel drops with the process."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind('\0tuquan-port-%d' % port)
        with socket.socket() as s:
            s.bind(('127.0.0.1', port))
    except OSError:
        mark.close()
        return False
    _held[port] = mark
    return True


def neighbouring_ports(count):
    """The first of `count` ports one after the other."""
    draw = random.SystemRandom()
    while True:
        first = draw.randrange(FIRST, BEHIND_LAST - count)
        got = []
        for port in range(first, first + count):
            if port in _held or not _take(port):
                break
            got.append(port)
        if len(got) == count:
            return first
        for port in got:
            _held.pop(port).close()


def free_ports(count):
    return [neighbouring_ports(1) for _ in range(count)]
