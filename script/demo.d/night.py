"""night.py - Plays one night of Sông Lô with real processes, and counts what happened.

    night.py --bin BIN_DIR --data DATA_DIR [--keep] [--dir DIR]

A district server; 17 offices, each with its own folder, file, keys and process. One of them is off
that night: it has not sent when the table is published. Every step is checked: the first thing that is
not as it must be ends the night with exit code 1.
"""
import argparse
import csv
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import border
from ports import free_ports

PERIOD = "ADMIN/2020-Q4"
SHEET = "5TQ@1"
# A wait that takes longer is a fault; a slow build (a sanitizer, valgrind) is given more.
PATIENCE_S = float(os.environ.get("TUQUAN_TEST_DEADLINE_S", "60"))


def number(value):
    return ("%.1f" % value).replace(".", ",")


class Night:
    def __init__(self, args):
        self.bin = os.path.abspath(args.bin)
        self.data = os.path.abspath(args.data)
        self.here = os.path.dirname(os.path.abspath(__file__))
        self.root = args.dir or tempfile.mkdtemp(prefix="tuquan-demo-")
        self.keep = args.keep
        self.began = time.monotonic()
        self.processes = {}
        self.bytes = 0
        self.trips = []
        self.sent = 0
        ports = free_ports(3)
        self.env = dict(os.environ,
                        TUQUAN_SYNC_ADDRESS="tcp://127.0.0.1:%d" % ports[0],
                        TUQUAN_NEWS_ADDRESS="tcp://127.0.0.1:%d" % ports[1],
                        TUQUAN_GUEST_ADDRESS="tcp://127.0.0.1:%d" % ports[2],
                        TUQUAN_PUBLIC_HOST="127.0.0.1",
                        TUQUAN_WAIT_S="0", TUQUAN_CROWD_S="0", TUQUAN_RETRY_MIN_S="1")

    # --- telling ---

    def say(self, text):
        print("[%6.1f s] %s" % (time.monotonic() - self.began, text), flush=True)

    def fail(self, text):
        self.say("HỎNG: " + text)
        sys.exit(1)

    def check(self, truth, text):
        if not truth:
            self.fail(text)

    # --- running ---

    def run(self, program, folder, *args, ok=(0,), parse=False):
        command = [os.path.join(self.bin, program), "--dir", os.path.join(self.root, folder)]
        if parse:
            command.append("--json")
        done = subprocess.run(command + list(args), env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=2 * PATIENCE_S)
        if done.returncode not in ok:
            self.fail("%s %s: %d\n%s%s" % (program, " ".join(args), done.returncode, done.stdout,
                                           done.stderr))
        return json.loads(done.stdout) if parse else done.stdout.strip()

    def district(self, *args, **kw):
        return self.run("tuquan-district", "huyen", *args, **kw)

    def office(self, code, *args, **kw):
        return self.run("tuquan-commune", code, *args, **kw)

    def start(self, name, program, folder, **more):
        log = open(os.path.join(self.root, name + ".log"), "a")
        self.processes[name] = subprocess.Popen(
            [os.path.join(self.bin, program), "--dir", os.path.join(self.root, folder), "run"],
            env=dict(self.env, **more), stdout=log, stderr=subprocess.STDOUT)
        log.close()

    def stop(self, name):
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail("%s không dừng trong %d giây" % (name, PATIENCE_S))
        self.check(code == 0, "%s kết thúc với mã %d" % (name, code))

    def log(self, name):
        with open(os.path.join(self.root, name + ".log")) as f:
            return f.read()

    def wait_for(self, name, word, times=1):
        end = time.monotonic() + PATIENCE_S
        while self.log(name).count(word) < times:
            if name in self.processes and self.processes[name].poll() is not None:
                self.fail("%s đã dừng:\n%s" % (name, self.log(name)))
            self.check(time.monotonic() < end, "%s: không thấy %s\n%s" % (name, word, self.log(name)))
            time.sleep(0.02)

    # --- the night ---

    def prepare(self):
        self.gen = os.path.join(self.root, "records")
        subprocess.run([sys.executable, os.path.join(self.here, "generate.py"), self.data, self.gen],
                       check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.gen, "plan.json")) as f:
            self.plan = json.load(f)
        self.codes = [c["code"] for c in self.plan["communes"]]
        self.unit = {c["code"]: c["unit"] for c in self.plan["communes"]}
        # The one that has not sent: entered, never synced before the publication.
        (self.late,) = self.plan["not_sent"]
        self.say("Số liệu mẫu: %d xã, %d dòng (dữ liệu mẫu, hạt giống %s)" % (
            len(self.codes), sum(c["rows"] for c in self.plan["communes"]), self.plan["seed"]))
        print("           Kỳ là quý IV năm 2020, còn các giờ in ra là giờ thật của máy này hôm nay: "
              "đêm được diễn lại bây giờ.")

    def found_district(self):
        self.district("init", "--name", "Huyện Sông Lô")
        for table in ("unit", "calendar", "indicator", "period"):
            self.district("import", table, os.path.join(self.gen, "district", table + ".csv"))
        self.district("sheet", "import", os.path.join(self.data, "sheets", "5TQ-v1.csv"), "--publish")
        # Its page, for who looks around afterwards.
        self.start("huyen", "tuquan-district", "huyen",
                   **({"TUQUAN_PAGE_ADDRESS": "127.0.0.1:0"} if self.keep else {}))
        self.wait_for("huyen", "tcp://")
        self.say("Huyện: danh mục đã nạp, bảng điểm 5TQ-v1 đã ban hành, máy chủ đang chạy")

    def join_all(self):
        for i, code in enumerate(self.codes):
            invitation = self.district("enroll", self.unit[code], parse=True)["invitation"]
            if i == 0:
                self.wait_for("huyen", "tcp://", 3)  # the guests' port is open now
            self.office(code, "join", invitation, "--machine", "máy " + code)
            first = self.office(code, "sync", parse=True)
            self.check(first["equal"], "%s: tải lần đầu không khớp" % code)
            self.count(first)
        self.say("17 máy đã tham gia bằng 17 giấy mời và tải xong lần đầu")

    def count(self, result):
        self.bytes += result["bytes_sent"] + result["bytes_received"]
        self.trips.append(result["round_trips"])
        self.sent += result["changes_sent"]

    def enter_records(self):
        total = 0
        least = None
        for code in self.codes:
            folder = os.path.join(self.gen, "commune", code)
            order = ["village_profile", "model"]
            names = sorted(os.path.splitext(f)[0] for f in os.listdir(folder))
            names = [n for n in order if n in names] + [n for n in names if n not in order]
            done = self.office(code, "import", *[os.path.join(folder, n + ".csv") for n in names],
                               "--yes", parse=True)
            rows = done["counts"]["added"]
            total += rows
            if code not in self.plan["not_sent"]:
                least = rows if least is None else min(least, rows)
        self.say("Cán bộ 17 xã đã nhập %d dòng (ít nhất %d dòng một xã)" % (total, least))
        self.check(least >= 400, "mỗi xã phải có ít nhất 400 dòng")

    def night_sync(self):
        on = [code for code in self.codes if code != self.late]
        for code in on:
            self.start(code, "tuquan-commune", code)
        for code in on:
            self.wait_for(code, "SYNC-DONE")
            self.count_agent(code)
        waiting = self.office(self.late, "status", parse=True)["rows_waiting"]
        self.check(waiting >= 400, "%s đã gửi, đáng lẽ chưa" % self.late)
        self.say("Ban đêm: %d máy đã gửi %d thay đổi, huyện đã ký biên nhận từng gói" % (
            len(on), self.sent))
        self.say("%s chưa gửi: máy tắt cả đêm, %d dòng còn chờ ở xã" % (self.name(self.late), waiting))
        receipt = self.office(self.codes[0], "receipt")
        print(indent(receipt))

    def count_agent(self, code):
        """What the agent's first sync did, as its log says."""
        line = [l for l in self.log(code).splitlines() if "SYNC-DONE" in l][0]
        facts = dict(f.split("=") for f in line.split() if "=" in f)
        self.check(facts["equal"] == "yes", "%s: không khớp sau khi gửi" % code)
        self.check(facts["held"] == "0" and facts["refused"] == "0",
                   "%s: có dòng bị giữ hoặc trả lại: %s" % (code, line))
        self.count({"bytes_sent": int(facts["bytes_out"]), "bytes_received": int(facts["bytes_in"]),
                    "round_trips": int(facts["round_trips"]), "changes_sent": int(facts["sent"])})
        return int(facts["sent"])

    def name(self, code):
        with open(os.path.join(self.gen, "district", "unit.csv"), encoding="utf-8", newline="") as f:
            return next(r["full_name"] for r in csv.DictReader(f) if r["unit"] == self.unit[code])

    def enter_arrivals(self):
        """When each report came that night of 2020; the district's clock of today says otherwise."""
        path = os.path.join(self.root, "report_receipt.csv")
        with open(os.path.join(self.gen, "district", "report_receipt.csv"), encoding="utf-8",
                  newline="") as source, open(path, "w", encoding="utf-8", newline="") as out:
            rows = csv.DictReader(source)
            writer = csv.DictWriter(out, rows.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(r for r in rows if r["unit"] != self.unit[self.late])
        self.district("import", "report", path)

    def confirm_tips(self):
        """A tip that led to a solved case counts only when the district has confirmed it (B4)."""
        tips = self.district("list", "tip", "solved=1", "--limit", "0", parse=True)["rows"]
        path = os.path.join(self.root, "tin-bao.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("id,unit,solved_confirmed\n" + "".join("%s,%s,1\n" % (tip["label"], tip["unit"])
                                                             for tip in tips))
        self.district("import", "tip", path)
        self.say("Huyện đã xác nhận %d tin báo giúp làm rõ vụ việc (điểm thưởng B4)" % len(tips))

    def verify_and_publish(self):
        self.district("import", "grade_cap", os.path.join(self.gen, "district", "grade_cap.csv"))
        self.enter_arrivals()
        done = self.district("reconcile", PERIOD, parse=True)
        self.say("Huyện đã đối soát %d vụ việc của kỳ với nguồn thứ hai" % done["reconciled"])
        self.confirm_tips()
        command = [os.path.join(self.bin, "tuquan-district"), "--dir", os.path.join(self.root, "huyen"),
                   "publish", PERIOD]
        refused = subprocess.run(command, env=self.env, capture_output=True, text=True,
                                 timeout=2 * PATIENCE_S)
        self.check(refused.returncode == 5 and self.name(self.late) in refused.stderr,
                   "công bố khi còn xã chưa gửi: %s" % refused.stderr)
        self.say("Công bố khi còn xã chưa gửi: bị từ chối, như phải thế:")
        print(indent(refused.stderr.strip()))
        self.down = self.codes[1]
        self.stop(self.down)
        done = self.district("publish", PERIOD, "--missing-decision", "12/QĐ (mẫu)", parse=True)
        self.say("Huyện đã thẩm định và công bố %s lần %d theo quyết định (máy %s đang tắt, máy %s chưa "
                 "bật)" % (PERIOD, done["version"], self.name(self.down), self.name(self.late)))
        again = self.district("rank", PERIOD, "--published", "0", parse=True)
        self.check(again["same"], "bảng công bố tính lại khác")
        self.hash = again["input_hash"]
        self.say("Tính lại từ các dòng: đúng như bảng đã công bố")

    def receive(self):
        heard = [c for c in self.codes if c not in (self.down, self.late)]
        for code in heard:
            self.wait_for(code, "NEWS-APPLIED")
        before = {code: self.news(code) for code in self.codes}
        self.by_news = sum(1 for code in self.codes if before[code] > 0)
        self.say("%d máy đã nhận xếp hạng qua phát sóng" % self.by_news)
        self.start(self.down, "tuquan-commune", self.down)
        self.start(self.late, "tuquan-commune", self.late)
        self.wait_for(self.down, "SYNC-DONE", 2)
        self.wait_for(self.late, "SYNC-DONE", 1)
        self.say("%s bật máy sau công bố: gửi %d thay đổi; bảng đã công bố giữ nguyên" % (
            self.name(self.late), self.count_agent(self.late)))
        tables = {}
        for code in self.codes:
            tables[code] = self.office(code, "rank", parse=True)
        late = [c for c in self.codes if before[c] == 0 and self.news(c) == 0 and tables[c]["rows"]]
        self.by_pull = len(late)
        self.say("%d máy bật sau đã nhận bằng đồng bộ" % self.by_pull)
        self.check(self.by_news + self.by_pull == 17 and sorted(late) == sorted([self.down, self.late]),
                   "không đủ 17 máy: %d qua phát sóng, %d qua đồng bộ" % (self.by_news, self.by_pull))
        rows = tables[self.codes[0]]["rows"]
        self.check(len(rows) == 17, "bảng phải có 17 dòng")
        # Each office prints it; the prints are compared letter by letter.
        printed = {code: self.office(code, "rank") for code in self.codes}
        same = sum(1 for code in self.codes if printed[code] == printed[self.codes[0]] and
                   tables[code]["rows"] == rows)
        self.check(same == 17, "chỉ %d trong 17 máy in cùng một bảng" % same)
        print()
        print("SỐ LIỆU MẪU - không nói gì về các xã có thật")
        print(printed[self.codes[0]])
        print()
        self.say("17 trong 17 máy in đúng bảng này, so từng chữ; trên đây là bản in của %s" %
                 self.name(self.codes[0]))
        self.compare()
        self.preview(rows)
        return rows

    def news(self, code):
        """How many broadcasts this office has taken, as its agent says."""
        path = os.path.join(self.root, code + ".log")
        return self.log(code).count("NEWS-APPLIED") if os.path.exists(path) else 0

    def special(self, rows):
        """What the night must hold besides plain places; each case by name."""
        def named(title, chosen, least=1):
            names = [r["unit"]["name"] for r in rows if chosen(r)]
            self.check(len(names) >= least, "không có trường hợp: " + title)
            print("           %-24s %s" % (title, ", ".join(names)))

        self.say("Các trường hợp riêng trong bảng:")
        named("chưa xếp loại", lambda r: r["grade"] == "none")
        self.check(any(r["grade"] == "none" and r["unit"]["name"].endswith("Bạch Lưu") for r in rows),
                   "Bạch Lưu phải chưa xếp loại")
        named("bị khống chế", lambda r: r["note"]["caps"] in ("D1", "D2", "D3", "D4", "D5"))
        named("hết tỷ lệ Xuất sắc", lambda r: r["note"]["caps"] == "quota")
        named("bằng điểm, phân định", lambda r: r["note"]["tie"].startswith("area"), 2)
        named("đồng hạng", lambda r: r["note"]["shared"], 2)
        named("chưa gửi", lambda r: r["note"]["place"] == "not_sent")
        named("có điểm thưởng", lambda r: r["bonus_c"])

    def preview(self, rows):
        """What each office computes from its own records is what the district published."""
        for row in rows:
            if row.get("final_c") is None:
                continue
            code = row["unit"]["unit"].split("@")[0]
            own = self.office(code, "score", PERIOD, parse=True)
            self.check(own["final_c"] == row["final_c"],
                       "%s tự tính %s, huyện công bố %s" % (code, own["final_c"], row["final_c"]))
            self.check(own["items_verified"] == own["items"] > 0,
                       "%s: %s trong %s tiêu chí được thẩm định" %
                       (code, own["items_verified"], own["items"]))

    def compare(self):
        for code in self.codes:
            result = self.office(code, "sync", parse=True)
            self.check(result["equal"], "%s không khớp với huyện" % code)
        self.say("17 máy khớp với huyện (so bằng mã băm từng bảng)")
        rows = sum(self.own_rows(code) for code in self.codes)
        self.say("%d dòng riêng của các xã, không dòng nào nằm ở máy của xã khác" % rows)

    def own_rows(self, code):
        """Rows that bear their owner, at one office: all of them must be its own."""
        db = sqlite3.connect("file:%s?mode=ro" % os.path.join(self.root, code, "office.db"), uri=True)
        owner = db.execute("SELECT unit FROM tq_state").fetchone()[0]
        rows = 0
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [line[1] for line in db.execute("PRAGMA table_info(%s)" % table)]
            # What everybody may see: the units themselves, and who stands where.
            if "unit" not in columns or table in ("unit", "ranking_row") or table.startswith("tq_"):
                continue
            own, others = db.execute("SELECT sum(unit = ?1), sum(unit <> ?1) FROM %s" % table,
                                     (owner,)).fetchone()
            self.check(not others, "%s: %s dòng của xã khác trong %s" % (code, others, table))
            rows += own or 0
        db.close()
        return rows

    def tamper(self):
        code = self.codes[2]
        self.stop(code)
        path = os.path.join(self.root, code, "office.db")
        db = sqlite3.connect(path)
        key, was, label = db.execute("SELECT hex(id), participants, label FROM activity "
                                     "WHERE participants > 0 ORDER BY id LIMIT 1").fetchone()
        before = dump(db)
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE tq_flag SET applying = 1")
        db.execute("UPDATE activity SET participants = participants + 1 WHERE hex(id) = ?", (key,))
        db.execute("UPDATE tq_flag SET applying = 0")
        db.commit()
        db.close()
        result = self.office(code, "sync", parse=True)
        self.check(result["rows_repaired"] == 1 and result["equal"], "không sửa lại đúng một dòng: %s"
                   % json.dumps(result, ensure_ascii=False))
        db = sqlite3.connect(path)
        fault = db.execute("SELECT text FROM tq_fault ORDER BY id DESC LIMIT 1").fetchone()[0]
        now = db.execute("SELECT participants FROM activity WHERE hex(id) = ?", (key,)).fetchone()[0]
        after = dump(db)
        whole = db.execute("PRAGMA integrity_check").fetchone()[0]
        db.close()
        self.check(whole == "ok", "tệp của xã hỏng: " + whole)
        self.check(now == was and before == after, "dữ liệu khác ngoài ô bị sửa")
        self.check("activity" in fault and "participants" in fault and key.lower() in fault.lower(),
                   "không nêu bảng, khóa và cột: " + fault)
        self.say("Máy %s: ô số người dự của hoạt động %s bị sửa lén; lần đồng bộ sau nêu đúng bảng, "
                 "dòng và ô:" % (code, label))
        print("           " + fault)
        self.say("Đã sửa lại đúng ô đó, không động đến gì khác")
        self.start(code, "tuquan-commune", code)

    def a_row(self, code):
        """The label of an activity, for a look at where its values come from."""
        db = sqlite3.connect(os.path.join(self.root, code, "office.db"))
        label = db.execute("SELECT label FROM activity WHERE label IS NOT NULL ORDER BY id").fetchone()[0]
        db.close()
        return shlex.quote(label)

    def ledger(self):
        whole = self.district("ledger", "verify", parse=True)
        self.check(whole["whole"], "sổ cái hỏng")
        stands = self.district("rank", PERIOD, "--published", "0", ok=(0, 5), parse=True)
        self.check(stands["input_hash"] == self.hash, "bảng công bố đã khác")
        self.say("Sổ cái nguyên vẹn: %d gói, %d biên nhận, %d thay đổi, %d dòng; bảng công bố giữ nguyên"
                 % (whole["sets"], whole["receipts"], whole["changes"], whole["rows"]))
        return whole

    def play(self):
        self.prepare()
        self.found_district()
        self.join_all()
        self.enter_records()
        self.night_sync()
        self.verify_and_publish()
        rows = self.receive()
        self.special(rows)
        self.tamper()
        whole = self.ledger()
        border.Border(self, free_ports(3)).play()
        self.summary(rows, whole)

    def summary(self, rows, whole):
        print()
        print("Tóm tắt (số liệu mẫu)")
        print("  thay đổi đã gửi huyện    %d" % self.sent)
        print("  dòng ở huyện             %d" % whole["rows"])
        print("  byte trên đường truyền   %d (tải lần đầu và gửi trong đêm: %s byte một thay đổi)" % (
            self.bytes, number(self.bytes / max(1, self.sent))))
        print("  vòng đi về mỗi lần       nhiều nhất %d" % max(self.trips))
        print("  nhận xếp hạng            %d qua phát sóng, %d qua đồng bộ" % (self.by_news, self.by_pull))
        print("  in cùng một bảng         17 trong 17 máy")
        print("  chưa gửi khi công bố     %s" % self.name(self.late))
        print("  xếp hạng                 %d xã có hạng, %d chưa" % (
            sum(1 for r in rows if r.get("rank")), sum(1 for r in rows if not r.get("rank"))))
        print("  xã có điểm thưởng        %d" % sum(1 for r in rows if r.get("bonus_c")))
        print("  thời gian                %s giây" % number(time.monotonic() - self.began))

    def end(self):
        if self.keep and self.processes:
            print()
            print("Mọi thứ vẫn chạy. Xem thử (thoát: Ctrl-C hoặc kill %d):" % os.getpid())
            for name in ("SYNC", "NEWS", "GUEST"):
                key = "TUQUAN_%s_ADDRESS" % name
                print("  export %s=%s" % (key, self.env[key]))
            district = "  %s/tuquan-district --dir %s/huyen " % (self.bin, self.root)
            office = "  %s/tuquan-commune --dir %s/%s " % (self.bin, self.root, self.codes[0])
            print("  trang của huyện: %s (lập tài khoản trước: user add TÊN --role=operator)" %
                  re.findall(r"Trang của huyện: (\S+)", self.log("huyen"))[-1])
            print("  trang của một xã, trong trình duyệt (--print: chỉ in đường dẫn):")
            print(office + "open")
            for command in ("board", "rank " + PERIOD, "conflicts", "devices", "doctor"):
                print(district + command)
            for command in ("status", "list", "score " + PERIOD, "rank", "inbox", "receipt",
                            "why activity " + self.a_row(self.codes[0])):
                print(office + command)
            print("  sqlite3 %s/%s/office.db" % (self.root, self.codes[0]))
            sys.stdout.flush()
            try:
                signal.pause()
            except (KeyboardInterrupt, SystemExit):
                pass
        for name in list(self.processes):
            process = self.processes[name]
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
        if os.environ.get("TQ_DEMO_LOGS") is None:
            shutil.rmtree(self.root, ignore_errors=True)


def indent(text):
    return "\n".join("           " + line for line in text.splitlines())


def dump(db):
    """Every row of every replicated table."""
    tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                       "name NOT LIKE 'tq_%' AND name NOT LIKE 'sqlite_%'")]
    return {t: sorted(repr(r) for r in db.execute('SELECT * FROM "%s"' % t)) for t in tables}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--dir")
    parser.add_argument("--keep", action="store_true")
    for number_of in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number_of, lambda *_: sys.exit(1))
    night = Night(parser.parse_args())
    finished = False
    try:
        night.play()
        finished = True
    finally:
        if not finished:
            night.keep = False
        night.end()


if __name__ == "__main__":
    main()
