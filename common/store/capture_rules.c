#include "store/capture_rules.h"

#include <inttypes.h>
#include <string.h>

#include "tuquan/hash.h"

#define BYTES_PER_CHARACTER 4
#define INSTANT_LOW INT64_C(946684800000)
#define INSTANT_HIGH INT64_C(7258118400000)

/* Text inside '...'. */
static void append_quoted(struct tq_buf *sql, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            tq_buf_append_u8(sql, '\'');
        tq_buf_append_u8(sql, (uint8_t)*text);
    }
}

void rules_raise(struct tq_buf *sql, const struct tq_table *table, const struct tq_column *column,
        tq_reason reason)
{
    tq_buf_printf(sql, "RAISE(ABORT,'[%s] %s%s%s: ", tq_reason_code(reason), table->name,
            column != NULL ? "." : "", column != NULL ? column->name : "");
    append_quoted(sql, tq_reason_sentence(reason, TQ_LANG_VI));
    tq_buf_append_str(sql, ". ");
    append_quoted(sql, tq_reason_next_step(reason, TQ_LANG_VI));
    tq_buf_append_str(sql, "')\n");
}

void rules_literal(struct tq_buf *sql, const struct tq_value *value)
{
    if (value->type == TQ_INT) {
        tq_buf_printf(sql, "%" PRId64, value->i);
    } else if (value->type == TQ_TEXT) {
        tq_buf_append_u8(sql, '\'');
        tq_buf_append_slice(sql, value->s); /* codes of the catalogue: nothing to escape */
        tq_buf_append_u8(sql, '\'');
    } else {
        tq_buf_append_str(sql, "NULL");
    }
}

static void begin_branch(struct tq_buf *sql, const char *guard)
{
    tq_buf_printf(sql, " WHEN %s", guard);
}

static void end_branch(struct tq_buf *sql, const struct tq_table *table,
        const struct tq_column *column, tq_reason reason)
{
    tq_buf_append_str(sql, " THEN ");
    rules_raise(sql, table, column, reason);
}

/* STRICT would refuse it too, but in English and without a next step, and only after us. */
static void rule_type(struct tq_buf *sql, const struct tq_table *table,
        const struct tq_column *column, const char *guard)
{
    uint32_t exactly =
            column->rule.kind == TQ_RULE_HASH ? TQ_HASH_BYTES
            : column->type == TQ_BLOB && column->rule.kind == TQ_RULE_LENGTH && column->rule.low > 0
                    ? (uint32_t)column->rule.low
            : column->type == TQ_BLOB && column->rule.kind == TQ_RULE_REF ? TQ_SURROGATE_BYTES
                                                                          : 0;

    if (exactly == 0)
        return;
    begin_branch(sql, guard);
    tq_buf_printf(sql, "length(NEW.%s)<>%u", column->name, exactly);
    end_branch(sql, table, column, TQ_REASON_BAD_TYPE);
}

static void rule_list(struct tq_buf *sql, const struct tq_table *table,
        const struct tq_column *column, const char *guard)
{
    /* Comparisons one by one: IN would build its set anew for each row. */
    begin_branch(sql, guard);
    for (size_t i = 0; column->rule.list[i] != NULL; i++)
        tq_buf_printf(
                sql, "%sNEW.%s<>'%s'", i > 0 ? " AND " : "", column->name, column->rule.list[i]);
    end_branch(sql, table, column, TQ_REASON_NOT_IN_LIST);
}

static void rule_length(struct tq_buf *sql, const struct tq_table *table,
        const struct tq_column *column, const char *guard)
{
    if (column->type == TQ_TEXT && column->rule.low > 0) {
        begin_branch(sql, guard);
        tq_buf_printf(sql, "NEW.%s=''", column->name);
        end_branch(sql, table, column, TQ_REASON_REQUIRED);
    }
    begin_branch(sql, guard);
    if (column->type == TQ_BLOB)
        tq_buf_printf(sql, "length(NEW.%s)>%" PRId64, column->name, column->rule.high);
    else /* counting characters is cheap, bytes are a copy */
        tq_buf_printf(sql, "length(NEW.%s)>%" PRId64 " AND length(CAST(NEW.%s AS BLOB))>%" PRId64,
                column->name, column->rule.high / BYTES_PER_CHARACTER, column->name,
                column->rule.high);
    end_branch(sql, table, column, TQ_REASON_TOO_LONG);
}

/* JSON escapes NUL and all control characters but DEL, in one pass over the bytes: only text that
 * it would change meets the costly tests (instr for NUL, which ends a text for GLOB). */
static void rule_clean(struct tq_buf *sql, const struct tq_table *table,
        const struct tq_column *column, const char *guard)
{
    const char *name = column->name;

    begin_branch(sql, guard);
    tq_buf_printf(sql,
            "NEW.%s IS NOT NULL AND (instr(NEW.%s,'\x7f') OR "
            "length(json_quote(NEW.%s))<>length(NEW.%s)+2 AND (instr(NEW.%s,char(0)) OR NEW.%s "
            "GLOB '*['||char(1)||'-'||char(8,11,12,14)||'-'||char(31)||']*'))",
            name, name, name, name, name, name);
    end_branch(sql, table, column, TQ_REASON_BAD_TEXT);
}

