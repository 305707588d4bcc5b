#include "suite/lint_sql.hpp"

#include <algorithm>
#include <cctype>

namespace locum::suite {

namespace {

struct Word {
    std::string text; // in lower case: an identifier, or one other character; "": the end
    bool name = false;
    bool quoted = false;
    bool is(std::string_view keyword) const { return !quoted && text == keyword; }
};

bool in_name(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

// Where the search ends: behind what was found, or at the end.
std::size_t behind(std::string_view sql, std::string_view wanted, std::size_t from) {
    const std::size_t at = sql.find(wanted, from);
    return at == sql.npos ? sql.size() : at + wanted.size();
}

// Takes the next word off; without comments and what stands in single quotes.
Word take(std::string_view& sql) {
    while (!sql.empty()) {
        const char c = sql.front();
        std::size_t end = 1;
        Word word{std::string(1, c), false, false};
        if (sql.starts_with("--")) {
            word.text.clear();
            end = behind(sql, "\n", 2);
        } else if (sql.starts_with("/*")) {
            word.text.clear();
            end = behind(sql, "*/", 2);
        } else if (c == '\'') {
            word.text.clear();
            end = behind(sql, "'", 1);
        } else if (c == '"' || c == '`' || c == '[') {
            end = behind(sql, c == '[' ? "]" : std::string_view(&c, 1), 1);
            word = {std::string(sql.substr(1, end > 1 ? end - 2 : 0)), true, true};
        } else if (in_name(c)) {
            while (end < sql.size() && in_name(sql[end]))
                ++end;
            word = {std::string(sql.substr(0, end)), true, false};
        } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            word.text.clear();
        }
        sql.remove_prefix(end);
        if (word.text.empty())
            continue;
        std::transform(word.text.begin(), word.text.end(), word.text.begin(), [](char one) {
            return one >= 'A' && one <= 'Z' ? static_cast<char>(one + 32) : one;
        });
        return word;
    }
    return {};
}

// What a list of tables cannot go on behind.
bool ends_list(const Word& word) {
    return word.is("where") || word.is("group") || word.is("order") || word.is("having") ||
           word.is("limit") || word.is("union") || word.is("window") || word.is("(");
}

} // namespace

std::vector<std::string> sources_of(std::string_view sql) {
    std::vector<std::string> names;
    bool wanted = false; // a table is to follow
    bool listed = false; // one has been there, and a comma may follow
    bool taken = false;  // the word before was one
    Word before;
    for (Word word = take(sql); !word.text.empty(); word = take(sql)) {
        const bool takes = wanted && word.name;
        if (takes) {
            names.push_back(word.text);
            wanted = false;
            listed = true;
        } else if (taken && word.is(".")) {
            names.pop_back(); // it was the schema
            wanted = true;
        } else if ((word.is("from") && !before.is("distinct")) || word.is("join") ||
                   (listed && word.is(","))) {
            wanted = true;
        } else if (wanted || ends_list(word)) {
            wanted = listed = false;
        }
        taken = takes;
        before = word;
    }
    return names;
}

} // namespace locum::suite
