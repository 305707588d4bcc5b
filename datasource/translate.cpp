// PostgreSQL's expressions in SQLite's words, for the few forms that mean the same.

#include "datasource/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <regex>

namespace locum::datasource {
namespace {

constexpr int double_digits = 15;

bool is_number(std::string_view text) {
    if (text.starts_with('-'))
        text.remove_prefix(1);
    const auto dots = std::count(text.begin(), text.end(), '.');
    return !text.empty() && dots <= 1 && text.front() != '.' && text.back() != '.' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return c == '.' || std::isdigit(static_cast<unsigned char>(c)) != 0;
           });
}

// "'it''s'" at the beginning of text, with its quotes; "" where there is none.
std::string_view string_literal(std::string_view text) {
    if (!text.starts_with('\''))
        return {};
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] != '\'')
            continue;
        if (at + 1 < text.size() && text[at + 1] == '\'')
            ++at;
        else
            return text.substr(0, at + 1);
    }
    return {};
}

std::string_view without_parentheses(std::string_view text) {
    while (text.size() > 2 && text.front() == '(' && text.back() == ')') {
        int depth = 0;
        for (std::size_t at = 0; at + 1 < text.size(); ++at) {
            depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
            if (depth == 0)
                return text; // "(a) + (b)"
        }
        text = text.substr(1, text.size() - 2);
    }
    return text;
}

