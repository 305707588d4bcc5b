#pragma once
// Within datasource/ only: a script as words, without what is quoted or a comment.

#include "datasource/connection.hpp"

#include <string>
#include <string_view>

namespace locum::datasource {

struct Word {
    std::string text; // in capitals, or one other character; "" at the end of the script
    std::size_t begin = 0;
    std::size_t end = 0;
};

class Words {
public:
    Words(std::string_view sql, Kind kind) : sql_(sql), kind_(kind) {}

    Word next();
    // Skips the arguments of a shell's command: to the end of the line, or, where commands begin
    // anywhere (psql), to the next one. Returns where they end.
    std::size_t skip_arguments(bool to_next_command);

private:
    Word word();
    void skip_quoted(char quote, bool backslashes);
    bool continues();
    std::size_t end_of_comment(std::size_t begin) const;
    void skip_comment();
    bool skip_dollar_quoted();

    std::string_view sql_;
    Kind kind_;
    std::size_t at_ = 0;
};

} // namespace locum::datasource
