/* settings.c - The keys of tuquan.ini at an office. */
#include "app.h"

/* clang-format off */
const struct cli_setting APP_SETTINGS[] = {
    { "unit", CLI_SETTING_TEXT, 0, 0, "", { "Đơn vị của thư mục này; nếu ghi, tệp dữ liệu của đơn vị khác bị từ chối", "Unit of this folder; if given, another unit's data file is refused" } },
    { "author", CLI_SETTING_TEXT, 0, 0, "cán bộ xã", { "Chức vụ của người ghi, đi kèm từng thay đổi", "Post of the writer, kept with each change" } },
    { "server", CLI_SETTING_TEXT, 0, 0, "", { "Địa chỉ đồng bộ của máy chủ huyện, tcp://máy:cổng (giấy mời ghi sẵn)", "The district's sync address, tcp://host:port (the invitation brings it)" } },
    { "broadcast", CLI_SETTING_TEXT, 0, 0, "", { "Địa chỉ nghe bảng xếp hạng của huyện", "The district's broadcast address" } },
    { "slot_from", CLI_SETTING_TIME, 0, 0, "22:00", { "Giờ đầu của khoảng đồng bộ ban đêm", "Begin of the nightly slot" } },
    { "slot_to", CLI_SETTING_TIME, 0, 0, "04:00", { "Giờ cuối của khoảng đồng bộ ban đêm", "End of the nightly slot" } },
    { "wait_s", CLI_SETTING_NUMBER, 0, 86400, "600", { "Số giây chờ sau thay đổi cuối rồi mới gửi", "Seconds after the last change until it is sent" } },
    { "retry_min_s", CLI_SETTING_NUMBER, 1, 86400, "30", { "Số giây ít nhất trước khi thử lại", "Least seconds before a retry" } },
    { "retry_max_s", CLI_SETTING_NUMBER, 1, 86400, "1800", { "Số giây nhiều nhất trước khi thử lại", "Most seconds before a retry" } },
    { "crowd_s", CLI_SETTING_NUMBER, 0, 3600, "60", { "Số giây rải ra khi mọi máy cùng thức dậy", "Seconds over which machines spread that all wake at once" } },
    { "page", CLI_SETTING_FLAG, 0, 0, "yes", { "Trang của xã trong trình duyệt, khi `run` đang chạy", "The office's page in the browser, while `run` is running" } },
    { "page_address", CLI_SETTING_TEXT, 0, 0, "127.0.0.1:7050", { "Địa chỉ của trang; chỉ máy này mở được, trừ khi ghi địa chỉ khác. Cổng 7050 bận thì lấy cổng khác", "The page's address; of this machine alone unless another is given. Where port 7050 is taken, another one" } },
    { "timeout_s", CLI_SETTING_NUMBER, 1, 3600, "60", { "Số giây chờ huyện trả lời", "Seconds to wait for the district" } },
    { NULL, CLI_SETTING_TEXT, 0, 0, NULL, { NULL, NULL } },
};
/* clang-format on */
