"""border.py - The leg of the demo across the border: a second district, Sơn Dương, with the office of
Trường Sinh, joined to Sông Lô by a link; a notice of Bạch Lưu goes there by the link, its answer returns by a
bundle.
"""
import csv
import json
import os
import sqlite3
import subprocess

from ports import neighbouring_ports

BACH_LUU, TRUONG_SINH = "08779", "02632"
HERE, THERE = "08779@2004-01-01", "02632@2004-01-01"
NAMES = {"huyen": "Sơn Dương", "son-duong": "Sông Lô"}  # what each district calls the other
WAYS = {"out": "gửi sang", "in": "nhận về", "answer_out": "ta trả lời", "answer_in": "bạn trả lời"}
AGREEMENT = """# Quy chế phối hợp giáp ranh (dữ liệu mẫu)
number = 01/QCPH-SL-SD
signed_on = 2020-10-01
from = 2020-10-01
to = 2099-12-31
side_a = Huyện Sông Lô
side_b = Huyện Sơn Dương
communes_a = %s
communes_b = %s
categories = theft
article_3 = border_notice: category, issued_on, dispatch_no, body, reply_due
article_4 = border_notice: acknowledged_at, answered_on, answer
article_9 = border_notice: happens_on, case_unit, partner_case_unit
standing = Huyện Sông Lô, Huyện Sơn Dương
""" % (HERE, THERE)
NOTICE = ("INSERT INTO border_notice (unit, partner_unit, direction, category, issued_on, reply_due, body, "
          "dispatch_no, place, state) VALUES (?, ?, 'out', 'theft', '2020-12-20', '2021-01-05', "
          "'Theo dõi xe tải không biển số (dữ liệu mẫu)', '12/CA', 'Bãi sông (không nằm trong quy chế)', 'sent')")
ANSWER = ("UPDATE border_notice SET state = 'answered', answered_on = '2020-12-28', "
          "answer = 'Đã theo dõi, chưa thấy (dữ liệu mẫu)'")
READ = "SELECT direction, state, body, answer, dispatch_no, place FROM border_notice"