// NULL alone or as a type: "NULL::numeric(10,2)", but not "NULL::boolean IS NULL".
bool is_null(std::string_view text) {
    static const std::regex form(R"re(NULL(::(\w+|"[^"]+")(\.(\w+|"[^"]+"))?(\([0-9,]+\))?)re"
                                 R"re(( varying| precision| with(out)? time zone)?)re"
                                 R"re((\([0-9,]+\))?)?)re");
    return std::regex_match(text.begin(), text.end(), form);
}

std::optional<std::string> literal_default(const Column& column, std::string_view literal) {
    std::string_view inner = literal.substr(1, literal.size() - 2);
    switch (column.type) {
    case Type::boolean:
    case Type::other:
        return std::nullopt;
    case Type::integer:
    case Type::numeric:
    case Type::real:
        if (!is_number(inner))
            return std::nullopt;
        return column.type == Type::numeric && !fits_double(column) ? std::string(literal)
                                                                    : std::string(inner);
    case Type::bytea:
        if (!inner.starts_with("\\x"))
            return std::nullopt;
        return fmt::format("X'{}'", inner.substr(2));
    case Type::timestamptz:
        if (!inner.ends_with("+00"))
            return std::nullopt;
        return fmt::format("'{}'", inner.substr(0, inner.size() - 3));
    default:
        return std::string(literal);
    }
}

// "'it''s'::text" → "'it''s'"; "" for what is more than a literal.
std::string_view cast_literal(std::string_view text) {
    const std::string_view literal = string_literal(text);
    const std::string_view rest = text.substr(literal.size());
    const bool plain = rest.empty() ||
                       (rest.starts_with("::") && rest.find_first_of("()'|") == rest.npos) ||
                       rest.starts_with("::character varying");
    return plain ? literal : std::string_view();
}

bool is_now(std::string_view text) {
    return text == "now()" || text == "CURRENT_TIMESTAMP" || text == "LOCALTIMESTAMP" ||
           text == "statement_timestamp()" || text == "clock_timestamp()";
}

std::optional<std::string> now_since_1970(const Column& column, std::string_view text,
                                          std::int64_t units_a_second) {
    if (text == "CURRENT_DATE" && column.type == Type::date)
        return fmt::format("(strftime('%s', 'now', 'start of day') * {})", units_a_second);
    if (!is_now(text) || column.type == Type::date)
        return std::nullopt;
    if (units_a_second == 1)
        return "(CAST(strftime('%s', 'now') AS INTEGER))";
    return fmt::format("(CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * {})",
                       units_a_second / 1000);
}

// Of a column whose form in the copy is the suite's choice, or of an array.
std::optional<std::string> encoded_default(const Column& column, std::string_view text) {
    const std::string_view literal = cast_literal(text);
    const std::string_view inner = literal.empty() ? text : literal.substr(1, literal.size() - 2);
    switch (column.encoding.value_or(Encoding::json)) {
    case Encoding::json:
        return literal == "'{}'" ? std::optional<std::string>("'[]'") : std::nullopt;
    case Encoding::text:
        if (column.type == Type::boolean)
            return text == "true"    ? std::optional<std::string>("'t'")
                   : text == "false" ? std::optional<std::string>("'f'")
                                     : std::nullopt;
        if (column.type == Type::bytea)
            return inner.starts_with("\\x")
                       ? std::optional<std::string>(fmt::format("'{}'", inner.substr(2)))
                       : std::nullopt;
        if (is_number(text))
            return fmt::format("'{}'", text);
        return literal.empty() ? std::nullopt : std::optional<std::string>(literal);
    case Encoding::integer:
    case Encoding::real:
        return is_number(inner) ? std::optional<std::string>(inner) : std::nullopt;
    case Encoding::epoch_s:
        return now_since_1970(column, text, 1);
    case Encoding::epoch_ms:
        return now_since_1970(column, text, 1'000);
    case Encoding::epoch_us:
        return now_since_1970(column, text, 1'000'000);
    default:
        return std::nullopt;
    }
}

// A random UUID of version 4.
constexpr std::string_view random_uuid =
    "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), "
    "2) "
    "|| '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || "
    "hex(randomblob(6))))";

// Reads a generated column's expression word by word and writes SQLite's.
class Translator {
public:
    Translator(const Table& table, std::string_view text) : table_(table), text_(text) {}

    std::optional<std::string> run() {
        while (at_ < text_.size())
            if (!piece())
                return std::nullopt;
        // A cast to a number is left out below; it must not have been one from a text.
        if (number_cast_ && text_seen_)
            return std::nullopt;
        return written_;
    }

private:
    bool piece() {
        const char c = text_[at_];
        if (text_.substr(at_, 2) == "::")
            return cast();
        if (text_.substr(at_, 2) == "||")
            return take(2);
        if (c == ' ' || c == '(' || c == ')' || c == ',' || c == '+' || c == '-' || c == '*')
            return take(1);
        if (c == '\'') {
            const auto literal = string_literal(text_.substr(at_));
            text_seen_ = true;
            return literal.find('\\') == std::string_view::npos && take(literal.size());
        }
        if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
            std::size_t end = at_;
            while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0)
                ++end;
            if (end < text_.size() && (text_[end] == '.' || text_[end] == 'e'))
                return false; // not a whole number
            return take(end - at_);
        }
        return name();
    }

    bool take(std::size_t count) {
        written_ += text_.substr(at_, count);
        at_ += count;
        return count > 0;
    }

    bool cast() {
        for (const std::string_view type :
             {"::text", "::character varying", "::integer", "::bigint", "::smallint"}) {
            if (!text_.substr(at_).starts_with(type))
                continue;
            const std::size_t end = at_ + type.size();
            if (end < text_.size() && text_[end] != ' ' && text_[end] != ')' && text_[end] != ',')
                continue; // "::text[]", "::character varying(3)"
            number_cast_ = number_cast_ || (type != "::text" && type != "::character varying");
            at_ = end;
            return true;
        }
        return false;
    }

    bool name() {
        std::string word;
        if (text_[at_] == '"') {
            std::size_t end = at_ + 1;
            for (; end < text_.size(); ++end) {
                if (text_[end] == '"' && text_.substr(end, 2) != "\"\"")
                    break;
                if (text_[end] == '"')
                    ++end;
                word += text_[end];
            }
            at_ = end + 1;
        } else {
            while (at_ < text_.size() &&
                   (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
                word += text_[at_++];
            if (word == "COALESCE") {
                written_ += word;
                return true;
            }
        }
        const auto column = std::find_if(table_.columns.begin(), table_.columns.end(),
                                         [&](const Column& each) { return each.name == word; });
        if (column == table_.columns.end() || column->generated || column->encoding ||
            !plain(*column))
            return false;
        text_seen_ = text_seen_ || column->type == Type::text;
        written_ += quoted(word);
        return true;
    }

    static bool plain(const Column& column) {
        return column.type == Type::integer || column.declared == "text" ||
               column.declared.starts_with("character varying");
    }

    const Table& table_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::string written_;
    bool number_cast_ = false;
    bool text_seen_ = false;
};

} // namespace

std::optional<Precision> precision_of(std::string_view declared) {
    const auto open = declared.find('('), comma = declared.find(',');
    if (open == std::string_view::npos || comma == std::string_view::npos)
        return std::nullopt;
    Precision precision;
    std::from_chars(declared.data() + open + 1, declared.data() + comma, precision.digits);
    std::from_chars(declared.data() + comma + 1, declared.data() + declared.size(),
                    precision.scale);
    return precision;
}

bool fits_double(const Column& column) {
    const auto precision = precision_of(column.declared);
    return precision && precision->digits <= double_digits && precision->scale >= 0 &&
           precision->scale <= precision->digits;
}

std::optional<std::string> sqlite_default(const Column& column) {
    if (!column.default_sql || column.identity)
        return std::nullopt;
    const std::string_view text = without_parentheses(*column.default_sql);
    if (is_null(text))
        return "NULL";
    if (column.encoding || column.type == Type::array)
        return encoded_default(column, text);
    if (column.type == Type::boolean)
        return text == "true"    ? std::optional<std::string>("1")
               : text == "false" ? std::optional<std::string>("0")
                                 : std::nullopt;
    if (is_number(text))
        return column.type == Type::numeric && !fits_double(column) ? fmt::format("'{}'", text)
                                                                    : std::string(text);
    if (text.starts_with('\''))
        if (const auto literal = cast_literal(text); !literal.empty())
            return literal_default(column, literal);
    if (is_now(text) && (column.type == Type::timestamp || column.type == Type::timestamptz))
        return "(strftime('%Y-%m-%d %H:%M:%f', 'now'))";
    if (text == "CURRENT_DATE" && column.type == Type::date)
        return "CURRENT_DATE";
    if ((text == "gen_random_uuid()" || text == "uuid_generate_v4()") && column.type == Type::uuid)
        return std::string(random_uuid);
    return std::nullopt;
}

std::optional<std::string> sqlite_generated(const Table& table, const Column& column) {
    if (!column.generated || column.encoding ||
        (column.type != Type::integer && column.declared != "text"))
        return std::nullopt;
    return Translator(table, *column.generated).run();
}

std::string folded(std::string_view name) {
    std::string text(name);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

} // namespace locum::datasource
