#include "cli/describe.h"

#include <string.h>

#include "tuquan/words.h"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t k = strlen(end);

    return n >= k && strcmp(text + n - k, end) == 0;
}

/* What a form shows for it; stable. */
static const char *kind_of(const struct tq_column *column)
{
    switch (column->rule.kind) {
    case TQ_RULE_DATE:
        return "date";
    case TQ_RULE_INSTANT:
        return "instant";
    case TQ_RULE_LIST:
        return "list";
    case TQ_RULE_REF:
        return "ref";
    case TQ_RULE_HASH:
        return "hash";
    default:
        break;
    }
    if (column->type == TQ_BLOB)
        return "bytes";
    if (column->type == TQ_TEXT)
        return "text";
    if (ends_with(column->name, "_c"))
        return "points";
    if (column->rule.kind == TQ_RULE_RANGE && column->rule.low == 0 && column->rule.high == 1)
        return "yes_no";
    return "number";
}

static json_t *word_json(const char *table, const struct tq_column *column, const char *code)
{
    struct tq_slice vi = tq_word_of_code(table, column, tq_slice_str(code), TQ_LANG_VI);
    struct tq_slice en = tq_word_of_code(table, column, tq_slice_str(code), TQ_LANG_EN);
    json_t *word = json_object();

    json_object_set_new(word, "code", json_string(code));
    json_object_set_new(word, "vi", json_stringn((const char *)vi.data, vi.len));
    json_object_set_new(word, "en", json_stringn((const char *)en.data, en.len));
    return word;
}

static void put_rule(json_t *json, const struct tq_table *table, const struct tq_column *column)
{
    const struct tq_rule *rule = &column->rule;
    json_t *words;

    if (rule->kind == TQ_RULE_RANGE) {
        json_object_set_new(json, "low", json_integer(rule->low));
        json_object_set_new(json, "high", json_integer(rule->high));
    } else if (rule->kind == TQ_RULE_LENGTH) {
        json_object_set_new(json, "max_bytes", json_integer(rule->high));
    } else if (rule->kind == TQ_RULE_REF) {
        json_object_set_new(json, "ref", json_string(rule->ref));
        json_object_set_new(json, "own", json_boolean(rule->low == TQ_REF_OWN));
    } else if (rule->kind == TQ_RULE_LIST) {
        words = json_array();
        for (size_t i = 0; rule->list[i] != NULL; i++)
            json_array_append_new(words, word_json(table->name, column, rule->list[i]));
        json_object_set_new(json, "words", words);
    }
}

static json_t *value_json(const struct tq_value *value)
{
    return value->type == TQ_TEXT ? json_stringn((const char *)value->s.data, value->s.len)
                                  : json_integer(value->i);
}

static json_t *column_json(
        const struct cli *cli, const struct tq_table *table, size_t c, unsigned writers)
{
    const struct tq_column *column = &table->columns[c];
    bool is_key = tq_table_is_key(table, (uint32_t)c);
    bool made = (is_key && table->surrogate) || (int)c == table->owner ||
                (column->cell == table->void_cell && table->void_cell != 0);
    uint32_t others[TQ_MAX_COLUMNS];
    json_t *json = json_object();

    json_object_set_new(json, "name", json_string(column->name));
    json_object_set_new(json, "title", json_string(tq_word_of_column(column, cli->lang)));
    json_object_set_new(json, "type", json_string(kind_of(column)));
    json_object_set_new(json, "key", json_boolean(is_key));
    json_object_set_new(json, "writable", json_boolean((column->writers & writers) != 0 && !made));
    json_object_set_new(json, "required", json_boolean(column->required && !made));
    if (column->cell != TQ_CELL_ROW && tq_table_cell(table, column->cell, others) > 1)
        json_object_set_new(json, "group", json_string(tq_table_cell_name(table, column->cell)));
    if (column->fallback.type != TQ_NULL)
        json_object_set_new(json, "default", value_json(&column->fallback));
    put_rule(json, table, column);
    return json;
}

json_t *cli_describe_table(const struct cli *cli, const struct tq_table *table, unsigned writers)
{
    json_t *json = json_object();
    json_t *columns = json_array();
    json_t *key = json_array();

    for (size_t c = 0; c < table->ncolumns; c++)
        json_array_append_new(columns, column_json(cli, table, c, writers));
    for (uint32_t k = 0; k < table->nkey; k++)
        json_array_append_new(key, json_string(table->columns[table->key[k]].name));
    json_object_set_new(json, "title", json_string(tq_word_of_table(table, cli->lang)));
    json_object_set_new(json, "key_kind", json_string(table->surrogate ? "surrogate" : "natural"));
    json_object_set_new(json, "key", key);
    json_object_set_new(json, "writable", json_boolean((table->writers & writers) != 0));
    json_object_set_new(json, "public", json_boolean(table->scope == TQ_PUBLIC));
    json_object_set_new(json, "columns", columns);
    return json;
}