void rules_column(struct tq_buf *sql, const struct tq_table *table, const struct tq_column *column,
        const char *guard)
{
    const struct tq_rule *rule = &column->rule;

    rule_type(sql, table, column, guard);
    if (column->required) {
        begin_branch(sql, guard);
        tq_buf_printf(sql, "NEW.%s IS NULL", column->name);
        end_branch(sql, table, column, TQ_REASON_REQUIRED);
    }
    switch (rule->kind) {
    case TQ_RULE_RANGE:
        if (rule->low == INT64_MIN && rule->high == INT64_MAX)
            break;
        begin_branch(sql, guard);
        tq_buf_printf(sql, "NEW.%s NOT BETWEEN %" PRId64 " AND %" PRId64, column->name, rule->low,
                rule->high);
        end_branch(sql, table, column, TQ_REASON_OUT_OF_RANGE);
        break;
    case TQ_RULE_INSTANT:
        begin_branch(sql, guard);
        tq_buf_printf(sql, "NEW.%s NOT BETWEEN %" PRId64 " AND %" PRId64, column->name, INSTANT_LOW,
                INSTANT_HIGH - 1);
        end_branch(sql, table, column, TQ_REASON_BAD_DATE);
        break;
    case TQ_RULE_LIST:
        rule_list(sql, table, column, guard);
        break;
    case TQ_RULE_DATE:
        begin_branch(sql, guard);
        tq_buf_printf(sql, "NEW.%s IS NOT NULL AND NEW.%s IS NOT date(NEW.%s,'+0 days')",
                column->name, column->name, column->name);
        end_branch(sql, table, column, TQ_REASON_BAD_DATE);
        break;
    case TQ_RULE_LENGTH:
        if (column->type == TQ_TEXT)
            rule_clean(sql, table, column, guard);
        if (column->type == TQ_TEXT || rule->low == 0)
            rule_length(sql, table, column, guard);
        break;
    case TQ_RULE_NONE:
        if (column->type == TQ_TEXT)
            rule_clean(sql, table, column, guard);
        break;
    case TQ_RULE_REF:
    case TQ_RULE_HASH:
        break;
    }
}

void rules_reference(struct tq_buf *sql, const struct tq_catalogue *catalogue,
        const struct tq_table *table, const struct tq_column *column, const char *guard)
{
    const struct tq_table *parent = column->rule.kind == TQ_RULE_REF
                                            ? tq_catalogue_find(catalogue, column->rule.ref)
                                            : NULL;

    if (parent == NULL)
        return;
    begin_branch(sql, guard);
    tq_buf_printf(sql,
            "NEW.%s IS NOT NULL AND NOT EXISTS(SELECT 1 FROM %s WHERE %s=NEW.%s)"
            " AND NOT EXISTS(SELECT 1 FROM tq_state WHERE loading<>0)",
            column->name, parent->name, parent->columns[parent->key[0]].name, column->name);
    /* At the merge it would be held; here the clerk can still choose. */
    tq_buf_printf(sql, " THEN RAISE(ABORT,'[%s] %s.%s: ", tq_reason_code(TQ_REASON_PARENT_MISSING),
            table->name, column->name);
    append_quoted(sql, tq_reason_sentence(TQ_REASON_PARENT_MISSING, TQ_LANG_VI));
    tq_buf_printf(sql, ". %s')\n", tq_phrase(TQ_PHRASE_CHOOSE_PARENT));
    if (column->rule.low != TQ_REF_OWN)
        return;
    begin_branch(sql, guard);
    tq_buf_printf(sql, "EXISTS(SELECT 1 FROM %s WHERE %s=NEW.%s AND parent IS NOT NEW.%s) THEN ",
            parent->name, parent->columns[parent->key[0]].name, column->name,
            table->columns[table->owner].name);
    rules_raise(sql, table, column, TQ_REASON_NOT_YOUR_VILLAGE);
}

static const char *column_name(const struct tq_table *table, uint32_t id)
{
    int index = tq_table_column(table, id);

    return index < 0 ? "?" : table->columns[index].name;
}

void rules_groups(struct tq_buf *sql, const struct tq_table *table, uint32_t cell)
{
    for (size_t i = 0; i < table->ngroup_rules; i++) {
        const struct tq_group_rule *rule = &table->group_rules[i];
        int first = tq_table_column(table, rule->cell);
        const char *name[4] = { "?", "?", "?", "?" };

        if ((cell != TQ_CELL_ROW && rule->cell != cell) || first < 0)
            continue;
        for (uint32_t k = 0; k < rule->count; k++)
            name[k] = column_name(table, rule->columns[k]);
        begin_branch(sql, "");
        if (rule->kind == TQ_GROUP_ALL_OR_NONE) {
            for (uint32_t k = 1; k < rule->count; k++)
                tq_buf_printf(sql, "%s(NEW.%s IS NULL)<>(NEW.%s IS NULL)", k > 1 ? " OR " : "",
                        name[0], name[k]);
        } else {
            tq_buf_printf(sql, "2*NEW.%s<=NEW.%s OR NEW.%s>NEW.%s OR NEW.%s>NEW.%s", name[2],
                    name[0], name[1], name[0], name[2], name[1]);
        }
        end_branch(sql, table, &table->columns[first], TQ_REASON_GROUP);
    }
}

void rules_steps(struct tq_buf *sql, const struct tq_table *table, uint32_t cell)
{
    for (const struct tq_step *s = table->steps; s != NULL && s->state != 0; s++) {
        for (const uint32_t *need = s->needs; *need != 0; need++) {
            int at = tq_table_column(table, *need);

            if (at < 0 || (cell != TQ_CELL_ROW && cell != s->state && cell != *need))
                continue;
            begin_branch(sql, "");
            tq_buf_printf(sql, "NEW.%s='%s' AND NEW.%s IS NULL", column_name(table, s->state),
                    s->code, column_name(table, *need));
            end_branch(sql, table, &table->columns[at], TQ_REASON_STEP);
        }
    }
}
