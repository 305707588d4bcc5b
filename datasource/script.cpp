#include "datasource/script.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace locum::datasource {
namespace {

bool word_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

// Walks over a script's words and semicolons, and over nothing that is quoted or a comment.
class Words {
public:
    explicit Words(std::string_view sql) : sql_(sql) {}

    // The next word in capitals, ";", or another character; "" at the end.
    std::string next() {
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (std::isspace(static_cast<unsigned char>(c)) != 0)
                ++at_;
            else if (sql_.substr(at_, 2) == "--")
                at_ = std::min(sql_.find('\n', at_), sql_.size());
            else if (sql_.substr(at_, 2) == "/*")
                skip_comment();
            else if (c == '\'' || c == '"')
                skip_quoted(c, false);
            else if (c == '$' && skip_dollar_quoted())
                continue;
            else if (word_character(c))
                return word();
            else
                return std::string(1, sql_[at_++]);
        }
        return {};
    }

private:
    std::string word() {
        const std::size_t begin = at_;
        while (at_ < sql_.size() && word_character(sql_[at_]))
            ++at_;
        std::string text(sql_.substr(begin, at_ - begin));
        std::transform(text.begin(), text.end(), text.begin(), [](char c) {
            return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        });
        if (text == "E" && at_ < sql_.size() && sql_[at_] == '\'')
            skip_quoted('\'', true);
        return text;
    }

    void skip_quoted(char quote, bool backslashes) {
        for (++at_; at_ < sql_.size(); ++at_) {
            if (backslashes && sql_[at_] == '\\')
                ++at_;
            else if (sql_[at_] == quote)
                break; // a doubled quote begins anew at once
        }
        at_ = std::min(at_ + 1, sql_.size());
    }

    // PostgreSQL's comments nest.
    void skip_comment() {
        int depth = 0;
        do {
            const std::string_view two = sql_.substr(at_, 2);
            depth += two == "/*" ? 1 : two == "*/" ? -1 : 0;
            at_ += two == "/*" || two == "*/" ? 2 : 1;
        } while (depth > 0 && at_ < sql_.size());
    }

    bool skip_dollar_quoted() {
        std::size_t end = at_ + 1;
        while (end < sql_.size() && sql_[end] != '$' && word_character(sql_[end]))
            ++end;
        if (end >= sql_.size() || sql_[end] != '$' ||
            std::isdigit(static_cast<unsigned char>(sql_[at_ + 1])) != 0)
            return false;
        const std::string_view tag = sql_.substr(at_, end + 1 - at_);
        const std::size_t close = sql_.find(tag, end + 1);
        at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
        return true;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

bool ends_or_begins(const std::string& word) {
    static constexpr std::array<std::string_view, 6> words{"BEGIN", "START",    "COMMIT",
                                                           "END",   "ROLLBACK", "ABORT"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

std::string transaction_statement(std::string_view sql) {
    Words words(sql);
    bool at_head = true;
    int depth = 0; // of BEGIN ATOMIC and the CASEs in it, whose END is not the transaction's
    std::string before;
    for (std::string word = words.next(); !word.empty(); word = words.next()) {
        if (word == ";") {
            at_head = depth == 0;
            before.clear();
            continue;
        }
        if (at_head) {
            at_head = false;
            if (word == "ROLLBACK") {
                // ROLLBACK [WORK] TO a savepoint stays in the transaction.
                std::string then = words.next();
                if (then == "WORK" || then == "TRANSACTION")
                    then = words.next();
                if (then != "TO")
                    return word;
                continue;
            }
            if (ends_or_begins(word))
                return word;
            before = word;
            continue;
        }
        if (before == "PREPARE" && word == "TRANSACTION")
            return "PREPARE TRANSACTION";
        if ((word == "ATOMIC" && before == "BEGIN") || (word == "CASE" && depth > 0))
            ++depth;
        else if (word == "END" && depth > 0)
            --depth;
        before = word;
    }
    return {};
}

} // namespace locum::datasource
