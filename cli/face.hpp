#pragma once
// How questions are put to a person: full screen, or line by line.

#include "engine/secret.hpp"
#include "interview/question.hpp"

#include <memory>
#include <optional>

namespace locum::cli {

// A question as it is put now.
struct Put {
    const interview::Question& question;
    const interview::Draft& given;
    std::size_t number = 1; // of those that are put, from 1; 0: it stands alone
    interview::Value suggested;
    std::string fault; // what was wrong with the answer before; empty: nothing
    bool can_go_back = true;
    bool kept = false; // a password was typed before, and can stay as it is
};

struct Reply {
    interview::Value value;
    std::optional<engine::Secret> typed; // a password; none with {"prompt"}: the kept one
};

// "7. Components of this host"; without a number where it stands alone.
std::string titled(const Put& put);

class Face {
public:
    virtual ~Face() = default;
    Face() = default;
    Face(const Face&) = delete;
    Face& operator=(const Face&) = delete;

    // nullopt: to the question before, where there is one. Explains itself when it is asked to.
    // Throws Error: cancelled where the person leaves, or the terminal goes away.
    virtual std::optional<Reply> ask(const Put& put) = 0;
    // false: to the question before. Line by line that can be said at the next question only.
    virtual bool tell(const std::string& title, const std::string& text) = 0;
};

// On standard input and standard error, for every terminal there is.
std::unique_ptr<Face> make_lines_face();
// On the whole screen, where screen_possible() says so (screen.hpp). It is given back when the face
// goes.
std::unique_ptr<Face> make_screen_face();

} // namespace locum::cli