class Border:
    def __init__(self, night, ports):
        self.night = night
        self.ports = ports
        self.envs = {"son-duong": dict(night.env)}
        for name, port in zip(("SYNC", "NEWS", "GUEST"), ports):
            self.envs["son-duong"]["TUQUAN_%s_ADDRESS" % name] = "tcp://127.0.0.1:%d" % port
        self.envs["son-duong"]["TUQUAN_LIAISON_S"] = "86400"  # its answer shall not go by the line

    def run(self, program, folder, *args):
        """With --json, in the folder of either district, or of an office."""
        done = subprocess.run(
            [os.path.join(self.night.bin, program), "--dir", os.path.join(self.night.root, folder), "--json"]
            + list(args), env=self.envs.get(folder, self.night.env), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120)
        self.night.check(done.returncode == 0, "%s %s: %s%s" % (program, " ".join(args), done.stdout,
                                                                done.stderr))
        return json.loads(done.stdout)

    def district(self, folder, *args):
        return self.run("tuquan-district", folder, *args)

    def units(self, folder, rows):
        path = os.path.join(self.night.root, folder + "-units.csv")
        with open(path, "w", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["unit", "code", "valid_from", "level", "type", "name", "parent"])
            for unit, level, kind, name, parent in rows:
                out.writerow([unit] + unit.split("@") + [level, kind, name, parent])
        self.district(folder, "import", "unit", path)

    def serve(self):
        log = open(os.path.join(self.night.root, "son-duong.log"), "a")
        self.night.processes["son-duong"] = subprocess.Popen(
            [os.path.join(self.night.bin, "tuquan-district"), "--dir",
             os.path.join(self.night.root, "son-duong"), "run"],
            env=self.envs["son-duong"], stdout=log, stderr=subprocess.STDOUT)
        log.close()
        self.night.wait_for("son-duong", "tcp://127.0.0.1:%d" % self.ports[1])

    def found(self):
        theirs = [("076@2004-01-01", 2, "district", "Sơn Dương", ""),
                  (THERE, 3, "commune", "Trường Sinh", "076@2004-01-01")]
        self.units("huyen", theirs)
        self.district("son-duong", "init", "--name", "Huyện Sơn Dương")
        self.units("son-duong", theirs + [("253@2008-12-23", 2, "district", "Sông Lô", ""),
                                          (HERE, 3, "commune", "Bạch Lưu", "253@2008-12-23")])
        self.serve()
        invitation = self.district("son-duong", "enroll", THERE)["invitation"]
        self.run("tuquan-commune", TRUONG_SINH, "join", invitation)
        self.run("tuquan-commune", TRUONG_SINH, "sync")

    def link(self):
        path = os.path.join(self.night.root, "quy-che.txt")
        with open(path, "w") as stream:
            stream.write(AGREEMENT)
        hashes = []
        for by, to, port, side in (("huyen", "son-duong", neighbouring_ports(2), "a"),
                                   ("son-duong", "huyen", neighbouring_ports(2), "b")):
            line = self.district(by, "liaison", "invite", NAMES[by], "--port", str(port))["invitation"]
            self.district(to, "liaison", "accept", NAMES[to], line)
            hashes.append(self.district(by, "liaison", "agree", NAMES[by], path, "--side", side)["hash"])
        self.night.check(hashes[0] == hashes[1], "hai huyện nhập hai quy chế khác nhau")
        self.night.say("Huyện Sơn Dương, xã Trường Sinh: hai huyện mời nhau, ghim khóa của nhau, nhập cùng một "
                       "quy chế (%s...)" % hashes[0][:16])

    def write(self, code, sql, *args):
        db = sqlite3.connect(os.path.join(self.night.root, code, "office.db"), timeout=30)
        with db:
            db.execute(sql, args)
        db.close()
        self.run("tuquan-commune", code, "sync")

    def read(self, code):
        db = sqlite3.connect("file:%s?mode=ro" % os.path.join(self.night.root, code, "office.db"), uri=True,
                             timeout=30)
        rows = db.execute(READ).fetchall()
        db.close()
        return rows

    def round(self, folder):
        """What was told is laid out for the partner, whether or not its door is open yet (E322, E301)."""
        subprocess.run([os.path.join(self.night.bin, "tuquan-district"), "--dir",
                        os.path.join(self.night.root, folder), "liaison", "sync"],
                       env=self.envs.get(folder, self.night.env), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120, check=False)

    def until(self, folder, code, state):
        """Rounds of a district, until the office's row stands so: a door opens a moment after the
        invitation."""
        for _ in range(100):
            self.round(folder)
            self.run("tuquan-commune", code, "sync")
            rows = [row for row in self.read(code) if row[1] == state]
            if rows:
                return rows[0]
        self.night.fail("thông báo không đến được %s (%s)" % (code, state))

    def carry(self):
        """The answer as a signed file, as if on a stick; the words of its cover."""
        path = os.path.join(self.night.root, "tra-loi.tqp")
        made = self.district("son-duong", "bundle", "make", path, "--for", NAMES["son-duong"], "--cover",
                             os.path.join(self.night.root, "bia-tra-loi.html"))
        shown = self.district("huyen", "bundle", "show", path)
        self.night.check(shown["words"] == made["words"], "mã bìa khác mã tệp")
        opened = self.district("huyen", "bundle", "open", path)
        self.night.check(opened["answers_in"] == 1, "gói không mang trả lời: %r" % (opened,))
        self.run("tuquan-commune", BACH_LUU, "sync")
        return made["words"]

    def play(self):
        self.found()
        self.link()
        self.night.stop(BACH_LUU)  # its agent: the notice goes when it is told to
        self.run("tuquan-commune", BACH_LUU, "sync")  # with it come the neighbour's units
        self.write(BACH_LUU, NOTICE, HERE, THERE)
        self.round("huyen")
        there = self.until("son-duong", TRUONG_SINH, "sent")
        self.night.check(there[0] == "in" and there[4:] == ("12/CA", None), "qua biên giới sai: %r" % (there,))
        self.write(TRUONG_SINH, ANSWER)
        words = self.carry()
        here = next((row for row in self.read(BACH_LUU) if row[1] == "answered"), None)
        self.night.check(here is not None, "trả lời không đến được Bạch Lưu")
        self.night.check(here[0] == "out" and here[3].startswith("Đã theo dõi"), "trả lời sai: %r" % (here,))
        lines = self.district("huyen", "liaison", "journal")["entries"]
        self.night.check({e["detail"] for e in lines if e["way"] == "out" and e["article"]} == {"place"},
                         "sổ không nói ô nào ở lại: %r" % (lines,))
        self.night.say("Thông báo của Bạch Lưu đến Trường Sinh qua đường nối với số công văn, không kèm địa điểm (quy "
                       "chế không nêu, sổ liên lạc nói rõ); trả lời về bằng gói, mã bìa “%s”: “%s”. Sổ liên lạc: %s" % (words, here[3], ", ".join(
                           "%s theo điều %s" % (WAYS[e["way"]], e["article"]) for e in lines if e["article"])))
        self.night.start(BACH_LUU, "tuquan-commune", BACH_LUU)
