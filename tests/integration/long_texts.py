"""Rows of the district that are few and long: 120 directives of some 190 kB, more than a message takes.

long_texts.py <tuquan-commune> <tuquan-district> [test...]
"""
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import programs  # noqa: E402


class LongTexts(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)

    def long_ones(self):
        return self.w.value('district', "SELECT count(*) FROM directive WHERE label LIKE 'L-%'")

    def write_while_it_stands_still(self):
        """So that the server finds them all at one look."""
        server = self.w.running['district']
        path = self.w.path('long.csv')
        self.w.stand_still('district')
        try:
            for part in range(6):
                with open(path, 'w', encoding='utf-8') as stream:
                    stream.write('label,title,body\n')
                    for i in range(20):
                        stream.write('L-%d-%d,dữ liệu mẫu,%s\n' % (part, i, os.urandom(95000).hex()))
                self.w.run('district', 'import', 'directive', path)
        finally:
            server.send_signal(signal.SIGCONT)
        self.assertEqual(self.long_ones(), 120)

    def test_a_broadcast_rings_the_bell_and_a_first_load_goes_in_parts(self):
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.write_while_it_stands_still()
        programs.wait_until(lambda: self.w.value(
            'xa', "SELECT count(*) FROM directive WHERE label LIKE 'L-%'") == 120, lambda: self.w.log('xa')[-2000:])
        self.assertIsNone(self.w.running['district'].poll())
        self.w.stop('xa')
        self.w.join('xb')  # from nothing: equal, or it fails
        self.assertEqual(self.w.value('xb', "SELECT count(*) FROM directive WHERE label LIKE 'L-%'"), 120)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        FOUNDED.close()
