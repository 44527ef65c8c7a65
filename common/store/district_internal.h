/* district_internal.h - Shared by the files of the district's store; not for others.
 *
 * Fixed statements are listed here, prepared at first use and kept; those of data tables are made
 * from the catalogue in district_rows.c. A statement that was taken is reset by the same function
 * that took it (district_end), so none is left open over a commit. */
#ifndef TQ_STORE_DISTRICT_INTERNAL_H
#define TQ_STORE_DISTRICT_INTERNAL_H

#include <sqlite3.h>

#include "store/own_units.h"
#include "tuquan/district_audit.h"
#include "tuquan/district_store.h"

/* clang-format off */
/* A device and those whose files it goes on with, by way of their lost keys. */
#define LINEAGE "WITH RECURSIVE f(device, former, depth) AS (SELECT ?1, coalesce((SELECT former FROM tq_device WHERE device = ?1), 0), 0 UNION ALL" \
    " SELECT d.device, d.former, f.depth + 1 FROM f JOIN tq_device d ON d.device = f.former WHERE f.former <> 0 AND f.depth < 16) "
#define DISTRICT_SQL_MAP(X) \
    X(SQL_BEGIN, "BEGIN IMMEDIATE") \
    X(SQL_BEGIN_READ, "BEGIN") \
    X(SQL_DATA_VERSION, "PRAGMA data_version") \
    X(SQL_COMMIT, "COMMIT") \
    X(SQL_ROLLBACK, "ROLLBACK") \
    X(SQL_STATE, "SELECT district, epoch, head, t_last, ledger_hash, backed_up FROM tq_district WHERE id = 1") \
    X(SQL_STATE_SET, "UPDATE tq_district SET epoch = ?1, head = ?2, t_last = ?3, ledger_hash = ?4 WHERE id = 1 AND district = ?5") \
    X(SQL_POS, "SELECT max(coalesce((SELECT max(pos) FROM tq_receipt), 0), coalesce((SELECT pos FROM tq_ledger ORDER BY n DESC LIMIT 1), 0))") \
    X(SQL_HISTORY_SET, "INSERT OR REPLACE INTO tq_history (head, t, ledger_hash, pos) VALUES (?1, ?2, ?3, ?4)") \
    X(SQL_HISTORY, "SELECT t, ledger_hash FROM tq_history WHERE head = ?1") \
    X(SQL_DEVICE, "SELECT unit, letter, incarnation, sign_key, revoked_at IS NOT NULL, former," \
        " max(incarnation, coalesce((SELECT max(i.incarnation) FROM tq_incarnation i WHERE i.device = ?1), 0)), renew_asked, former_keys, next_sign_key FROM tq_device WHERE device = ?1") \
    X(SQL_CHAIN, "SELECT parent_incarnation, parent_seq, parent_hash, head_seq, head_hash, e_last, parent_device FROM tq_chain WHERE device = ?1 AND incarnation = ?2") \
    X(SQL_CHAIN_SET, "INSERT INTO tq_chain (device, incarnation, parent_incarnation, parent_seq, parent_hash, head_seq, head_hash, e_last, parent_device) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)" \
        " ON CONFLICT (device, incarnation) DO UPDATE SET parent_incarnation = excluded.parent_incarnation, parent_seq = excluded.parent_seq, parent_hash = excluded.parent_hash," \
        " head_seq = excluded.head_seq, head_hash = excluded.head_hash, e_last = excluded.e_last, parent_device = excluded.parent_device") \
    X(SQL_FORK_FIND, "SELECT i.incarnation, i.letter, i.fork, i.lost FROM tq_incarnation i JOIN tq_chain c ON c.device = i.device AND c.incarnation = i.incarnation" \
        " WHERE i.device = ?1 AND i.fork <> 0 AND c.head_seq = 0 AND i.head_incarnation = ?2 AND i.head_seq = ?3 AND i.head_hash = ?4" \
        " AND c.parent_incarnation = ?5 AND c.parent_seq = ?6 AND c.parent_hash = ?7 ORDER BY i.incarnation DESC LIMIT 1") \
    X(SQL_FORK_UNUSED, "SELECT count(*) FROM tq_incarnation i JOIN tq_chain c ON c.device = i.device AND c.incarnation = i.incarnation" \
        " WHERE i.device = ?1 AND i.fork <> 0 AND c.head_seq = 0") \
    X(SQL_FORK_LOST, "SELECT coalesce(sum(nchanges), 0) FROM tq_ledger WHERE device = ?1 AND incarnation = ?2 AND seq > ?3") \
    X(SQL_FORK_NEXT, "SELECT max(?2, (SELECT incarnation FROM tq_device WHERE device = ?1), coalesce((SELECT max(incarnation) FROM tq_incarnation WHERE device = ?1), 0)) + 1") \
    X(SQL_FORK_ADD, "INSERT INTO tq_incarnation (device, incarnation, unit, letter, given_at, why, fork, head_incarnation, head_seq, head_hash, lost, place)" \
        " VALUES (?1, ?2, (SELECT unit FROM tq_device WHERE device = ?1), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)") \
    X(SQL_FORK_UNIT, "SELECT unit FROM tq_device WHERE device = ?1") \
    X(SQL_PLACE_SET, "UPDATE tq_incarnation SET place = ?3, heard_at = ?4 WHERE device = ?1 AND incarnation = ?2") \
    X(SQL_PLACE, "SELECT place FROM tq_incarnation WHERE device = ?1 AND incarnation = ?2") \
    X(SQL_LEDGER_ADD, "INSERT INTO tq_ledger (pos, device, incarnation, seq, district, prev, hash, signature, first_seq, nchanges, ta, offset_ms, e0, e_last, merged_at, payload)" \
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)") \
    X(SQL_LEDGER_SETTLE, "UPDATE tq_ledger SET merged_at = ?2 WHERE n = ?1") \
    X(SQL_LEDGER_BY_N, "SELECT n, device, incarnation, seq, district, prev, hash, signature, first_seq, nchanges, ta, offset_ms, e0, e_last, merged_at, payload FROM tq_ledger WHERE n = ?1") \
    X(SQL_LEDGER_FIND, "SELECT n, device, incarnation, seq, district, prev, hash, signature, first_seq, nchanges, ta, offset_ms, e0, e_last, merged_at, payload FROM tq_ledger" \
        " WHERE device = ?1 AND incarnation = ?2 AND seq = ?3") \
    X(SQL_LEDGER_BY_SEQ, "SELECT n, device, incarnation, seq, district, prev, hash, signature, first_seq, nchanges, ta, offset_ms, e0, e_last, merged_at, payload FROM tq_ledger" \
        " WHERE first_seq <= ?1 AND nchanges > 0 ORDER BY first_seq DESC LIMIT 1") \
    X(SQL_ORIGIN_SET, "INSERT INTO tq_origin (seq, set_n, place) VALUES (?1, ?2, ?3)") \
    X(SQL_ORIGIN, "SELECT set_n, place FROM tq_origin WHERE seq = ?1") \
    X(SQL_ORIGIN_FIND, "SELECT max(seq) FROM tq_origin WHERE set_n = ?1 AND place = ?2") \
    X(SQL_REFILL_ADD, "INSERT INTO tq_refill (set_n, lost_first, lost_merged_at) VALUES (?1, ?2, ?3)") \
    X(SQL_REFILL_SUM, "SELECT count(*), coalesce(min(l.ta), 0), coalesce(max(l.ta), 0), (SELECT count(*) FROM tq_held WHERE kind = 6)" \
        " FROM tq_refill r JOIN tq_ledger l ON l.n = r.set_n") \
    X(SQL_REFILL, "SELECT lost_first, lost_merged_at FROM tq_refill WHERE set_n = ?1") \
    X(SQL_LOST_ADD, "INSERT INTO tq_lost (first_seq, count, lost) VALUES (?1, ?2, ?3)") \
    X(SQL_LOST, "SELECT first_seq, count, lost FROM tq_lost WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1") \
    X(SQL_HISTORY_FLOOR, "SELECT coalesce(max(head), 0) FROM tq_history WHERE head <= ?1") \
    X(SQL_HELD_ADD, "INSERT INTO tq_held (kind, reason, fault_column, set_n, place, e, wait_tbl, wait_key, tbl, key, cell) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)") \
    X(SQL_HELD_SET, "UPDATE tq_held SET kind = ?1, reason = ?2, fault_column = ?3, set_n = ?4, place = ?5, e = ?6, wait_tbl = ?7, wait_key = ?8, tbl = ?9, key = ?10, cell = ?11 WHERE id = ?12") \
    X(SQL_HELD_DELETE, "DELETE FROM tq_held WHERE id = ?1") \
    X(SQL_HELD_ANY, "SELECT 1 FROM tq_held LIMIT 1") \
    X(SQL_HELD_WAITING, "SELECT id, kind, reason, fault_column, set_n, place, e, wait_tbl, wait_key, tbl, key, cell FROM tq_held WHERE wait_tbl = ?1 AND wait_key = ?2 ORDER BY id") \
    X(SQL_HELD_ABOUT, "SELECT id, kind, reason, fault_column, set_n, place, e, wait_tbl, wait_key, tbl, key, cell FROM tq_held WHERE tbl = ?1 AND key = ?2 ORDER BY id") \
    X(SQL_LOSER_ADD, "INSERT OR REPLACE INTO tq_loser (seq, cell, set_n, place, tbl, key, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
    X(SQL_LOSER_DELETE, "DELETE FROM tq_loser WHERE seq = ?1 AND cell = ?2") \
    X(SQL_LOSERS, "SELECT seq, cell, set_n, place, tbl, key, entry FROM tq_loser WHERE tbl = ?1 AND key = ?2 AND cell = ?3 ORDER BY seq") \
    X(SQL_INDEX_ADD, "INSERT INTO tq_index (owner, first_seq, last_seq, entries) VALUES (?1, ?2, ?3, ?4)") \
    X(SQL_INDEX_WALK, "SELECT n, first_seq, last_seq, entries FROM tq_index WHERE owner = ?1 AND last_seq > ?2 ORDER BY last_seq, n") \
    X(SQL_INDEX_DELETE, "DELETE FROM tq_index WHERE n = ?1") \
    X(SQL_RECEIPT_ADD, "INSERT INTO tq_receipt (pos, device, incarnation, seq, t, amending, merged_at, accepted, superseded, held, refused, requested, bytes)" \
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)") \
    X(SQL_RECEIPTS_OF, "SELECT bytes FROM tq_receipt WHERE device = ?1 AND incarnation = ?2 AND seq = ?3 ORDER BY t") \
    X(SQL_RECEIPTS_AMENDING, LINEAGE "SELECT bytes, (SELECT h.head FROM tq_history h WHERE h.pos >= r.pos ORDER BY h.pos, h.head LIMIT 1) FROM tq_receipt r WHERE device IN (SELECT device FROM f) AND amending = 1" \
        " AND pos > coalesce((SELECT pos FROM tq_history WHERE head <= ?2 ORDER BY head DESC LIMIT 1), 0)" \
        " AND pos <= coalesce((SELECT pos FROM tq_history WHERE head <= ?3 ORDER BY head DESC LIMIT 1), 0) ORDER BY pos") \
    X(SQL_DIGEST, "SELECT rows, sum FROM tq_digest WHERE tbl = ?1 AND owner = ?2") \
    X(SQL_DIGEST_SET, "INSERT INTO tq_digest (tbl, owner, rows, sum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (tbl, owner) DO UPDATE SET rows = excluded.rows, sum = excluded.sum") \
    X(SQL_LOCKED_PERIOD, "SELECT 1 FROM period WHERE period = ?1 AND state = 'locked'") \
    X(SQL_LOCKED_DATE, "SELECT 1 FROM period WHERE period >= 'ADMIN/' AND period < 'ADMIN0' AND state = 'locked' AND starts_on <= ?1 AND ends_on >= ?1" \
        " AND (period GLOB 'ADMIN/[0-9][0-9][0-9][0-9]-Q[1-4]' OR period GLOB 'ADMIN/[0-9][0-9][0-9][0-9]-[0-1][0-9]') LIMIT 1") \
    X(SQL_UNIT_SCOPE, "WITH RECURSIVE s(unit) AS (SELECT ?1 UNION SELECT x.old_unit FROM s JOIN unit_successor x ON x.new_unit = s.unit" \
        " JOIN unit o ON o.unit = x.old_unit WHERE x.voided_at IS NULL AND o.valid_to IS NOT NULL AND o.voided_at IS NULL)" \
        " SELECT unit FROM s WHERE unit <> ?1 ORDER BY unit") \
    X(SQL_UNIT_CLOSED, "SELECT tq_meta FROM unit WHERE unit = ?1 AND valid_to IS NOT NULL") \
    X(SQL_UNIT_OPEN, "SELECT 1 FROM unit WHERE unit = ?1 AND (valid_to IS NULL OR valid_to >= ?2) AND voided_at IS NULL" \
      " AND coalesce(type, '') NOT IN ('village', 'residential_group')") \
    X(SQL_IDENTITY, "SELECT district, name, sign_key, created_at FROM tq_district WHERE id = 1") \
    X(SQL_IDENTITY_SET, "INSERT INTO tq_district (id, district, name, ledger_hash, sign_key, created_at) VALUES (1, ?1, ?2, zeroblob(32), ?3, ?4)") \
    X(SQL_IDENTITY_DEVICE, "INSERT INTO tq_device (device, unit, letter, incarnation, sign_key, enrolled_at) VALUES (0, '', '', 1, ?1, ?2)") \
    X(SQL_STARTED, "UPDATE tq_district SET started_at = ?1 WHERE id = 1") \
    X(SQL_BACKED_UP, "SELECT backed_up FROM tq_district WHERE id = 1") \
    X(SQL_BACKED_UP_SET, "UPDATE tq_district SET backed_up = ?1 WHERE id = 1") \
    X(SQL_INVITE, "INSERT INTO tq_invitation (token_hash, curve_key, unit, made_at, expires_at, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
    X(SQL_INVITATION, "SELECT curve_key, unit, expires_at, used_device, used_curve_key, used_sign_key FROM tq_invitation WHERE token_hash = ?1") \
    X(SQL_INVITATION_USE, "UPDATE tq_invitation SET used_at = ?2, used_device = ?3, used_curve_key = ?4, used_sign_key = ?5 WHERE token_hash = ?1") \
    X(SQL_INVITATIONS_VOID, "UPDATE tq_invitation SET expires_at = ?1 WHERE used_device IS NULL AND expires_at > ?1") \
    X(SQL_GUESTS, "SELECT DISTINCT curve_key FROM tq_invitation WHERE expires_at > ?1") \
    X(SQL_DEVICE_NEXT, "SELECT max(max(device) + 1, coalesce((SELECT device_floor FROM tq_district), 1)) FROM tq_device") \
    X(SQL_DEVICE_ADD, "INSERT INTO tq_device (device, unit, letter, incarnation, curve_key, sign_key, machine, enrolled_at, certificate, keys_since, former_keys) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8, ?10)") \
    X(SQL_DEVICE_REVOKE, "UPDATE tq_device SET revoked_at = ?2, revoked_why = ?3 WHERE device = ?1 AND device <> 0 AND revoked_at IS NULL") \
    X(SQL_DEVICE_REVOKED, "SELECT revoked_at FROM tq_device WHERE device = ?1 AND device <> 0 AND revoked_at IS NOT NULL") \
    X(SQL_DEVICE_CERTIFICATE, "SELECT certificate, former_keys FROM tq_device WHERE device = ?1") \
    X(SQL_DEVICE_HEARD, "UPDATE tq_device SET last_heard_at = ?2, offset_ms = ?3, schema = ?4, software = ?5," \
        " equal_at = CASE WHEN ?6 > coalesce(equal_as_of, 0) THEN max(coalesce(equal_at, 0), coalesce(last_heard_at, 0), coalesce(last_confirmed_at, 0)) ELSE equal_at END, equal_as_of = max(coalesce(equal_as_of, 0), ?6) WHERE device = ?1") \
    X(SQL_DEVICE_CONFIRMED, "UPDATE tq_device SET last_confirmed_at = ?2, cursor = ?3 WHERE device = ?1") \
    X(SQL_DEVICE_EQUAL, "UPDATE tq_device SET equal_at = ?2, equal_as_of = ?3, equal_read_every_row = ?4, waiting = ?5 WHERE device = ?1") \
    X(SQL_DEVICE_CALLED, "SELECT machine FROM tq_device WHERE device = ?1 AND device <> 0 AND machine <> '' AND machine IS NOT ?2") \
    X(SQL_DEVICE_NAME, "UPDATE tq_device SET machine = ?2 WHERE device = ?1 AND device <> 0 AND machine IS NOT ?2") \
    X(SQL_DEVICE_FORMER, "UPDATE tq_device SET former = ?2 WHERE device = ?1") \
    X(SQL_MAY_FOLLOW, "SELECT (SELECT unit FROM tq_device WHERE device = ?2) IN (WITH RECURSIVE s(unit) AS (SELECT ?1 UNION SELECT x.old_unit FROM s" \
        " JOIN unit_successor x ON x.new_unit = s.unit WHERE x.voided_at IS NULL) SELECT unit FROM s)") \
    X(SQL_CHAIN_NEXT, "SELECT coalesce(min(incarnation), 0) FROM tq_chain WHERE device = ?1 AND incarnation > ?2") \
    X(SQL_CHAIN_DEVICE, LINEAGE "SELECT f.device FROM f JOIN tq_chain c ON c.device = f.device AND c.incarnation = ?2 ORDER BY f.depth LIMIT 1") \
    X(SQL_LETTERS, "SELECT coalesce((SELECT letter_floor FROM tq_district), 0), (SELECT letter FROM tq_incarnation WHERE unit = ?1 ORDER BY length(letter) DESC, letter DESC LIMIT 1)") \
    X(SQL_INCARNATION_NEXT, "SELECT coalesce(max(incarnation), 0) + 1 FROM tq_incarnation WHERE device = ?1") \
    X(SQL_INCARNATION_ADD, "INSERT INTO tq_incarnation (device, incarnation, unit, letter, given_at, why, fork) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
    X(SQL_MACHINES, "SELECT device, coalesce((SELECT i.letter FROM tq_incarnation i WHERE i.device = tq_device.device ORDER BY i.incarnation DESC LIMIT 1), letter)," \
        " machine, enrolled_at FROM tq_device WHERE unit = ?1 AND device <> ?2 AND device <> 0 ORDER BY device DESC LIMIT ?3") \
    X(SQL_DEVICES, "SELECT device, unit, letter, incarnation, curve_key, sign_key, machine, enrolled_at, revoked_at, last_heard_at, last_confirmed_at, offset_ms, software, schema," \
        " waiting, cursor, equal_as_of, equal_at, equal_read_every_row,"\
        " (SELECT i.fork FROM tq_incarnation i WHERE i.device = tq_device.device AND i.fork <> 0 ORDER BY i.incarnation DESC LIMIT 1),"\
        " (SELECT i.given_at FROM tq_incarnation i WHERE i.device = tq_device.device AND i.fork <> 0 ORDER BY i.incarnation DESC LIMIT 1),"\
        " coalesce((SELECT i.letter FROM tq_incarnation i WHERE i.device = tq_device.device ORDER BY i.incarnation DESC LIMIT 1), letter), readmitted_at, keys_since, renew_asked, next_curve_key, next_at FROM tq_device WHERE (?1 < 0 OR device = ?1) ORDER BY device") \
    X(SQL_SESSION_ADD, "INSERT INTO tq_session_log (at_ms, device, bytes_in, bytes_out, sets, rows_in, rows_out, round_trips, took_ms, outcome, detail)" \
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)") \
    X(SQL_BOARD, "SELECT u.unit, u.code, coalesce(u.name, u.code), count(d.device), max(d.last_heard_at), max(d.last_confirmed_at)," \
        " coalesce((SELECT o.offset_ms FROM tq_device o WHERE o.unit = u.unit AND o.revoked_at IS NULL ORDER BY abs(o.offset_ms) DESC LIMIT 1), 0)," \
        " (SELECT s.software FROM tq_device s WHERE s.unit = u.unit ORDER BY s.last_heard_at DESC LIMIT 1), min(d.schema), max(d.equal_as_of), total(d.waiting)," \
        " (SELECT count(*) FROM held_row h WHERE h.unit = u.unit AND h.state = 'open')," \
        " (SELECT total(r.refused) FROM tq_receipt r JOIN tq_device x ON x.device = r.device WHERE x.unit = u.unit AND r.t >= ?4)," \
        " (SELECT count(*) FROM conflict c WHERE c.unit = u.unit AND c.state = 'open')," \
        " (SELECT count(*) FROM correction_request q WHERE q.unit = u.unit AND q.state = 'asked')," \
        " p.unit IS NOT NULL, p.state, p.receipt_state, p.submitted_at, p.received_at, p.late_days" \
        " FROM unit u LEFT JOIN tq_device d ON d.unit = u.unit AND d.revoked_at IS NULL" \
        " LEFT JOIN report p ON p.unit = u.unit AND p.period = ?2 AND p.type = ?3 AND p.voided_at IS NULL" \
        " WHERE u.level = 3 AND (u.valid_from IS NULL OR u.valid_from <= ?5) AND (u.valid_to IS NULL OR u.valid_to >= ?5)" \
        " AND u.voided_at IS NULL AND iif(?1 = '', " OWN_UNIT("u") ", u.parent = ?1) GROUP BY u.unit ORDER BY u.unit") \
    X(SQL_OPEN_HELD, "SELECT id, unit, table_name, row_key, cell, held_values, NULL, author, NULL, device, 0, written_at, 0, reason, detail FROM held_row" \
        " WHERE state = 'open' AND (?1 = '' OR unit = ?1) ORDER BY id") \
    X(SQL_OPEN_CONFLICTS, "SELECT id, unit, table_name, row_key, cell, kept_values, other_values, kept_author, other_author, kept_device, other_device, kept_at, other_at, reason, NULL" \
        " FROM conflict WHERE state = 'open' AND (?1 = '' OR unit = ?1) ORDER BY id") \
    X(SQL_CLOSED_CONFLICTS, "SELECT id, unit, table_name, row_key, cell, kept_values, other_values, decided_by, other_author, kept_device, other_device, decided_at, other_at, decision, NULL" \
        " FROM conflict WHERE state = 'decided' AND (?1 = '' OR unit = ?1) ORDER BY coalesce(decided_at, kept_at, other_at) DESC, id LIMIT ?2") \
    X(SQL_OPEN_REQUESTS, "SELECT id, unit, table_name, row_key, cell, new_values, old_values, author, NULL, device, 0, written_at, 0, lock_on, reason FROM correction_request" \
        " WHERE state = 'asked' AND (?1 = '' OR unit = ?1) ORDER BY id") \
    X(SQL_OPEN_NEIGHBOURS, "SELECT id, unit, table_name, row_key, cell, NULL, NULL, author, NULL, device, 0, written_at, 0, lock_on, reason FROM correction_request" \
        " WHERE state = 'asked' AND device = 0 AND author = ?1 AND lock_on IS NOT NULL ORDER BY id LIMIT ?2") \
    X(SQL_REFUSED_NEIGHBOURS, "SELECT id, unit, table_name, row_key, cell, new_values, old_values, author, NULL, device, 0, written_at, 0, lock_on, reason FROM correction_request" \
        " WHERE state = 'refused' AND device = 0 AND decided_at IS NOT NULL AND (?1 = '' OR unit = ?1) ORDER BY id") \
    X(SQL_LEDGER_WALK, "SELECT n, device, incarnation, seq, district, prev, hash, signature, first_seq, nchanges, ta, offset_ms, e0, e_last, merged_at, payload, pos FROM tq_ledger" \
        " WHERE n > ?1 ORDER BY n LIMIT 1") \
    X(SQL_LEDGER_BACK, "SELECT l.n, l.device, l.incarnation, l.seq, l.district, l.prev, l.hash, l.signature, l.first_seq, l.nchanges, l.ta, l.offset_ms, l.e0, l.e_last, l.merged_at," \
        " l.payload, coalesce(d.unit, '') FROM tq_ledger l LEFT JOIN tq_device d ON d.device = l.device WHERE l.n <= ?1 AND l.n > ?10 AND (?2 = '' OR d.unit = ?2 OR l.device = 0)" \
        " AND l.ta >= ?3 AND l.ta < ?4 AND (?9 OR EXISTS (SELECT 1 FROM tq_receipt r WHERE r.device = l.device AND r.incarnation = l.incarnation AND r.seq = l.seq" \
        " AND (?5 AND r.superseded > 0 OR ?6 AND r.held > 0 OR ?7 AND r.refused > 0 OR ?8 AND r.requested > 0))) ORDER BY l.n DESC LIMIT 1") \
    X(SQL_RECEIPTS_BACK, "SELECT r.pos, r.device, coalesce(d.unit, ''), coalesce(d.machine, ''), r.seq, r.t, r.amending, r.accepted, r.superseded, r.held, r.refused, r.requested, l.hash" \
        " FROM tq_receipt r LEFT JOIN tq_device d ON d.device = r.device LEFT JOIN tq_ledger l ON l.device = r.device AND l.incarnation = r.incarnation AND l.seq = r.seq" \
        " WHERE r.pos < ?1 AND (?2 = '' OR d.unit = ?2) ORDER BY r.pos DESC LIMIT ?3") \
    X(SQL_RECEIPT_WALK, "SELECT pos, device, incarnation, seq, t, amending, merged_at, accepted, superseded, held, refused, requested, bytes FROM tq_receipt WHERE pos > ?1 ORDER BY pos LIMIT 1") \
    X(SQL_HISTORY_WALK, "SELECT head, t, ledger_hash, pos FROM tq_history ORDER BY head") \
    X(SQL_CHAIN_WALK, "SELECT device, incarnation FROM tq_chain") \
    X(SQL_ORIGIN_WALK, "SELECT seq, set_n, place FROM tq_origin") \
    X(SQL_OWNERS, "SELECT DISTINCT owner FROM tq_index") \
    X(SQL_DIGEST_SCHEMA, "SELECT digest_schema FROM tq_district WHERE id = 1") \
    X(SQL_DIGEST_SCHEMA_SET, "UPDATE tq_district SET digest_schema = ?1 WHERE id = 1") \
    X(SQL_DIGEST_DROP, "DELETE FROM tq_digest WHERE tbl = ?1") \
    X(SQL_DIGEST_WALK, "SELECT owner, rows, sum FROM tq_digest WHERE tbl = ?1") \
    X(SQL_PROPOSAL_WALK, "SELECT id, hash, cells FROM tq_proposal") \
    X(SQL_SCHEMA_WALK, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'") \
    X(SQL_SCHEMA_OF, "SELECT sql FROM sqlite_master WHERE name = ?1") \
    X(SQL_HELD_WALK, "SELECT id, set_n, place, tbl, key FROM tq_held") \
    X(SQL_LOSER_WALK, "SELECT seq, set_n, place, tbl, key, cell, entry FROM tq_loser") \
    X(SQL_OFFERED_WALK, "SELECT device FROM tq_device WHERE next_curve_key IS NOT NULL OR next_sign_key IS NOT NULL OR next_certificate IS NOT NULL") \
    X(SQL_LOST_WRONG, "SELECT cast(t.first_seq AS TEXT) FROM tq_lost t WHERE NOT EXISTS (SELECT 1 FROM tq_ledger l JOIN tq_refill r ON r.set_n = l.n" \
        " WHERE l.n = (SELECT n FROM tq_ledger WHERE first_seq <= t.first_seq ORDER BY first_seq DESC, n DESC LIMIT 1) AND t.first_seq + t.count <= l.first_seq + l.nchanges" \
        " AND (t.lost = r.lost_merged_at OR EXISTS (SELECT 1 FROM tq_receipt c WHERE c.device = l.device AND c.incarnation = l.incarnation AND c.seq = l.seq AND c.merged_at = t.lost)))" \
        " AND NOT (t.count = 1 AND EXISTS (SELECT 1 FROM tq_origin o WHERE o.seq = t.first_seq))" \
        " UNION ALL SELECT cast(l.first_seq AS TEXT) FROM tq_refill r JOIN tq_ledger l ON l.n = r.set_n WHERE l.nchanges <> (SELECT coalesce(sum(t.count), 0) FROM tq_lost t" \
        " WHERE t.first_seq >= l.first_seq AND t.first_seq < l.first_seq + l.nchanges)") \
    X(SQL_REVOKED_WRONG, "SELECT cast(d.device AS TEXT) FROM tq_device d LEFT JOIN tq_revoked r ON r.curve_key = d.curve_key" \
        " WHERE d.curve_key IS NOT NULL AND d.revoked_at IS NOT r.revoked_at") \
    X(SQL_STAMPED_WALK, "SELECT device FROM tq_device WHERE length(certificate) > 0") \
    X(SQL_FOUNDED_AS, "SELECT d.name FROM tq_district d WHERE EXISTS (SELECT 1 FROM tq_audit WHERE what = 'init') AND NOT EXISTS" \
        " (SELECT 1 FROM tq_audit WHERE what = 'init' AND about = d.name AND detail = cast(d.created_at AS TEXT))") \
    X(SQL_UNITS_UNKNOWN, "SELECT i.unit FROM tq_invitation i WHERE i.used_at IS NULL AND EXISTS (SELECT 1 FROM unit)" \
        " AND i.unit NOT IN (SELECT unit FROM unit) UNION ALL SELECT i.unit FROM tq_invitation i JOIN tq_device d ON d.device = i.used_device" \
        " WHERE i.unit <> d.unit UNION ALL SELECT i.unit FROM tq_incarnation i JOIN tq_device d ON d.device = i.device WHERE i.unit <> d.unit") \
    X(SQL_COUNTERS_WRONG, "SELECT name FROM sqlite_sequence WHERE name NOT IN (SELECT name FROM sqlite_master WHERE type = 'table')") \
    X(SQL_KEYS, "SELECT former_keys, next_curve_key, next_sign_key, next_at, next_certificate FROM tq_device WHERE device = ?1") \
    X(SQL_KEY_TAKEN, "SELECT 1 FROM tq_device WHERE (curve_key = ?1 OR next_curve_key = ?1) AND device <> ?2 UNION ALL SELECT 1 FROM tq_revoked WHERE curve_key = ?1") \
    X(SQL_KEYS_OFFER, "UPDATE tq_device SET next_curve_key = ?2, next_sign_key = ?3, next_at = ?4, next_certificate = ?5 WHERE device = ?1") \
    X(SQL_KEYS_USED, "UPDATE tq_device SET former_keys = ?2, keys_since = ?3, curve_key = next_curve_key, sign_key = next_sign_key, certificate = next_certificate," \
        " next_curve_key = NULL, next_sign_key = NULL, next_certificate = NULL, next_at = 0, renew_asked = 0 WHERE device = ?1 AND next_curve_key IS NOT NULL") \
    X(SQL_KEYS_REPLACE, "UPDATE tq_device SET curve_key = ?2, sign_key = ?3, former_keys = ?4, keys_since = ?5, certificate = ?6, incarnation = ?7, letter = ?8," \
        " next_curve_key = NULL, next_sign_key = NULL, next_certificate = NULL, next_at = 0 WHERE device = ?1") \
    X(SQL_KEYS_ASK, "UPDATE tq_device SET renew_asked = ?2 WHERE device = ?1 AND device <> 0 AND revoked_at IS NULL") \
    X(SQL_READMISSION, "SELECT readmit_until, (SELECT count(*) FROM tq_device WHERE readmitted_at IS NOT NULL) FROM tq_district WHERE id = 1") \
    X(SQL_READMISSION_SET, "UPDATE tq_district SET letter_floor = letter_floor + CASE WHEN ?1 > 1 AND readmit_until <= ?2 THEN 26 ELSE 0 END," \
        " device_floor = CASE WHEN ?1 > 1 THEN max(device_floor, ?3) ELSE device_floor END, readmit_until = ?1 WHERE id = 1") \
    X(SQL_READMITTED, "UPDATE tq_device SET readmitted_at = ?2, enrolled_at = ?3 WHERE device = ?1") \
    X(SQL_REVOKED_ADD, "INSERT OR IGNORE INTO tq_revoked (curve_key, device, revoked_at) VALUES (?1, ?2, ?3)") \
    X(SQL_REVOKED_OF, "INSERT OR IGNORE INTO tq_revoked (curve_key, device, revoked_at) SELECT curve_key, device, revoked_at FROM tq_device WHERE device = ?1 AND curve_key IS NOT NULL" \
        " UNION ALL SELECT next_curve_key, device, revoked_at FROM tq_device WHERE device = ?1 AND next_curve_key IS NOT NULL") \
    X(SQL_REVOKED_APPLY, "UPDATE tq_device SET revoked_at = (SELECT min(r.revoked_at) FROM tq_revoked r WHERE r.curve_key IN (tq_device.curve_key, tq_device.next_curve_key))," \
        " revoked_why = ?1 WHERE device <> 0 AND revoked_at IS NULL AND EXISTS (SELECT 1 FROM tq_revoked r WHERE r.curve_key IN (tq_device.curve_key, tq_device.next_curve_key))") \
    X(SQL_REVOKED_FILL, "INSERT OR IGNORE INTO tq_revoked (curve_key, device, revoked_at) SELECT curve_key, device, revoked_at FROM tq_device" \
        " WHERE device <> 0 AND revoked_at IS NOT NULL AND curve_key IS NOT NULL UNION ALL" \
        " SELECT next_curve_key, device, revoked_at FROM tq_device WHERE device <> 0 AND revoked_at IS NOT NULL AND next_curve_key IS NOT NULL") \
    X(SQL_REVOKED_HAS, "SELECT device FROM tq_revoked WHERE curve_key = ?1") \
    X(SQL_REVOKED_WALK, "SELECT curve_key, device, revoked_at FROM tq_revoked ORDER BY revoked_at, curve_key") \
    X(SQL_LETTER_NOTE, "INSERT OR IGNORE INTO tq_incarnation (device, incarnation, unit, letter, given_at, why) VALUES (?1, ?2, ?3, ?4, ?5, 'readmitted')") \
    X(SQL_WAS_REBUILT, "SELECT readmit_until <> 0 FROM tq_district WHERE id = 1") \
    X(SQL_PROPOSAL_ROOM, "SELECT (SELECT count(*) FROM tq_proposal_by WHERE device = ?1), (SELECT count(*) FROM tq_proposal), (SELECT coalesce(sum(length(cells)), 0) FROM tq_proposal)") \
    X(SQL_PROPOSAL_FIND, "SELECT id, state FROM tq_proposal WHERE tbl = ?1 AND key = ?2 AND hash = ?3") \
    X(SQL_PROPOSAL_ADD, "INSERT INTO tq_proposal (tbl, key, hash, cells, first_at) VALUES (?1, ?2, ?3, ?4, ?5)") \
    X(SQL_PROPOSAL_BY, "INSERT INTO tq_proposal_by (device, proposal, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT (device, proposal) DO NOTHING") \
    X(SQL_PROPOSAL_BEFORE, "DELETE FROM tq_proposal_by WHERE device = ?1 AND proposal IN (SELECT id FROM tq_proposal WHERE tbl = ?2 AND key = ?3 AND hash <> ?4)") \
    X(SQL_PROPOSAL_ALONE, "DELETE FROM tq_proposal WHERE tbl = ?1 AND key = ?2 AND state = 0 AND id NOT IN (SELECT proposal FROM tq_proposal_by)") \
    X(SQL_PROPOSALS, "SELECT p.id, p.tbl, p.key, p.cells, p.first_at, count(DISTINCT d.unit), group_concat(DISTINCT coalesce((SELECT u.name FROM unit u WHERE u.unit = d.unit), d.unit))" \
        " FROM tq_proposal p JOIN tq_proposal_by b ON b.proposal = p.id JOIN tq_device d ON d.device = b.device AND d.revoked_at IS NULL" \
        " WHERE p.state = 0 GROUP BY p.id ORDER BY p.tbl, p.key, p.id") \
    X(SQL_PROPOSALS_OPEN, "SELECT count(*) FROM tq_proposal WHERE state = 0") \
    X(SQL_PROPOSAL_UNITS, "SELECT count(DISTINCT unit) FROM tq_device WHERE device <> 0 AND revoked_at IS NULL") \
    X(SQL_PROPOSALS_OF, "SELECT id, tbl, key, cells, first_at FROM tq_proposal WHERE state = 0 AND tbl = ?1 AND id > ?2 ORDER BY id") \
    X(SQL_PROPOSAL_HOLDERS, "SELECT b.device FROM tq_proposal_by b JOIN tq_device d ON d.device = b.device WHERE b.proposal = ?1 AND b.device > ?2 AND d.revoked_at IS NULL ORDER BY b.device LIMIT 1") \
    X(SQL_RANKING_VERSIONS, "SELECT version, sheet FROM ranking WHERE period = ?1 AND state = 'published' AND voided_at IS NULL AND version <> ?2 ORDER BY version, sheet") \
    X(SQL_PROPOSALS_HELD, "SELECT p.id, p.tbl, p.key, p.cells, p.first_at FROM tq_proposal p JOIN tq_proposal_by b ON b.proposal = p.id" \
        " WHERE b.device = ?1 AND p.state = 0 AND p.tbl = ?2 ORDER BY p.key") \
    X(SQL_PROPOSAL_DROP, "DELETE FROM tq_proposal WHERE id = ?1") \
    X(SQL_PROPOSAL_DROP_BY, "DELETE FROM tq_proposal_by WHERE proposal = ?1") \
    X(SQL_PROPOSAL_REFUSE, "UPDATE tq_proposal SET state = 1, decided_at = ?2, decided_by = ?3 WHERE id = ?1 AND state = 0") \
    X(SQL_AUDIT_ADD, "INSERT INTO tq_audit (id, at_ms, who, what, about, detail, hash) SELECT n, ?1, ?2, ?3, ?4, ?5, tq_trail(was, n, ?1, ?2, ?3, ?4, ?5)" \
        " FROM (SELECT coalesce(max(id), 0) + 1 AS n, (SELECT hash FROM tq_audit ORDER BY id DESC LIMIT 1) AS was FROM tq_audit)") \
    X(SQL_AUDIT_BROKEN, "SELECT id FROM (SELECT id, hash, lag(hash) OVER w AS was, tq_trail(lag(hash) OVER w, id, at_ms, who, what, about, detail) AS made" \
        " FROM tq_audit WINDOW w AS (ORDER BY id)) WHERE hash IS NOT made AND (hash IS NOT NULL OR was IS NOT NULL) ORDER BY id LIMIT 1") \
    X(SQL_AUDIT_END, "SELECT 1 FROM tq_district WHERE audit_hash IS NOT (SELECT hash FROM tq_audit ORDER BY id DESC LIMIT 1)") \
    X(SQL_AUDIT_LIST, "SELECT id, at_ms, who, what, about, detail FROM tq_audit WHERE id < ?2 AND (?3 = '' OR what = ?3) ORDER BY id DESC LIMIT ?1") \
    X(SQL_LINKS, "SELECT l.id, l.name, l.sync_address, l.guest_address, l.invited_at, l.accepted_at, l.heard_at, l.tried_at, l.problem, l.ended_at, l.ended_why, l.receipts," \
        " coalesce(a.text, x''), coalesce(a.side, 0), coalesce(a.agreed_at, 0)," \
        " iif(?2, (SELECT count(*) FROM tq_liaison_row r WHERE r.link = l.id AND r.incoming = 0), 0), iif(?2, (SELECT count(*) FROM tq_liaison_row r WHERE r.link = l.id AND r.incoming = 1), 0)," \
        " iif(?2, (SELECT count(*) FROM tq_liaison_row r WHERE r.link = l.id AND r.frozen_at <> 0), 0), iif(?2, (SELECT count(*) FROM tq_liaison_journal j WHERE j.link = l.id AND j.code <> '' AND j.tbl <> 0), 0)" \
        " FROM tq_liaison l LEFT JOIN tq_liaison_agreement a ON a.id = (SELECT max(id) FROM tq_liaison_agreement WHERE link = l.id) ORDER BY l.id LIMIT ?1") \
    X(SQL_LINK_ADD, "INSERT INTO tq_liaison (name, made_at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING") \
    X(SQL_LINK_INVITED, "UPDATE tq_liaison SET invited_at = ?2, sync_address = ?3, guest_address = ?4 WHERE id = ?1") \
    X(SQL_LINK_ACCEPTED, "UPDATE tq_liaison SET accepted_at = ?2 WHERE id = ?1") \
    X(SQL_LINK_HEARD, "UPDATE tq_liaison SET heard_at = ?2, tried_at = ?2, problem = '' WHERE id = ?1") \
    X(SQL_LINK_FAILED, "UPDATE tq_liaison SET tried_at = ?2, problem = ?3 WHERE id = ?1") \
    X(SQL_LINK_SEEN, "UPDATE tq_liaison SET receipts = ?2 WHERE id = ?1") \
    X(SQL_LINK_AGREE, "INSERT INTO tq_liaison_agreement (link, side, text, agreed_at, agreed_by) VALUES (?1, ?2, ?3, ?4, ?5)") \
    X(SQL_LINK_BEGIN, "UPDATE tq_liaison SET ended_at = 0, ended_why = '' WHERE id = ?1") \
    X(SQL_LINK_END, "UPDATE tq_liaison SET ended_at = ?2, ended_why = ?3 WHERE id = ?1") \
    X(SQL_LINK_FREEZE, "UPDATE tq_liaison_row SET frozen_at = ?2 WHERE link = ?1 AND incoming = 1 AND frozen_at = 0") \
    X(SQL_LINK_THAW, "UPDATE tq_liaison_row SET frozen_at = 0 WHERE link = ?1 AND frozen_at <> 0") \
    X(SQL_LINK_ROW, "SELECT link, incoming, frozen_at FROM tq_liaison_row WHERE tbl = ?1 AND key = ?2") \
    X(SQL_LINK_ROW_PUT, "INSERT INTO tq_liaison_row (tbl, key, link, incoming, first_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (tbl, key) DO UPDATE SET link = excluded.link, incoming = excluded.incoming, first_at = excluded.first_at WHERE link = 0") \
    X(SQL_LINK_EXCEPTION, "SELECT pos, bytes FROM tq_receipt WHERE pos > ?1 AND device <> 0 AND superseded + held + refused + requested > 0 ORDER BY pos LIMIT 1") \
    X(SQL_HEAD_PUT, "INSERT INTO tq_liaison_head (link, kind, seq, hash, signature, signer, known, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING") \
    X(SQL_HEAD_FORGET, "DELETE FROM tq_liaison_head WHERE link = 0") \
    X(SQL_HEAD_LAST, "SELECT link, seq, hash, signature, signer, known, at_ms FROM tq_liaison_head WHERE link = ?1 AND kind = ?2 ORDER BY at_ms DESC, seq DESC LIMIT 1") \
    X(SQL_HEAD_LIST, "SELECT link, seq, hash, signature, signer, known, at_ms FROM tq_liaison_head WHERE kind = ?1 ORDER BY seq, link") \
    X(SQL_HEAD_EXCUSE, "INSERT INTO tq_liaison_excuse (link, seq, hash, at_ms, who, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING") \
    X(SQL_HEAD_EXCUSED, "SELECT at_ms, who, why FROM tq_liaison_excuse WHERE link = ?1 AND seq = ?2 AND hash = ?3") \
    X(SQL_RESTORED_AT, "SELECT 1 FROM tq_audit WHERE what = 'restore' AND instr(detail, ' ') > 0 AND CAST(detail AS INTEGER) = ?1" \
        " AND CAST(substr(detail, instr(detail, ' ')) AS INTEGER) > ?2 LIMIT 1") \
    X(SQL_LOST_BY_RESTORE, "SELECT 1 FROM tq_audit WHERE what = 'restore' AND instr(detail, ' ') > 0 AND CAST(detail AS INTEGER) < ?1" \
        " AND ?1 < CAST(substr(detail, instr(detail, ' ') + 1) AS INTEGER) LIMIT 1") \
    X(SQL_WORD_PUT, "INSERT INTO tq_liaison_word (link, agreement, minutes, at_ms) VALUES (?1, ?2, ?3, ?4)" \
        " ON CONFLICT DO UPDATE SET agreement = excluded.agreement, minutes = excluded.minutes, at_ms = excluded.at_ms") \
    X(SQL_WORD, "SELECT agreement, minutes, at_ms FROM tq_liaison_word WHERE link = ?1") \
    X(SQL_MINUTES_PUT, "INSERT INTO tq_liaison_minutes (tbl, key, link, incoming, before, number, hash, signed_on, since_ms)" \
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET link = excluded.link, incoming = excluded.incoming," \
        " before = excluded.before, number = excluded.number, hash = excluded.hash, signed_on = excluded.signed_on") \
    X(SQL_MINUTES_DROP, "DELETE FROM tq_liaison_minutes WHERE tbl = ?1 AND key = ?2") \
    X(SQL_MINUTES_LIST, "SELECT tbl, key, link, incoming, before, number, hash, signed_on, since_ms FROM tq_liaison_minutes WHERE ?1 IN (0, link)" \
        " ORDER BY since_ms, tbl, key LIMIT ?2") \
    X(SQL_SIGNED, "SELECT answer, minutes FROM tq_liaison_signed WHERE tbl = ?1 AND key = ?2") \
    X(SQL_SIGNED_PUT, "INSERT INTO tq_liaison_signed (tbl, key, answer, minutes) VALUES (?1, ?2, ?3, ?4)" \
        " ON CONFLICT DO UPDATE SET answer = excluded.answer, minutes = excluded.minutes") \
    X(SQL_PARCEL_PUT, "INSERT INTO tq_parcel (link, way, serial, code, signer, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING") \
    X(SQL_PARCEL_LAST, "SELECT link, serial, code, signer, at_ms FROM tq_parcel WHERE link = ?1 AND way = ?2 ORDER BY serial DESC LIMIT 1") \
    X(SQL_PARCEL_CODE, "SELECT link, serial, code, signer, at_ms FROM tq_parcel WHERE code = ?1 AND way = ?2 LIMIT 1") \
    X(SQL_PARCEL_SIGNER, "SELECT link, serial, code, signer, at_ms FROM tq_parcel WHERE signer = ?1 AND way = ?2 LIMIT 1") \
    X(SQL_JOURNAL_ADD, "INSERT INTO tq_liaison_journal (id, link, at_ms, way, tbl, key, agreement, article, code, detail, hash, chain) SELECT n, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10" \
        ", tq_trail(was, n, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)" \
        " FROM (SELECT coalesce(max(id), 0) + 1 AS n, (SELECT chain FROM tq_liaison_journal ORDER BY id DESC LIMIT 1) AS was FROM tq_liaison_journal)" \
        " WHERE NOT EXISTS (SELECT 1 FROM tq_liaison_journal j WHERE j.id = (SELECT max(id) FROM tq_liaison_journal WHERE link = ?1 AND way = ?3 AND tbl = ?4 AND key = ?5 AND (?8 = '' OR code IN ('', ?8)))" \
        " AND j.code = ?8 AND j.hash = ?10)") \
    X(SQL_JOURNAL_BROKEN, "SELECT id FROM (SELECT id, chain, lag(chain) OVER w AS was, tq_trail(lag(chain) OVER w, id, link, at_ms, way, tbl, key, agreement, article, code," \
        " detail, hash) AS made FROM tq_liaison_journal WINDOW w AS (ORDER BY id)) WHERE chain IS NOT made AND (chain IS NOT NULL OR was IS NOT NULL) ORDER BY id LIMIT 1") \
    X(SQL_JOURNAL_END, "SELECT 1 FROM tq_district WHERE journal_hash IS NOT (SELECT chain FROM tq_liaison_journal ORDER BY id DESC LIMIT 1)") \
    X(SQL_JOURNAL_LIST, "SELECT * FROM (SELECT id, link, at_ms, way, tbl, key, agreement, article, code, detail FROM tq_liaison_journal WHERE (?1 = 0 OR link = ?1)" \
        " AND id < ?2 AND at_ms >= ?3 AND at_ms < ?4 AND (?5 = '' OR way = ?5) AND (?6 = 0 OR tbl = ?6) AND (?7 = 0 OR code <> '') AND (?8 = '' OR code = ?8) ORDER BY id DESC LIMIT ?9) ORDER BY id")
/* clang-format on */

enum district_sql {
#define X(name, text) name,
    DISTRICT_SQL_MAP(X)
#undef X
            SQL_COUNT
};

#define SCAN_AFTER 1u
#define SCAN_BEFORE 2u
#define SCAN_OWNER 4u
#define SCAN_SHAPES 8u

/* Statements of one data table, made for this very description of it. */
struct district_table {
    const struct tq_table *table;
    sqlite3_stmt *get;
    sqlite3_stmt *put;
    sqlite3_stmt *scan[SCAN_SHAPES];
};

struct tq_district_store {
    sqlite3 *db;        /* the connection, of one of the two below */
    struct tq_db *file; /* opened and migrated as every file is */
    sqlite3 *own;       /* with a schema that a test brought */
    const struct tq_catalogue *catalogue;
    struct tq_district_ops ops;
    sqlite3_stmt *sql[SQL_COUNT];
    struct district_table *tables; /* by table number */
    size_t ntables;
    struct tq_buf scratch;
    uint64_t pos;         /* last place given in the hash chain; loaded at begin */
    int64_t data_version; /* SQLite's, as last seen; 0: never looked */
    bool in_txn;
    bool in_write;                      /* one that writes */
    bool left_open;                     /* in SQLite alone: what was rolled back could not end */
    const struct tq_audit_entry *audit; /* goes with the next one that commits; NULL: none */
    bool reading;
    struct tq_district_store *made; /* NULL, or borrowed */
};

/* Binding in order with a sticky result: one look at the end, in district_step or district_run. */
struct district_bind {
    struct tq_district_store *store;
    sqlite3_stmt *stmt;
    int at;
    int rc;
};

/* Take a fixed statement, ready to bind. On failure the bind remembers it. */
struct district_bind district_take(struct tq_district_store *store, enum district_sql which);
void bind_int(struct district_bind *bind, int64_t value);
void bind_u64(struct district_bind *bind, uint64_t value);
void bind_null(struct district_bind *bind);

/* Not copied: the bytes must live until the statement has been reset. */
void bind_text(struct district_bind *bind, struct tq_slice text);
void bind_blob(struct district_bind *bind, const void *data, size_t len);
void bind_slice(struct district_bind *bind, struct tq_slice bytes);

/* Next row? At the last one or on failure the statement is reset. */
tq_status district_step(
        struct district_bind *bind, bool *row, const char *what, struct tq_error *err);

/* For a statement without rows. */
tq_status district_run(struct district_bind *bind, const char *what, struct tq_error *err);
void district_end(struct district_bind *bind);

/* Turn SQLite's failure into ours, with its own words. */
tq_status district_fail(
        struct tq_district_store *store, int rc, const char *what, struct tq_error *err);

/* Columns of the present row. */
uint64_t column_u64(const struct district_bind *bind, int at);
int64_t column_int(const struct district_bind *bind, int at);
struct tq_slice column_slice(const struct district_bind *bind, int at); /* until the next step */

/* Exactly `len` bytes, else CORRUPT. */
tq_status column_fixed(const struct district_bind *bind, int at, uint8_t *out, size_t len,
        const char *what, struct tq_error *err);
tq_status column_copy(const struct district_bind *bind, int at, struct tq_arena *arena,
        struct tq_slice *out, struct tq_error *err);
tq_status district_no_memory(const struct tq_arena *arena, struct tq_error *err);
#ifdef __clang_analyzer__ /* which sees one file at a time: it never returns TQ_OK (error.h) */
#define district_no_memory(arena, err) (district_no_memory(arena, err), TQ_NOMEM)
#endif

/* Prepare one statement that will be kept. */
tq_status district_prepare(struct tq_district_store *store, const char *text, sqlite3_stmt **out,
        struct tq_error *err);

/* The epoch that a height file names; 0 when it says nothing that can be understood, or what no
 * district can have come to. */
uint64_t district_height_parse(struct tq_slice text);

tq_status district_begin(void *ctx, struct tq_error *err);
tq_status district_begin_read(void *ctx, struct tq_error *err);
tq_status district_commit(void *ctx, struct tq_error *err);
void district_rollback(void *ctx);

/* The set after the n-th; `pos` (may be NULL): its place in the hash chain. */
tq_status district_next_set(struct tq_district_store *store, uint64_t n, struct tq_arena *arena,
        struct tq_ledger_set *out, uint64_t *pos, bool *found, struct tq_error *err);

/* The set that a statement of SQL_LEDGER_BACK's columns gives, the unit of its device into `kept`. */
tq_status district_read_back(struct district_bind *bind, struct tq_arena *arena,
        struct tq_arena *kept, struct tq_ledger_set *out, struct tq_slice *unit, bool *found,
        struct tq_error *err);

/* What the receipts of a refilled set call it; *found false: it was never lost. */
tq_status district_refill(struct tq_district_store *store, uint64_t set_n, uint64_t *lost_first,
        uint64_t *lost_merged_at, bool *found, struct tq_error *err);

/* The n-th letter of a unit's labels: A, B ... Z, AA, AB ... */
void district_letter(uint64_t number, char out[TQ_MAX_LETTER_BYTES + 1]);

/* The next one that its unit has not had. */
tq_status district_next_letter(struct tq_district_store *store, struct tq_slice unit,
        char out[TQ_MAX_LETTER_BYTES + 1], struct tq_error *err);

/* district_devices.c. A transaction unless the caller has begun one; `mine` says who ends it. */
tq_status district_enter(struct tq_district_store *store, bool *mine, struct tq_error *err);
tq_status district_leave(
        struct tq_district_store *store, bool mine, tq_status rc, struct tq_error *err);

/* The certificate that a device was given, from its row. */
tq_status district_certificate(struct tq_district_store *store, uint32_t device,
        struct tq_arena *arena, struct tq_certificate *out, struct tq_error *err);
tq_status district_device_add(struct tq_district_store *store,
        const struct tq_certificate *certificate, struct tq_slice machine, struct tq_error *err);

/* The one for the keys that the device offers and has not used yet. CORRUPT: not all of it is here. */
tq_status district_offered(struct tq_district_store *store, uint32_t device, struct tq_arena *arena,
        struct tq_certificate *out, struct tq_error *err);

/* What is kept of a certificate beside the row: instant and signature. */
#define DISTRICT_STAMP_BYTES (8u + TQ_SIGNATURE_BYTES)
void district_stamp(const struct tq_certificate *certificate, uint8_t out[DISTRICT_STAMP_BYTES]);
tq_status district_unstamp(
        struct tq_slice stamp, struct tq_certificate *certificate, struct tq_error *err);

/* The chain of an incarnation begins where the file's answered sets end. */
tq_status district_begin_after(struct tq_district_store *store, const struct tq_certificate *to,
        const struct tq_join *join, struct tq_arena *arena, struct tq_error *err);

/* REVOKED when these keys were turned away once: neither a certificate nor an invitation brings them
 * back. */
tq_status district_check_revoked(struct tq_district_store *store,
        const uint8_t curve_key[TQ_CURVE_KEY_BYTES], struct tq_error *err);

/* The operations, by file. */
void district_ledger_ops(struct tq_district_ops *ops);
void district_fork_ops(struct tq_district_ops *ops);
void district_held_ops(struct tq_district_ops *ops);
void district_refill_ops(struct tq_district_ops *ops);
void district_proposal_ops(struct tq_district_ops *ops);
void district_index_ops(struct tq_district_ops *ops);
void district_rows_ops(struct tq_district_ops *ops);

/* district_resum.c: the kept digests by the columns of this catalogue. */
tq_status district_resum(struct tq_district_store *store, struct tq_error *err);

/* The function tq_trail of the statements that write the trail. */
tq_status district_trail_init(struct tq_district_store *store, struct tq_error *err);
void district_rows_close(struct tq_district_store *store);

#endif
