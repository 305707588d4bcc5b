#include "datasource/script_words.hpp"

#include <algorithm>
#include <cctype>

namespace locum::datasource {
namespace {

bool word_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

} // namespace

Word Words::next() {
    while (at_ < sql_.size()) {
        const char c = sql_[at_];
        if (std::isspace(static_cast<unsigned char>(c)) != 0)
            ++at_;
        else if (sql_.substr(at_, 2) == "--")
            at_ = end_of_comment(at_);
        else if (sql_.substr(at_, 2) == "/*")
            skip_comment();
        else if (c == '\'' || c == '"')
            skip_quoted(c, false);
        else if (kind_ == Kind::sqlite && (c == '`' || c == '['))
            skip_quoted(c == '[' ? ']' : c, false);
        else if (kind_ == Kind::postgresql && c == '$' && skip_dollar_quoted())
            continue;
        else if (word_character(c))
            return word();
        else {
            ++at_;
            return {std::string(1, c), at_ - 1, at_};
        }
    }
    return {"", sql_.size(), sql_.size()};
}

std::size_t Words::skip_arguments(bool to_next_command) {
    while (at_ < sql_.size() && sql_[at_] != '\n') {
        if (to_next_command && sql_[at_] == '\\')
            break;
        if (sql_[at_] == '\'' || sql_[at_] == '"') {
            const char quote = sql_[at_];
            for (++at_; at_ < sql_.size() && sql_[at_] != quote && sql_[at_] != '\n';)
                ++at_;
            if (at_ < sql_.size() && sql_[at_] == '\n')
                break; // the shells end them there, too
        }
        ++at_;
    }
    return at_;
}

Word Words::word() {
    const std::size_t begin = at_;
    while (at_ < sql_.size() && word_character(sql_[at_]))
        ++at_;
    Word word{std::string(sql_.substr(begin, at_ - begin)), begin, at_};
    std::transform(word.text.begin(), word.text.end(), word.text.begin(), [](char c) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    if (kind_ == Kind::postgresql && word.text == "E" && at_ < sql_.size() && sql_[at_] == '\'')
        do
            skip_quoted('\'', true);
        while (continues());
    return word;
}

// Of "--". For PostgreSQL a carriage return ends it, too.
std::size_t Words::end_of_comment(std::size_t begin) const {
    return std::min(sql_.find_first_of(kind_ == Kind::postgresql ? "\r\n" : "\n", begin),
                    sql_.size());
}

// Behind the end of PostgreSQL's E'…': whether the string goes on, by a doubled quote or on a line
// further down, where backslashes still mean what they did. Then the next quote is where we are.
bool Words::continues() {
    bool line = false;
    std::size_t at = at_;
    for (; at < sql_.size(); ++at) {
        if (sql_.substr(at, 2) == "--")
            at = end_of_comment(at);
        if (at == sql_.size() || std::isspace(static_cast<unsigned char>(sql_[at])) == 0)
            break;
        line = line || sql_[at] == '\n' || sql_[at] == '\r';
    }
    if (at == sql_.size() || sql_[at] != '\'' || (at != at_ && !line))
        return false;
    at_ = at;
    return true;
}

void Words::skip_quoted(char quote, bool backslashes) {
    for (++at_; at_ < sql_.size(); ++at_) {
        if (backslashes && sql_[at_] == '\\')
            ++at_;
        else if (sql_[at_] == quote)
            break; // a doubled quote begins anew at once
    }
    at_ = std::min(at_ + 1, sql_.size());
}

// PostgreSQL's comments nest.
void Words::skip_comment() {
    int depth = 0;
    do {
        const std::string_view two = sql_.substr(at_, 2);
        if (two == "/*")
            depth = kind_ == Kind::postgresql ? depth + 1 : 1;
        else if (two == "*/")
            --depth;
        at_ += two == "/*" || two == "*/" ? 2 : 1;
    } while (depth > 0 && at_ < sql_.size());
    at_ = std::min(at_, sql_.size());
}

bool Words::skip_dollar_quoted() {
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

} // namespace locum::datasource
