#!/usr/bin/env python3
"""attack_strangers.py COMMUNE DISTRICT ATTACKER - Who has no key, the wrong one, or nothing to say
at all knocks at the running district; the office that behaves syncs meanwhile."""
import ctypes
import os
import resource
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import attack  # noqa: E402
import programs  # noqa: E402

SEED = None


class Strangers(attack.Attack):
    @attack.counts('stranger')
    def test_unknown_key(self):
        before = self.count('stranger')
        said = self.meanwhile(lambda: self.attack('e0', 'stranger', 20))
        self.assertEqual(said['refused'], 20)
        self.wait_count('stranger', before + 20)
        self.assertIn('127.0.0.1', self.kinds()['stranger']['who'])

    @attack.counts('handshake')
    def test_wrong_server_key(self):
        said = self.meanwhile(lambda: self.attack('e0', 'wrong-server'))
        self.assertIn(said['handshake'], ('failed', 'none'))

    @attack.counts('handshake')
    def test_no_curve(self):
        before = self.count('handshake')
        self.open_guest_port()
        for port in self.w.ports:
            said = self.meanwhile(lambda p=port: self.attack('e0', 'plain', p))
            self.assertFalse(said['answered'])
        self.wait_count('handshake', before + 3)

    @attack.counts('handshake', peak_mb=64)
    def test_random_bytes(self):
        before = self.count('handshake')
        said = self.meanwhile(lambda: self.attack('e0', 'random', 400, SEED, self.open_guest_port()))
        self.assertGreater(said['sent'], 300)
        self.wait_count('handshake', before + 300)

    @attack.counts('handshake', peak_mb=48)
    def test_frames_of_a_gigabyte(self):
        """Who is not in yet announces a frame of 1 GB and sends: cut at the frame's head, at no cost."""
        before = self.count('handshake')
        said = self.meanwhile(lambda: self.attack('e0', 'frames', 9, 32, self.open_guest_port()))
        self.assertEqual(said['cut'], 9)
        self.wait_count('handshake', before + 9)

    @attack.counts('stranger', 'handshake')
    def test_logged_once_a_minute(self):
        for _ in range(3):
            before = self.kinds()
            self.attack('e0', 'stranger', 10)
            self.attack('e0', 'random', 100, SEED)
            for kind in ('stranger', 'handshake'):  # counted in different looks of the server
                self.wait_count(kind, before[kind]['count'] + 10)


class Crowd(attack.Attack):
    HONEST = 16
    # As many as the server asks for, or all that there are: half of them is what the attacker can pass.
    FILES = min(16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1])

    @classmethod
    def serve(cls):
        cls.w.serve(files=(min(1024, cls.FILES), cls.FILES))

    @attack.counts('handshake', peak_mb=512, back_mb=512)
    def test_half_open_connections(self):
        """As many as RLIMIT_NOFILE lets us make, 10,000 at most: counted, told at half, bounded in
        memory, closed by the server in its time; the other 16 offices get in all the while."""
        count = 10000
        memory = self.memory_mb()
        process = self.begin('e0', 'half-open', count, self.open_guest_port())
        made = attack.json.loads(process.stdout.readline())['open']
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.assertEqual(made, count if hard == resource.RLIM_INFINITY else min(count, hard - 64))
        programs.wait_until(lambda: self.files() > made // 2, lambda: '%d files' % self.files())
        self.all_sync()
        self.assertGreater(self.files(), made // 2)  # they did, while those were there
        status = self.status()
        programs.wait_until(lambda: self.status()['connections'] > made // 2, 'connections counted')
        self.assertEqual(status['files'], self.FILES)
        self.assertGreater(made, self.FILES // 2 + 100)
        programs.wait_until(lambda: self.status()['alarm'], 'an alarm')
        self.assertEqual(self.w.call('district', 'status').returncode, 5)
        self.assertIn('WATCH alarm', self.w.log('district'))
        grown = self.memory_mb() - memory
        print('%d half-open: +%.0f MB, %d files' % (made, grown, self.files()), flush=True)
        self.assertLess(grown / made, 0.05)  # 50 kB each
        # Who never ends his handshake is closed: 15 s on the server's side.
        process.stdin.write('enough\n')
        process.stdin.flush()
        programs.wait_until(lambda: self.files() < 200, lambda: '%d files' % self.files())
        self.wait_count('handshake', made // 2)
        programs.wait_until(lambda: not self.status()['alarm'], 'the end of the alarm')
        self.office_syncs()
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()
        process.stderr.close()


class Gate(attack.Served):
    @classmethod
    def serve(cls):
        """What a lost thread holds is not freed, and that is no leak."""
        cls.w.serve(env={'ASAN_OPTIONS': 'detect_leaks=0'})

    def test_a_gate_that_does_not_answer_closes_the_doors(self):
        """The thread that answers for all handshakes hangs (a debugger holds it): the server says so,
        stops to listen and ends with its code; started again, it serves."""
        self.office_syncs()
        process = self.server()
        threads = [int(t) for t in os.listdir('/proc/%d/task' % process.pid)]
        gates = [t for t in threads if name_of(process.pid, t) == 'gate']
        self.assertEqual(len(gates), 1)
        if not hold(gates[0]):
            self.skipTest('no ptrace here')
        try:
            self.w.wait_log('district', 'E118', seconds=40)
            programs.wait_until(lambda: not self.status()['gate_answers'], 'told in status', 10)
            self.assertEqual(self.w.call('xa', 'sync', env={'TUQUAN_TIMEOUT_S': '5'}, timeout=60)
                             .returncode, 4)
        finally:
            release(gates[0])
        self.assertEqual(process.wait(timeout=20), 1)
        del self.w.running['district']
        self.w.serve()
        self.office_syncs()


class Twice(attack.Served):
    def test_two_servers_on_one_folder(self):
        ports = dict(zip(('TUQUAN_SYNC_ADDRESS', 'TUQUAN_NEWS_ADDRESS', 'TUQUAN_GUEST_ADDRESS'),
                         ('tcp://127.0.0.1:%d' % p for p in programs.free_ports(3))))
        done = self.w.call('district', 'run', env=ports)
        self.assertEqual(done.returncode, 1)
        self.assertIn('E105', done.stderr)
        self.assertIn('PID %d' % self.server().pid, done.stderr)
        self.office_syncs()

    def test_two_agents_on_one_file(self):
        first = self.w.start('xa')
        self.w.wait_log('xa', 'AGENT-UP')
        done = self.w.call('xa', 'run')
        self.assertEqual(done.returncode, 1)
        self.assertIn('E105', done.stderr)
        self.assertIn('PID %d' % first.pid, done.stderr)
        self.assertIsNone(first.poll())
        self.w.kill('xa')  # the lock ends with the process, however it ended
        self.w.start('xa')
        self.w.wait_log('xa', 'AGENT-UP', 2)
        self.w.stop('xa')


LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_ulong, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207


def name_of(process, thread):
    with open('/proc/%d/task/%d/comm' % (process, thread)) as stream:
        return stream.read().strip()


def hold(thread):
    return LIBC.ptrace(PTRACE_SEIZE, thread, None, None) == 0 and \
        LIBC.ptrace(PTRACE_INTERRUPT, thread, None, None) == 0


def release(thread):
    LIBC.ptrace(PTRACE_DETACH, thread, None, None)  # ended meanwhile: then it is reaped
    try:
        os.waitpid(thread, 0x40000000)  # __WALL
    except OSError:
        pass


if __name__ == '__main__':
    SEED = programs.seed().randrange(1, 1 << 30)
    attack.main('attack_strangers')
