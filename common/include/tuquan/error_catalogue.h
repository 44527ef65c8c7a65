/* error_catalogue.h - Every status of the library and the programs: X(name, value, code,
 * exit code, fault, Vietnamese, English, next step in Vietnamese, next step in English).
 *
 * Append only: numbers and codes stand in logs, in --json and in people's notes. A sentence says
 * what happened in words of the user; the next step says what to do. Exit codes: 0 done, 1 failed,
 * 2 wrong usage, 3 refused by the district, 4 could not reach it, 5 data needs a person.
 * Why a single row was not taken is another list: tuquan/reason.h. */
#ifndef TQ_ERROR_CATALOGUE_H
#define TQ_ERROR_CATALOGUE_H

/* clang-format off */
#define TQ_STATUS_MAP(X) \
    X(TQ_OK, 0, "E000", 0, NONE, "xong", "done", "", "") \
    /* 1xx: this machine */ \
    X(TQ_NOMEM, 1, "E101", 1, ENVIRONMENT, "máy hết bộ nhớ", "out of memory", \
      "Đóng bớt chương trình khác rồi làm lại.", "Close other programs and try again.") \
    X(TQ_INTERNAL, 2, "E102", 1, CORRUPTION, "lỗi bên trong chương trình", "internal error", \
      "Chụp lại màn hình này và báo cho cán bộ huyện.", "Keep this text and report it to the district.") \
    X(TQ_IO, 3, "E103", 1, ENVIRONMENT, "không đọc hoặc ghi được tệp", "cannot read or write a file", \
      "Kiểm tra ổ đĩa, quyền của thư mục rồi làm lại.", "Check the disk and the folder's permissions, then try again.") \
    X(TQ_DISK_FULL, 4, "E104", 1, ENVIRONMENT, "ổ đĩa đã đầy", "the disk is full", \
      "Xóa bớt tệp không cần rồi làm lại; chưa có gì bị mất.", "Free some space and try again; nothing was lost.") \
    X(TQ_BUSY, 5, "E105", 1, ENVIRONMENT, "tệp dữ liệu đang bị chương trình khác giữ", "another program holds the data file", \
      "Đóng chương trình kia rồi làm lại.", "Close the other program and try again.") \
    X(TQ_NOT_FOUND, 6, "E106", 1, CALLER, "không tìm thấy", "not found", \
      "Kiểm tra lại tên hoặc mã.", "Check the name or the key.") \
    X(TQ_EXISTS, 7, "E107", 1, CALLER, "đã có rồi", "exists already", \
      "Dùng cái đang có, hoặc đặt tên khác.", "Use what is there, or choose another name.") \
    X(TQ_CORRUPT, 8, "E108", 1, CORRUPTION, "tệp dữ liệu bị hỏng", "the data file is damaged", \
      "Giữ nguyên tệp, lấy lại từ bản sao lưu hoặc gọi cán bộ huyện.", "Keep the file, restore a backup or call the district.") \
    X(TQ_TAMPERED, 9, "E109", 1, CORRUPTION, "cấu trúc tệp dữ liệu đã bị sửa từ bên ngoài", "the data file's structure was changed from outside", \
      "Chạy `doctor` để xem chỗ bị sửa.", "Run `doctor` to see what was changed.") \
    X(TQ_NEWER_FILE, 10, "E110", 1, CALLER, "tệp này do phiên bản mới hơn tạo ra", "the file was made by a newer version", \
      "Cập nhật chương trình rồi mở lại; tệp chưa bị đụng đến.", "Update the program; the file was not touched.") \
    X(TQ_WRONG_FILE, 11, "E111", 1, CALLER, "tệp này không phải của đơn vị này", "the file belongs to another unit", \
      "Chọn đúng thư mục dữ liệu của đơn vị.", "Choose the folder of this unit.") \
    X(TQ_KEY_FILE, 12, "E112", 1, CALLER, "không dùng được tệp khóa", "the key file cannot be used", \
      "Đưa đúng tệp khóa của thư mục này vào, chỉ chủ máy đọc được (0600).", "Put this folder's own key file in place, with only its owner able to read it (0600).") \
    X(TQ_CONFIG, 13, "E113", 2, CALLER, "tệp cấu hình sai", "the configuration is wrong", \
      "Sửa dòng được nêu trong tệp cấu hình.", "Correct the named line of the configuration.") \
    X(TQ_USAGE, 14, "E114", 2, CALLER, "dùng lệnh chưa đúng", "wrong usage", \
      "Xem hướng dẫn bằng --help.", "See --help.") \
    X(TQ_PORT_TAKEN, 15, "E115", 1, ENVIRONMENT, "cổng mạng đang bị chương trình khác dùng", "another program uses the port", \
      "Tắt chương trình kia hoặc chọn cổng khác.", "Stop the other program or choose another port.") \
    X(TQ_INTERRUPTED, 16, "E116", 1, ENVIRONMENT, "đã dừng theo yêu cầu", "stopped on request", \
      "Chạy lại khi cần; phần đã làm được giữ nguyên.", "Run it again when you like; what was done is kept.") \
    X(TQ_RANGE, 17, "E117", 1, CALLER, "vượt giới hạn cho phép", "beyond the allowed limit", \
      "Số liệu nhiều quá thì chia nhỏ rồi làm lại. Gói to quá thì xem có chọn nhầm tệp không, hoặc xin nơi lập gửi lại.", \
      "Split what is too much and try again. A bundle that is too large: see whether it is the right file, or ask its maker for it again.") \
    X(TQ_GATE_OPEN, 18, "E118", 1, CORRUPTION, "cửa của máy chủ không chặn được máy lạ nên không mở", "the server does not turn strangers away, so it does not open", \
      "Khởi động lại; nếu vẫn vậy thì báo người quản trị, đừng chạy tiếp.", "Start it again; if it stays so, call the operator and do not go on.") \
    X(TQ_NO_DATA, 19, "E119", 1, CALLER, "thư mục không có tệp dữ liệu", "the folder has no data file", \
      "Lấy lại từ bản sao lưu (`restore`). Không có bản sao, hoặc máy mới: xã xin giấy mời rồi chạy `join`; huyện chạy `init`.", \
      "Go back to a backup (`restore`). Without one, or on a new machine: a commune asks for an invitation and runs `join`; a district runs `init`.") \
    X(TQ_NOT_JOINED, 20, "E120", 1, CALLER, "thư mục này chưa nối với huyện, hoặc mất tệp kết nối", "this folder has not joined a district, or lost its link", \
      "Lấy lại tệp kết nối, hoặc xin cán bộ huyện giấy mời rồi chạy `join`; dữ liệu giữ nguyên.", \
      "Put the link file back, or ask the district for an invitation and run `join`; the data stays.") \
    X(TQ_JOINED, 21, "E121", 1, CALLER, "máy này đã nối với huyện rồi", "this machine has joined already", \
      "Không cần giấy mời: chạy `sync`. Huyện đã thu hồi máy và cấp giấy mời mới: đổi tên tệp device.key của thư mục rồi chạy lại `join`; dữ liệu giữ nguyên.", \
      "No invitation is needed: run `sync`. If the district revoked this machine and gave a new invitation: rename the folder's device.key, then run `join` again; the data stays.") \
    /* 2xx: what a person typed or imported */ \
    X(TQ_INVALID, 30, "E201", 5, CALLER, "giá trị không hợp lệ", "invalid value", \
      "Sửa giá trị được nêu rồi làm lại.", "Correct the named value and try again.") \
    X(TQ_RULE, 31, "E202", 5, CALLER, "trái quy tắc của bảng", "against a rule of the table", \
      "Sửa ô được nêu rồi làm lại.", "Correct the named cell and try again.") \
    X(TQ_STALE, 32, "E203", 5, CALLER, "ô này vừa được người khác sửa", "the cell was changed meanwhile", \
      "Xem giá trị mới rồi quyết định lại.", "Look at the new value and decide again.") \
    X(TQ_ENCODING, 33, "E204", 5, CALLER, "chữ không đúng mã UTF-8", "the text is not UTF-8", \
      "Lưu lại tệp theo mã UTF-8.", "Save the file as UTF-8.") \
    X(TQ_CSV, 34, "E205", 5, CALLER, "tệp có chỗ không hiểu được", "the file has places that cannot be understood", \
      "Sửa các dòng được nêu; chưa có gì được nhập.", "Correct the named lines; nothing was imported.") \
    X(TQ_NEEDS_PERSON, 35, "E206", 5, CALLER, "còn việc cần người quyết định", "something needs a person's decision", \
      "Xem danh sách rồi quyết định từng mục.", "Look at the list and decide each item.") \
    X(TQ_NOT_COMPLETE, 36, "E207", 5, CALLER, "chưa đủ điều kiện", "conditions are not met", \
      "Bổ sung phần còn thiếu.", "Supply what is missing.") \
    X(TQ_LOADING, 37, "E208", 1, CALLER, "máy đang tải dữ liệu lần đầu, chưa xong", "the first load is not complete", \
      "Đồng bộ lại cho đến khi tải xong.", "Sync again until it is complete.") \
    X(TQ_NOT_SENT, 38, "E209", 5, CALLER, "còn đơn vị chưa gửi báo cáo", "some units have not sent their report", \
      "Gọi các đơn vị được nêu; nếu công bố theo quyết định thì thêm --missing-decision=SỐ.", \
      "Call the named units; to publish by a decision add --missing-decision=NUMBER.") \
    /* 3xx: the link */ \
    X(TQ_UNREACHABLE, 60, "E301", 4, ENVIRONMENT, "không liên lạc được với máy chủ huyện", "the district cannot be reached", \
      "Kiểm tra đường mạng rồi chạy lại lệnh (`run` thì tự thử lại); chưa có gì bị mất.", "Check the line and run it again (`run` tries by itself); nothing was lost.") \
    X(TQ_TIMEOUT, 61, "E302", 4, ENVIRONMENT, "máy chủ huyện trả lời quá lâu", "the district did not answer in time", \
      "Chờ và đồng bộ lại.", "Wait and sync again.") \
    X(TQ_WRONG_SERVER, 62, "E303", 4, PEER, "khóa máy chủ không phải của huyện, hoặc chương trình khác đang trả lời ở địa chỉ đó", \
      "not our district's key, or another program answers there", \
      "Kiểm tra địa chỉ máy chủ với cán bộ huyện.", "Check the server's address with the district.") \
    X(TQ_NOT_ADMITTED, 63, "E304", 3, PEER, "huyện không nhận ra máy này", "the district does not know this machine", \
      "Gọi cán bộ huyện xin giấy mời mới.", "Ask the district for a new invitation.") \
    X(TQ_REVOKED, 64, "E305", 3, PEER, "huyện đã thu hồi máy này", "the district has revoked this machine", \
      "Gọi cán bộ huyện; dữ liệu vẫn còn trên máy.", "Call the district; the data is still on this machine.") \
    X(TQ_REFUSED, 65, "E306", 3, PEER, "huyện từ chối", "refused by the district", \
      "Sửa theo lý do nêu trên; không sửa được thì gọi cán bộ huyện, đọc nguyên câu này.", "Put right what is named above; if you cannot, call the district and read them this sentence.") \
    X(TQ_COME_BACK, 66, "E307", 4, PEER, "máy chủ đang bận, hẹn giờ khác", "the server is busy and names another time", \
      "Đồng bộ lại vào giờ hẹn (`run` thì tự làm).", "Sync again at that time (`run` does by itself).") \
    X(TQ_PROTOCOL, 67, "E308", 1, PEER, "bên kia gửi thông điệp sai quy cách", "the other side broke the protocol", \
      "Cập nhật chương trình ở cả hai bên rồi thử lại.", "Update the program on both sides and try again.") \
    X(TQ_FORGED, 68, "E309", 1, PEER, "chữ ký không đúng", "a signature does not verify", \
      "Báo ngay cho cán bộ huyện.", "Report it to the district at once.") \
    X(TQ_TOO_LARGE, 69, "E310", 1, PEER, "thông điệp quá lớn", "a message is too large", \
      "Báo cho cán bộ huyện.", "Report it to the district.") \
    X(TQ_VERSION, 70, "E311", 3, PEER, "hai bên dùng phiên bản quá khác nhau", "the versions are too far apart", \
      "Cập nhật chương trình.", "Update the program.") \
    X(TQ_INVITATION, 71, "E312", 3, PEER, "giấy mời đã dùng, hết hạn hoặc không đúng", "the invitation was used, has expired or is wrong", \
      "Xin cán bộ huyện giấy mời mới.", "Ask the district for a new invitation.") \
    X(TQ_COPIED, 72, "E313", 1, CORRUPTION, "tệp này là bản chép của một máy khác đang dùng", "the file is a copy of one in use elsewhere", \
      "Đồng bộ lại để máy nhận mã mới; không xóa tệp nào.", "Sync again to get a new identity; delete no file.") \
    X(TQ_MISTYPED, 73, "E314", 2, CALLER, "giấy mời gõ sai, chưa gửi đi đâu", "the invitation is mistyped, nobody was asked", \
      "So lại từng chữ với giấy mời rồi gõ hoặc dán lại cả dòng.", "Compare it letter by letter with the invitation, and type or paste the whole line again.") \
    X(TQ_BUNDLE, 74, "E315", 1, PEER, "tệp này không phải gói đồng bộ, hoặc chép thiếu, chép sai", \
      "this file is no sync bundle, or a copy that was cut or changed", \
      "Chép lại gói từ máy đã lập nó rồi mở lại; chưa có gì bị đụng đến.", \
      "Copy the bundle again from the machine that made it; nothing was touched.") \
    X(TQ_BUNDLE_OTHERS, 75, "E316", 1, PEER, "gói đồng bộ này gửi cho nơi khác", "this sync bundle is for somebody else", \
      "Chọn đúng gói của nơi này; chưa có gì bị đụng đến.", "Choose the bundle that is meant for this place; nothing was touched.") \
    X(TQ_BUNDLE_OLD, 76, "E317", 3, PEER, "gói đồng bộ không còn khớp với sổ của huyện", "the sync bundle does not fit the district's ledger any more", \
      "Đồng bộ qua mạng một lần rồi lập gói mới; chưa có gì bị mất.", "Sync over the line once, then make a new bundle; nothing was lost.") \
    X(TQ_LIAISON_FILE, 77, "E318", 2, CALLER, "tệp quy chế phối hợp ghi sai", "the text of the agreement is wrong", \
      "Sửa dòng được nêu rồi nhập lại; chưa có gì thay đổi.", "Correct the line that is named; nothing was changed.") \
    X(TQ_LIAISON_OUTSIDE, 78, "E319", 3, PEER, "nằm ngoài quy chế phối hợp với huyện bạn", "not within the agreement with the neighbouring district", \
      "Không có gì được chuyển; sửa nội dung, hoặc hai huyện ký bổ sung quy chế.", "Nothing crossed; change it, or have both districts amend the agreement.") \
    X(TQ_LIAISON_OURS, 79, "E320", 3, PEER, "huyện bạn gửi dòng là của ta", "the neighbour sent a row that is ours", \
      "Không nhận; hỏi huyện bạn.", "It was not taken; ask the neighbour.") \
    X(TQ_LIAISON_UNASKED, 80, "E321", 3, PEER, "huyện bạn trả lời điều ta không hỏi", "the neighbour answered what was never asked", \
      "Không nhận; hỏi huyện bạn.", "It was not taken; ask the neighbour.") \
    X(TQ_LIAISON_ENDED, 81, "E322", 3, PEER, "quy chế phối hợp chưa có, chưa hoặc không còn hiệu lực", "there is no agreement in force with the neighbour", \
      "Không có gì được chuyển; nhập quy chế mới (liaison agree).", "Nothing crosses; bring in a new agreement (liaison agree).") \
    X(TQ_PARCEL_OLD, 82, "E323", 3, PEER, "gói này cũ hơn gói của huyện bạn đã mở", "this bundle is older than one of the neighbour's that was opened", \
      "Không cần mở: gói mới hơn đã có đủ những gì trong gói này.", "There is no need to: the newer one held all of it.") \
    X(TQ_PARCEL_AGREEMENT, 83, "E324", 3, PEER, "gói lập theo quy chế khác với quy chế đã nhập", "the bundle was made under another agreement than ours", \
      "So mã băm quy chế của hai huyện (liaison agree), rồi xin gói mới.", "Compare the hashes of both districts (liaison agree), then ask for a new bundle.") \
    X(TQ_PARCEL_SEAL, 84, "E325", 1, PEER, "gói niêm phong bằng khóa của nơi khác", "the bundle is sealed to another's key", \
      "Xin huyện bạn lập lại gói cho huyện ta; chưa có gì bị đụng đến.", "Ask the neighbour for one made for us; nothing was touched.") \
    X(TQ_HEAD_GONE, 85, "E326", 1, CORRUPTION, "sổ cái không còn mốc mà huyện bạn đã ký xác nhận", "a head that the neighbour countersigned is not in the ledger any more", \
      "Vừa khôi phục từ bản sao lưu: đối chiếu với huyện bạn. Nếu không: lịch sử đã bị viết lại, giữ nguyên tệp và báo cấp trên.", \
      "After a restore: compare with the neighbour. Else history was rewritten: leave the file as it is and report it.") \
    X(TQ_LIAISON_MINUTES, 86, "E327", 3, PEER, "biên bản hai bên ghi khác nhau: chưa tính là hai bên đã ký", "the two sides have the minutes otherwise: not signed by both yet", \
      "So bản giấy với huyện bạn (điện thoại): bên ghi sai thì sửa số, mã băm rồi ký lại; đúng như nhau thì tự tính.", \
      "Compare the paper with the neighbour (by telephone): whoever is wrong corrects number and hash and signs again; once alike it counts.") \
    X(TQ_LIAISON_PERSONAL, 87, "E328", 5, CALLER, "nêu tên người, số giấy tờ, số điện thoại hoặc có dấu mật nên không chuyển sang huyện bạn", \
      "names a person, an identity or telephone number or a stamp of secrecy, and is not told to the neighbour", \
      "Xã bỏ phần đó khỏi ô được nêu (gửi riêng bằng công văn), rồi đồng bộ lại.", \
      "Have the commune take it out of the named cell (a dispatch carries it), and sync again.") \
    /* 4xx: the district's own work */ \
    X(TQ_CONFLICTING, 90, "E401", 5, CALLER, "có dữ liệu khác nhau cần chọn", "there are differing values to choose from", \
      "Mở hộp việc cần quyết.", "Open the inbox.") \
    X(TQ_LOCKED, 91, "E402", 5, CALLER, "kỳ này đã khóa", "the period is locked", \
      "Gửi đề nghị đính chính.", "Ask for a correction.") \
    X(TQ_IMMUTABLE, 92, "E403", 5, CALLER, "bản đã công bố không sửa được", "what is published cannot be changed", \
      "Tạo phiên bản mới.", "Make a new version.") \
    X(TQ_NOT_PUBLISHED, 93, "E404", 1, CALLER, "huyện chưa công bố, hoặc máy này chưa nhận được", "not published yet, or it has not come to this machine", \
      "Chạy `sync` để nhận; nếu vẫn chưa có thì chờ huyện công bố.", "Run `sync` to fetch it; if it is still not here, wait until the district publishes.") \
    X(TQ_UNCHANGED, 94, "E405", 1, CALLER, "không có gì khác với bản đã công bố", "nothing differs from what was published", \
      "Không cần công bố lại: bản đang có vẫn đúng. Muốn có bản mới thì sửa số liệu trước.", \
      "There is no need to publish again: what is out still holds. For a new version change the figures first.") \
    /* 5xx: the page in the browser */ \
    X(TQ_PAGE_SESSION, 110, "E501", 1, CALLER, "trang chưa được mở trên máy này, hoặc đã hết phiên", \
      "the page was not opened on this machine, or its session has ended", \
      "Mở lại bằng lệnh `tuquan-commune open`.", "Open it with `tuquan-commune open`.") \
    X(TQ_PAGE_FOREIGN, 111, "E502", 1, CALLER, "yêu cầu không đến từ trang này", "the request does not come from this page", \
      "Tải lại trang rồi làm lại.", "Load the page anew and try again.") \
    X(TQ_PAGE_PIN, 112, "E503", 1, CALLER, "mã PIN không đúng", "the PIN is wrong", \
      "Nhập lại mã PIN.", "Enter the PIN again.") \
    X(TQ_PAGE_PIN_WAIT, 113, "E504", 1, CALLER, "nhập sai mã PIN nhiều lần", "the PIN was wrong too often", \
      "Chờ hết thời gian được nêu rồi nhập lại.", "Wait as long as named, then enter it again.") \
    X(TQ_PAGE_SIGN_IN, 114, "E505", 1, CALLER, "chưa nhập mã PIN của người ghi", "nobody has signed in with a PIN", \
      "Chọn tên rồi nhập mã PIN.", "Choose your name and enter the PIN.") \
    X(TQ_PAGE_ACCOUNT, 115, "E506", 1, CALLER, "chưa đăng nhập, hoặc đã hết phiên", "nobody is signed in, or the session has ended", \
      "Đăng nhập.", "Sign in.") \
    X(TQ_PAGE_PASSWORD, 116, "E507", 1, CALLER, "tài khoản, mật khẩu hoặc mã xác thực không đúng", "account, password or code is wrong", \
      "Nhập lại; quên thì nhờ người quản trị đặt lại.", "Try again; who has forgotten it asks the operator for a new one.") \
    X(TQ_PAGE_WAIT, 117, "E508", 1, CALLER, "đăng nhập sai nhiều lần từ máy này", "too many wrong sign-ins from this machine", \
      "Chờ hết thời gian được nêu rồi đăng nhập lại.", "Wait as long as named, then sign in again.") \
    X(TQ_PAGE_ROLE, 118, "E509", 1, CALLER, "tài khoản này không được làm việc ấy", "this account may not do that", \
      "Nhờ người có quyền, hoặc nhờ người quản trị đổi vai trò.", "Ask somebody who may, or the operator for another role.") \
    X(TQ_PAGE_CODE, 119, "E510", 1, CALLER, "cần mã xác thực của điện thoại", "a code of the second factor is needed", \
      "Nhập mã 6 số đang hiện trên điện thoại.", "Enter the six digits that the phone shows.") \
    X(TQ_PAGE_TWO, 120, "E511", 1, CALLER, "người lập không được tự ký", "who prepared it does not sign it", \
      "Nhờ lãnh đạo khác ký.", "Have another leader sign.") \
    X(TQ_PAGE_PREPARED, 121, "E512", 5, CALLER, "bảng lúc này đã khác bảng đã lập", "the table differs from what was prepared", \
      "Xem chỗ khác, lập lại rồi ký.", "See what differs, prepare it anew, then sign.") \
    X(TQ_PAGE_UPLOADS, 122, "E513", 1, ENVIRONMENT, "máy chủ đang nhận đủ số tệp tải lên cùng lúc", "as many files as may be are being sent to the server", \
      "Chờ người đang tải xong rồi gửi lại tệp này; chưa có gì bị đụng đến.", "Wait until those are done, then send this one again; nothing was touched.")
/* clang-format on */

#endif
