/* phrase_catalogue.h - Phrases for the facts of an error, where the one who reports it cannot know who
 * will read it (a trigger, the store, a worked-out sheet): X(name, Vietnamese, English).
 *
 * They are written in Vietnamese and told in the reader's language by tq_retell, where a fact begins:
 * at the start, or behind ": ", ", ", ". " or "] ". So a value stands before or behind a phrase, not
 * inside. A longer one stands before what it contains. `check.facts` holds that facts of what a person
 * can put right are made of these, of names and of values. */
#ifndef TQ_PHRASE_CATALOGUE_H
#define TQ_PHRASE_CATALOGUE_H

/* clang-format off */
#define TQ_PHRASE_MAP(X) \
    X(MONTH_WITHOUT_RANK, "kỳ tháng chỉ tạm tính, không xếp hạng", "a month is provisional, it has no rank") \
    X(SHEET_IS_DRAFT, "bảng điểm còn là bản nháp", "the sheet is a draft") \
    X(POINTS_ABOVE_MOST, "điểm không trong khoảng từ 0 đến", "points are not within 0 to") \
    X(NEEDS_REASON, "khác số máy tính nên phải ghi lý do (--reason); máy tính được", \
      "differs from the machine's figure and needs a reason (--reason); the machine has") \
    X(OPENING, "mở tệp", "opening the file") \
    X(UPGRADING, "nâng cấp tệp", "upgrading the file") \
    X(IS_FOLDER, "là thư mục", "is a folder") \
    X(EMPTY_FILE, "tệp rỗng, không có dữ liệu nào; lấy lại bản sao lưu bằng `restore`", \
      "the file is empty, it holds no data; go back to a backup with `restore`") \
    X(OTHERS_FILE, "tệp của một máy khác; lấy lại tệp của máy này từ bản sao lưu bằng `restore`", \
      "the file of another machine; go back to a backup of this one's with `restore`") \
    X(SYS_NO_FILE, "không có tệp hoặc thư mục này", "there is no such file or folder") \
    X(SYS_NOT_FOLDER, "một phần của đường dẫn không phải thư mục", "a part of the path is no folder") \
    X(SYS_DENIED, "không có quyền đọc hoặc ghi", "no right to read or write") \
    X(SYS_FULL, "ổ đĩa không còn chỗ", "no room is left on the disk") \
    X(SYS_READ_ONLY, "ổ đĩa chỉ cho đọc", "the disk can only be read") \
    X(SYS_FAULT, "ổ đĩa báo lỗi khi đọc hoặc ghi", "the disk reports a fault") \
    X(SYS_MANY_FILES, "mở quá nhiều tệp cùng lúc", "too many files are open") \
    X(SYS_THERE, "tên này đã có", "the name is there already") \
    X(SYS_LONG_NAME, "tên tệp quá dài", "the name is too long") \
    X(SYS_BUSY, "chương trình khác đang giữ tệp", "another program holds the file") \
    X(SYS_MEMORY, "không đủ bộ nhớ", "not enough memory") \
    X(SYS_PORT, "cổng đang bị chương trình khác dùng", "another program uses the port") \
    X(SYS_ADDRESS, "máy này không có địa chỉ đó", "this machine has no such address") \
    X(NOT_OPENED, "không mở được tệp dữ liệu (quyền của tệp, của thư mục?)", \
      "the data file cannot be opened (rights of the file, of the folder?)") \
    X(NOT_SOUND, "nội dung tệp bị hỏng", "the content of the file is damaged") \
    X(NOT_WRITTEN, "không ghi được tệp (thư mục còn đó, còn chỗ, có quyền ghi?)", \
      "the file cannot be written (is the folder there, is there room, may it be written?)") \
    X(SETTING_UNKNOWN, "không có mục cấu hình tên", "no setting is called") \
    X(NO_KEY_FILE, "không có tệp khóa", "there is no key file") \
    X(NO_FILE, "không có tệp", "there is no file") \
    X(KEY_FILE_OPEN, "người khác trên máy này đọc được tệp khóa (phải là 0600)", \
      "others on this machine may read the key file (it must be 0600)") \
    X(INVITED_ELSEWHERE, "giấy mời của một huyện khác; tệp này giữ nguyên. Nếu huyện mất khóa: huyện lấy lại " \
      "khóa từ bản sao (backup --keys)", \
      "the invitation is of another district; this file stays as it is. If the district lost its keys: " \
      "it takes them from their backup (backup --keys)") \
    X(KEY_FILE_ANOTHERS, "không phải khóa mà thư mục này đã tham gia huyện. Chưa đóng gói, chưa gửi gì. " \
      "Đưa lại tệp khóa cũ; mất hẳn thì xin giấy mời mới rồi chạy `join`", \
      "not the key that this folder joined with. Nothing was sealed or sent. Put the former key file back; " \
      "if it is lost, ask for a new invitation and run `join`") \
    X(KEY_FILE_OTHER, "khóa của một huyện khác, không phải của dữ liệu trong thư mục này", \
      "keys of another district than the data in this folder") \
    X(NOT_UTF8, "không phải UTF-8 (phông chữ cũ như TCVN3, VNI?)", \
      "not UTF-8 (an old font such as TCVN3 or VNI?)") \
    X(OPEN_QUOTE, "dấu nháy không đóng", "a quote is not closed") \
    X(BEHIND_QUOTE, "có chữ sau dấu nháy đóng", "there is text behind a closing quote") \
    X(MANY_COLUMNS, "quá nhiều cột", "too many columns") \
    X(READ_ONLY, "tệp chỉ đọc, không ghi được", "the file is read-only") \
    X(DISTRICTS_FILE, "tệp của máy chủ huyện, không phải của xã", "a district server's file, not an office's") \
    X(OFFICES_FILE, "tệp của máy xã, không phải của huyện", "an office's file, not a district's") \
    X(NOT_OURS, "không phải tệp của Tự Quản", "not a file of Tự Quản") \
    X(NOT_SQLITE, "không phải tệp SQLite", "not an SQLite file") \
    X(KNOWS_UP_TO, "chương trình này biết đến", "this program knows up to") \
    X(UNSEALED, "nhật ký còn thay đổi chưa đóng gói", "changes in the log are not sealed yet") \
    X(IN_TRANSACTION, "giao dịch đang mở", "a transaction is open") \
    X(NO_TRANSACTION, "không có giao dịch nào đang mở", "no transaction is open") \
    X(NOT_CAPTURING, "ghi lại thay đổi đang tắt", "changes are not being captured") \
    X(ROW_EXISTS, "dòng này đã có rồi, không ghi đè được (row exists: use UPDATE). Dùng UPDATE để sửa.", \
      "the row exists and is not overwritten. Use UPDATE to change it.") \
    X(CHOOSE_PARENT, "Chọn giá trị đang có, hoặc nhập dòng kia trước.", \
      "Choose one that is there, or enter the other row first.") \
    X(NO_STATE, "tệp thiếu dòng trạng thái, không ghi lại được thay đổi. Chạy doctor.", \
      "the file has lost its state row, changes cannot be captured. Run doctor.") \
    X(NO_CRITERIA, "bảng điểm không có tiêu chí nào", "the sheet has no criterion") \
    X(NO_SHEET, "chưa có bảng điểm nào được công bố; ở huyện: sheet import TỆP --publish, ở xã: sync", "no scoring sheet is published; at the district: sheet import FILE --publish, at the commune: sync") \
    X(REVOKED_ON, "đã thu hồi ngày", "was revoked on") \
    X(VERIFY_PARENT, "không bắt đầu từ gói mẹ", "does not begin at its parent") \
    X(VERIFY_PAST, "gói đầu mà lại có gói trước", "a first set with a past") \
    X(VERIFY_NO_BEFORE, "thiếu gói ngay trước", "the set before it is missing") \
    X(VERIFY_NOT_NEXT, "không nối tiếp gói ngay trước", "does not follow the set before it") \
    X(VERIFY_E0, "giờ đầu không phải giờ cuối của gói trước", "e0 is not the e before it") \
    X(VERIFY_CHANGES, "số thay đổi khác số đã ghi", "holds another number of changes than was noted") \
    X(VERIFY_TIMES, "giờ hiệu lực tính lại không khớp", "its effective times do not add up") \
    X(VERIFY_HASH, "nội dung không ra đúng mã băm", "its bytes do not give its hash") \
    X(VERIFY_DISTRICT, "niêm phong cho huyện khác", "sealed for another district") \
    X(VERIFY_SIGNATURE, "chữ ký sai", "its signature is wrong") \
    X(VERIFY_SEQUENCES, "các số thứ tự sai chỗ", "its sequences are out of place") \
    X(VERIFY_NO_HEAD, "lịch sử không có mốc này", "no such head in the history") \
    X(VERIFY_HEAD_NOT, "nêu mốc chưa từng có", "names a head that was not") \
    X(VERIFY_NO_SET, "thiếu gói được trả lời", "its set is missing") \
    X(VERIFY_OTHERWISE, "nói khác sổ cái", "says other things than the ledger") \
    X(VERIFY_ROW, "dòng ghi khác nội dung đã ký", "its row is not what its bytes say") \
    X(VERIFY_ORDER, "sai thứ tự trong lịch sử", "is out of order in the history") \
    X(VERIFY_HEAD_HASH, "mã băm sổ cái ở mốc này khác", "has another ledger hash") \
    X(VERIFY_BEHIND, "nằm sau chỗ hết sổ cái", "lies behind the ledger's end") \
    X(VERIFY_MISSING, "bị thiếu trong sổ cái", "is missing from the ledger") \
    X(VERIFY_PLACE, "vị trí sổ cái số", "place of the ledger no.") \
    X(VERIFY_RECEIPTS, "số biên nhận đầu khác số gói", "there are not as many first receipts as sets") \
    X(VERIFY_LEDGER_HASH, "mã băm cuối không phải của sổ cái", "the ledger hash is not that of the ledger") \
    X(VERIFY_LAST_HEAD, "mốc hiện nay không phải mốc cuối của lịch sử", \
      "the head is not the last one of the history") \
    X(VERIFY_EPOCH, "mốc hiện nay không thuộc đợt này", "the head is not of this epoch") \
    X(VERIFY_CHAIN_OF, "chuỗi gói của máy số", "chain of device") \
    X(VERIFY_CHAIN_HEAD, "đầu chuỗi không phải gói cuối", "its head is not its last set") \
    X(VERIFY_BEYOND, "có gói sau đầu chuỗi", "sets beyond its head") \
    X(VERIFY_CERTIFICATE, "không đúng như giấy chứng nhận đã ký", "is not what its certificate was signed for") \
    X(VERIFY_OFFERED, "khóa chờ thay không đúng như giấy chứng nhận đã ký cho khóa đó", \
      "the keys that it offers are not what their certificate was signed for") \
    X(VERIFY_UNIT, "được mời hoặc nhận vào theo đơn vị khác, hoặc không có đơn vị", \
      "invited or admitted as another unit, or none") \
    X(VERIFY_FOUNDED, "không phải huyện mà nhật ký ghi đã lập", "not the district that its trail says was founded") \
    X(VERIFY_REVOKED, "bảng thu hồi và bảng máy nói khác nhau", "the list of revocations and that of devices differ") \
    X(VERIFY_COUNTER, "bộ đếm không của bảng nào", "a counter of no table") \
    X(VERIFY_CELLS, "các ô không ra đúng mã băm", "its cells do not give its hash") \
    X(VERIFY_SCHEMA_OF, "cấu trúc của", "schema of") \
    X(VERIFY_MADE, "không như lúc tạo", "not as it was made") \
    X(VERIFY_NO_SOURCE, "có ô mà không thay đổi nào ghi", "has a cell that no change brought") \
    X(VERIFY_NOT_INDEXED, "không có trong chỉ mục ở số thứ tự", "is not in the index at sequence") \
    X(VERIFY_DIGEST, "mã cộng không phải của các dòng", "its digest is not that of its rows") \
    X(VERIFY_NO_DIGEST, "thiếu mã cộng của một đơn vị", "an owner's digest is missing") \
    X(VERIFY_NO_PLACE, "không có vị trí số", "has no place") \
    X(VERIFY_ORIGIN_OF, "nguồn của số thứ tự", "origin of sequence") \
    X(VERIFY_ORIGIN, "không phải của dòng trong chỉ mục", "not that of its row in the index") \
    X(VERIFY_OTHER_ROW, "nói về dòng khác với gói của nó", "is about another row than its set says") \
    X(VERIFY_LOSER, "mục xung đột của số thứ tự", "inbox entry of sequence") \
    X(VERIFY_NOT_ITS, "không phải số thứ tự của thay đổi này", "is not a sequence of that change") \
    X(VERIFY_NOT_TOLD, "mục nêu trong hộp không phải của thay đổi này", "the entry that it names is not that of its change") \
    X(VERIFY_LOST_FROM, "số thứ tự đã mất, từ", "lost sequences from") \
    X(VERIFY_LOST, "không phải của gói gửi bù", "not those of a set that came back") \
    X(VERIFY_LINE, "không như đã ghi, hoặc thiếu dòng trước nó", \
      "is not what was written, or a line before it is missing") \
    X(VERIFY_LAST_LINE, "thiếu dòng cuối", "its last line is missing") \
    X(VERIFY_LEDGER, "sổ cái", "ledger") \
    X(VERIFY_HISTORY, "lịch sử các mốc", "history of heads") \
    X(VERIFY_INDEX, "chỉ mục", "index") \
    X(VERIFY_ROW_KEY, "dòng có khóa", "row with the key") \
    X(SHEET, "bảng điểm", "sheet") \
    X(CRITERION, "tiêu chí", "criterion") \
    X(TOO_MANY, "quá nhiều, nhiều nhất", "too many, at most") \
    X(NO_SOURCE, "thiếu nguồn số liệu", "a source is missing") \
    X(SOURCE_UNKNOWN, "không có nguồn số liệu", "no such source as") \
    X(NEEDS_LIST, "phải là danh sách số, số lượng", "must be a list of numbers, as many as") \
    X(NEEDS_NUMBER, "phải là một số", "must be a number") \
    X(ONE_OF, "phải ghi rõ là một trong", "say which of these:") \
    X(NOT_APPLICABLE, "không áp dụng (none)", "not applicable (none)") \
    X(MUST_BE, "phải là", "must be") \
    X(WORD_UNKNOWN, "từ này không dùng được ở đây", "the word is not known here") \
    X(PARAMETER_ODD, "tham số lạ với công thức này hoặc viết hai lần:", "unknown to the formula or written twice:") \
    X(PARAMETER_MISSING, "thiếu tham số:", "a parameter is missing:") \
    X(POINTS_FALL, "các mức điểm phải giảm dần và không quá điểm tối đa", \
      "points must fall from at most the maximum") \
    X(STEPS_RISE, "các nấc phải tăng dần", "steps must rise") \
    X(PARTS_ABOVE_MAX, "n_from + d_from vượt điểm tối đa", "n_from + d_from pass the maximum") \
    X(FORMULA_UNKNOWN, "không có công thức", "no such formula as") \
    X(MAXIMUM_RANGE, "điểm tối đa ngoài khoảng cho phép", "the maximum is out of range") \
    X(AREA_RANGE, "lĩnh vực ngoài khoảng cho phép (1 đến 5; thưởng, trừ, khống chế: 0)", \
      "the area is out of range (1 to 5; bonus, penalty, cap: 0)") \
    X(AREA, "lĩnh vực", "area") \
    X(AREA_EMPTY, "không có điểm nào", "has no points") \
    X(MAXIMA_SUM, "tổng điểm tối đa là", "the maxima add up to") \
    X(SHEET_SAYS, "bảng ghi", "the sheet says") \
    X(NO_CRITERION, "không có tiêu chí", "no criterion") \
    X(TIES_MANY, "quá nhiều bước, hoặc có bước sau biểu quyết", "too many steps, or one after the vote") \
    X(TWICE, "có hai lần", "stands twice") \
    X(SECOND_SHEET, "dòng SHEET thứ hai", "a second SHEET row") \
    X(NO_SHEET_ROW, "không có dòng nào với công thức SHEET", "no row has the formula SHEET") \
    X(COLUMNS_WANTED, "số cột phải là", "the number of columns must be") \
    X(CHARACTERS, "số ký tự", "characters:") \
    X(LINE, "dòng số", "line") \
    X(COLUMN, "cột số", "column") \
    X(NO_INVITATION, "không có giấy mời này", "no such invitation") \
    X(INVITED_OTHER, "giấy mời cấp cho máy khách khác", "it was made for another guest") \
    X(INVITATION_USED, "đã dùng cho máy số", "used by device") \
    X(INVITATION_EXPIRED, "đã hết hạn", "it has expired") \
    X(INVITATION_BEGINS, "giấy mời phải bắt đầu bằng", "an invitation begins with") \
    X(INVITATION_LETTER, "có ký tự lạ", "a character that does not belong there") \
    X(INVITATION_CUT, "gõ sai hoặc bị cắt bớt", "mistyped or cut") \
    X(INVITATION_EXPIRY, "hạn của giấy mời", "expiry of the invitation") \
    X(DEVICE, "máy số", "device") \
    X(OTHER_MACHINE, "là máy khác", "is another machine") \
    X(OTHERS_KEYS, "khóa của một máy khác", "keys of another device") \
    X(NO_BRANCH, "chưa cấp lượt ghi mới cho tệp này", "no incarnation was given for this file") \
    X(NEW_BRANCH, "lượt ghi mới", "new incarnation") \
    X(HELD_CHANGE, "thay đổi tạm giữ số", "held change") \
    X(NO_DISTRICT, "tệp chưa có dữ liệu huyện", "the file holds no district yet") \
    X(OTHER_DISTRICT, "tệp của một huyện khác", "the file of another district") \
    X(HEAD, "mốc sổ cái", "head") \
    X(BY_NOW, "nay là", "by now") \
    X(SET_BODY, "nội dung gói", "set body") \
    X(SET, "gói số", "set") \
    X(SEQUENCE, "số thứ tự", "sequence") \
    X(PROPOSAL, "đề xuất số", "proposal") \
    X(NOT_A_KEY, "không phải khóa của bảng", "not a key of the table") \
    X(ROW_KEY, "khóa của dòng thiếu hoặc sai", "the key of the row is missing or wrong") \
    X(FACTS_OF, "số liệu của", "facts of") \
    X(IMPORT, "lần nhập", "import") \
    X(SCHEMA, "cấu trúc phiên bản", "schema") \
    X(NOTHING_CHANGED, "không có gì thay đổi từ phiên bản", "nothing changed since version") \
    X(VOIDED, "đã hủy", "is voided") \
    X(YEARS, "các năm", "years") \
    X(VIEW, "phần đang xem", "the view") \
    X(TRIGGERS, "bộ ghi thay đổi", "capture triggers") \
    X(DISTRICT_DATA, "dữ liệu huyện", "district data") \
    X(APPLYING, "nhận dữ liệu của huyện", "rows of the district") \
    X(BROADCAST, "nhận bản tin của huyện", "broadcast") \
    X(REPAIR, "sửa cho khớp với huyện", "repair") \
    X(RECEIPT, "biên nhận", "receipt") \
    X(SEALING, "đóng gói thay đổi", "sealing changes") \
    X(LEDGER_ENTRY, "mục sổ cái số", "ledger entry") \
    X(UNITS_INTO, "quá nhiều đơn vị nhập vào", "too many units were closed into") \
    X(UNIT_KEY, "khóa đơn vị quá dài", "the key of the unit is too long") \
    X(PART, "phần số", "part") \
    X(NOT_KEY_FILE, "hỏng hoặc không phải tệp khóa", "damaged or not a key file") \
    X(ADDRESS, "địa chỉ máy chủ", "address of the server") \
    X(TOPIC, "kênh phát", "topic") \
    X(OTHER_GROUP_KEY, "niêm phong bằng khóa nhóm khác", "sealed with another group key") \
    X(NO_CERTIFICATE, "không có giấy chứng nhận trong", "no certificate in") \
    X(GRANT_ROW_FIRST, "chấp thuận dòng đó trước", "grant the row first") \
    X(READMIT_CLOSED, "huyện đang không nhận lại máy nào", "nobody is taken back") \
    X(OPEN_FILES, "số tệp được mở cùng lúc", "open files")
/* clang-format on */

#endif
