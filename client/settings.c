/* settings.c - The keys of tuquan.ini at an office, and the file as it is first written. */
#include "app.h"
#include "tuquan/file.h"

/* clang-format off */
const struct cli_setting APP_SETTINGS[] = {
    { "unit", CLI_SETTING_TEXT, 0, 0, "", { "Đơn vị của thư mục này; nếu ghi, tệp dữ liệu của đơn vị khác bị từ chối", "Unit of this folder; if given, another unit's data file is refused" } },
    { "author", CLI_SETTING_TEXT, 0, 0, "cán bộ xã", { "Chức vụ của người ghi, đi kèm từng thay đổi", "Post of the writer, kept with each change" } },
    { "server", CLI_SETTING_TEXT, 0, 0, "", { "Địa chỉ đồng bộ của máy chủ huyện, tcp://máy:cổng; để trống: như lúc tham gia. Ghi khi huyện đổi địa chỉ", "The district's sync address, tcp://host:port; empty: as at joining. For a district that has moved" } },
    { "broadcast", CLI_SETTING_TEXT, 0, 0, "", { "Địa chỉ nghe bảng xếp hạng của huyện, tcp://máy:cổng; để trống: như lúc tham gia", "The district's broadcast address, tcp://host:port; empty: as at joining" } },
    { "guest", CLI_SETTING_TEXT, 0, 0, "", { "Địa chỉ huyện nhận lại máy sau khi mất dữ liệu, tcp://máy:cổng; để trống: máy của `server`, cổng như lúc tham gia", "Where the district takes a machine back after a loss, tcp://host:port; empty: the host of `server`, the port as at joining" } },
    { "slot_from", CLI_SETTING_TIME, 0, 0, "22:00", { "Giờ đầu của khoảng đồng bộ ban đêm", "Begin of the nightly slot" } },
    { "slot_to", CLI_SETTING_TIME, 0, 0, "04:00", { "Giờ cuối của khoảng đồng bộ ban đêm", "End of the nightly slot" } },
    { "wait_s", CLI_SETTING_NUMBER, 0, 86400, "600", { "Số giây chờ sau thay đổi cuối rồi mới gửi", "Seconds after the last change until it is sent" } },
    { "retry_min_s", CLI_SETTING_NUMBER, 1, 86400, "30", { "Số giây ít nhất trước khi thử lại", "Least seconds before a retry" } },
    { "retry_max_s", CLI_SETTING_NUMBER, 1, 86400, "1800", { "Số giây nhiều nhất trước khi thử lại", "Most seconds before a retry" } },
    { "crowd_s", CLI_SETTING_NUMBER, 0, 3600, "60", { "Số giây rải ra khi mọi máy cùng thức dậy", "Seconds over which machines spread that all wake at once" } },
    { "page", CLI_SETTING_FLAG, 0, 0, "yes", { "Trang của xã trong trình duyệt, khi `run` đang chạy", "The office's page in the browser, while `run` is running" } },
    { "page_address", CLI_SETTING_TEXT, 0, 0, "127.0.0.1:7050", { "Địa chỉ của trang; chỉ máy này mở được, trừ khi ghi địa chỉ khác. Cổng 7050 bận thì lấy cổng khác, và giữ cổng ấy cho các lần sau", "The page's address; of this machine alone unless another is given. Where port 7050 is taken, another one, which is kept" } },
    { "timeout_s", CLI_SETTING_NUMBER, 1, 3600, "60", { "Số giây chờ huyện trả lời", "Seconds to wait for the district" } },
    { NULL, CLI_SETTING_TEXT, 0, 0, NULL, { NULL, NULL } },
};
/* clang-format on */

tq_status app_write_config(struct cli *cli, const char *unit, bool *wrote, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_buf text;
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, APP_CONFIG, err);

    if (rc != TQ_OK || tq_file_exists(path))
        return rc;
    tq_buf_init(&text, 0);
    if (unit[0] != '\0')
        tq_buf_printf(&text, "unit = %s\n\n", unit);
    cli_config_template(&text, APP_SETTINGS + (unit[0] != '\0'), cli);
    rc = tq_buf_is_ok(&text) ? tq_file_write_new(path, tq_buf_slice(&text), false, err)
                             : tq_error_set(err, TQ_NOMEM, "%s", path);
    if (wrote != NULL)
        *wrote = rc == TQ_OK;
    tq_buf_deinit(&text);
    return rc;
}
