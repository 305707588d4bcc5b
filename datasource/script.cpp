#include "datasource/script.hpp"

#include "datasource/script_words.hpp"
#include "engine/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>
#include <vector>

namespace locum::datasource {
namespace {

using Texts = std::vector<std::string>;

bool any_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool holds(const Texts& words, std::string_view wanted) {
    return std::find(words.begin(), words.end(), wanted) != words.end();
}

std::string at(const Texts& words, std::size_t index) {
    return index < words.size() ? words[index] : "";
}

// "foreign_keys" of PRAGMA main.foreign_keys = 1.
std::string pragma_name(const Texts& words) {
    return at(words, 2) == "." ? at(words, 3) : at(words, 1);
}

// What runs outside of transactions only, or needs the client that the script was written for. "":
// the statement runs within Locum's.
std::string impossible(const Texts& words, Kind kind) {
    const std::string head = at(words, 0);
    const std::string second = at(words, 1);
    const std::string both = head + " " + second;
    if (head == "VACUUM")
        return head;
    if (kind == Kind::sqlite) {
        if (head == "ATTACH" || head == "DETACH")
            return head;
        if (head == "PRAGMA" &&
            any_of(pragma_name(words), {"JOURNAL_MODE", "SYNCHRONOUS", "LOCKING_MODE"}))
            return "PRAGMA " + pragma_name(words);
        return "";
    }
    if (head == "COPY")
        for (const char* stream : {"STDIN", "STDOUT"})
            if (holds(words, stream))
                return fmt::format("COPY with {}", stream);
    if (any_of(head, {"CREATE", "DROP", "REINDEX", "ALTER"}) && holds(words, "CONCURRENTLY"))
        return both + " … CONCURRENTLY";
    if (any_of(both, {"CREATE DATABASE", "DROP DATABASE", "CREATE TABLESPACE", "DROP TABLESPACE",
                      "ALTER SYSTEM", "DISCARD ALL", "REINDEX DATABASE", "REINDEX SYSTEM"}))
        return both;
    return "";
}

// A statement that begins, ends or divides a transaction: its name; "" for all others.
std::string of_transactions(const Texts& words) {
    const std::string head = at(words, 0);
    if (head == "START" && at(words, 1) == "TRANSACTION")
        return "START TRANSACTION";
    if (head == "PREPARE" && at(words, 1) == "TRANSACTION")
        return "PREPARE TRANSACTION";
    return any_of(head, {"BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"})
               ? head
               : "";
}

// ROLLBACK [WORK] TO a savepoint stays in the transaction.
bool within_savepoint(const Texts& words) {
    const bool filler = any_of(at(words, 1), {"WORK", "TRANSACTION"});
    return any_of(at(words, 0), {"SAVEPOINT", "RELEASE"}) ||
           (at(words, 0) == "ROLLBACK" && at(words, filler ? 2 : 1) == "TO");
}

// BEGIN or COMMIT without a word that Locum's own transaction would not be true to.
bool plain(const Texts& words) {
    return std::all_of(words.begin() + 1, words.end(), [](const std::string& word) {
        return any_of(word, {"TRANSACTION", "WORK", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"});
    });
}

// What a script says of its session, where Locum has its own: foreign keys of SQLite, which are off
// while it migrates and checked after, and how long a statement may wait, as pg_dump writes it.
bool of_session(const Texts& words, Kind kind) {
    if (kind == Kind::sqlite)
        return at(words, 0) == "PRAGMA" && pragma_name(words) == "FOREIGN_KEYS";
    const bool filler = any_of(at(words, 1), {"SESSION", "LOCAL"});
    return at(words, 0) == "SET" &&
           any_of(at(words, filler ? 2 : 1),
                  {"LOCK_TIMEOUT", "STATEMENT_TIMEOUT", "TRANSACTION_TIMEOUT",
                   "IDLE_IN_TRANSACTION_SESSION_TIMEOUT"});
}

// Commands of the shells that say how output looks, or that an error ends the script, as it does
// here.
bool harmless(const std::string& command, const std::string& argument, const std::string& value) {
    if (command == "\\SET" && argument == "ON_ERROR_STOP")
        return any_of(value, {"", "1", "ON", "TRUE", "YES"});
    if (command == "\\SET")
        return any_of(argument, {"ECHO", "QUIET", "VERBOSITY"});
    return any_of(command, {"\\ECHO", "\\QECHO", "\\TIMING", "\\PSET", "\\UNSET", "\\RESTRICT",
                            "\\UNRESTRICT", ".BAIL", ".ECHO", ".PRINT", ".TIMER"});
}

class Reader {
public:
    Reader(std::string_view text, const std::string& file, Kind kind, bool for_shell) :
        text_(text), file_(file), kind_(kind), for_shell_(for_shell), words_(text, kind),
        result_(text) {}

    std::string read() {
        for (Word word = words_.next(); !word.text.empty(); word = words_.next())
            take(word);
        end_statement(text_.size());
        if (begun_ != nowhere)
            refuse(begun_, "BEGIN without its COMMIT");
        return std::move(result_);
    }

private:
    static constexpr std::size_t nowhere = std::string_view::npos;

    void take(const Word& word) {
        const bool at_head = statement_.empty();
        if ((kind_ == Kind::postgresql && word.text == "\\") ||
            (kind_ == Kind::sqlite && at_head && word.text == ".")) {
            take_command(word);
            return;
        }
        if (kind_ == Kind::sqlite && for_shell_ && at_head && word.text == "#" &&
            (word.begin == 0 || text_[word.begin - 1] == '\n')) {
            take_out(word.begin, words_.skip_arguments(false)); // the shell's comment
            return;
        }
        if (is_variable(word))
            refuse(word.begin, "a variable of psql");
        if (word.text == ";" && depth_ == 0 && parentheses_ <= 0) {
            end_statement(word.end);
            return;
        }
        if (at_head) {
            if (word.text == ";")
                return;
            begin_ = word.begin;
        }
        count_depth(word.text);
        statement_.push_back(word.text);
    }

    // :'name' or :"name", but not a cast to ::"char".
    bool is_variable(const Word& word) const {
        return kind_ == Kind::postgresql && for_shell_ && word.text == ":" &&
               any_of(text_.substr(word.end, 1), {"'", "\""}) &&
               (word.begin == 0 || text_[word.begin - 1] != ':');
    }

    // Of triggers and BEGIN ATOMIC, and the CASEs in them, whose END is not the transaction's.
    void count_depth(const std::string& word) {
        parentheses_ += word == "(" ? 1 : word == ")" ? -1 : 0;
        const bool body =
            kind_ == Kind::sqlite
                ? word == "BEGIN" && at(statement_, 0) == "CREATE" &&
                      (at(statement_, 1) == "TRIGGER" || at(statement_, 2) == "TRIGGER")
                : word == "ATOMIC" && !statement_.empty() && statement_.back() == "BEGIN";
        if (body || (word == "CASE" && depth_ > 0))
            ++depth_;
        else if (word == "END" && depth_ > 0)
            --depth_;
    }

    // To the end of its line; psql's may be followed by another, or by \\ and SQL.
    void take_command(const Word& sign) {
        if (text_.substr(sign.end, 1) == "\\") {
            words_.next();
            take_out(sign.begin, sign.end + 1);
            return;
        }
        std::size_t end = sign.end;
        while (end < text_.size() && text_[end] > ' ' && text_[end] != '\\')
            ++end;
        const std::string name(text_.substr(sign.begin, end - sign.begin));
        Words parts(text_.substr(sign.end), kind_);
        const std::string command = sign.text + parts.next().text;
        const std::string argument = parts.next().text;
        if (!for_shell_ || !harmless(command, argument, parts.next().text))
            refuse(sign.begin, "the shell's command " + name, !for_shell_);
        take_out(sign.begin, words_.skip_arguments(kind_ == Kind::postgresql));
    }

    void end_statement(std::size_t end) {
        const Texts words = std::exchange(statement_, {});
        depth_ = parentheses_ = 0;
        if (words.empty())
            return;
        if (const std::string what = impossible(words, kind_); !what.empty())
            refuse(begin_, what);
        if (const std::string what = of_transactions(words); !what.empty())
            end_transaction_statement(words, what, end);
        else if (for_shell_ && of_session(words, kind_))
            take_out(begin_, end);
    }

    void end_transaction_statement(const Texts& words, const std::string& what, std::size_t end) {
        if (within_savepoint(words))
            return;
        if (!for_shell_)
            refuse(begin_, what, what != "PREPARE TRANSACTION");
        const bool begins = any_of(what, {"BEGIN", "START TRANSACTION"});
        if ((!begins && !any_of(what, {"COMMIT", "END"})) || !plain(words))
            refuse(begin_, fmt::format("{}", fmt::join(words, " ")));
        if (begins && begun_ != nowhere)
            refuse(begin_, what + " within a transaction of the file");
        if (!begins && begun_ == nowhere)
            refuse(begin_, what + " without a BEGIN");
        begun_ = begins ? begin_ : nowhere;
        take_out(begin_, end);
    }

    void take_out(std::size_t begin, std::size_t end) {
        std::replace_if(
            result_.begin() + static_cast<std::ptrdiff_t>(begin),
            result_.begin() + static_cast<std::ptrdiff_t>(end), [](char c) { return c != '\n'; },
            ' ');
    }

    [[noreturn]] void refuse(std::size_t where, const std::string& what, bool shell = false) const {
        const auto line =
            1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(where), '\n');
        throw engine::Error(
            fmt::format("{}:{}: found {}; expected SQL that runs within Locum's transaction", file_,
                        line, what),
            engine::Kind::refused)
            .remedy(shell ? "if the file was written for psql or the sqlite3 shell, say for-shell "
                            "= true for it in the manifest; else take this out"
                          : "take it out of the file, or migrate by a command instead");
    }

    std::string_view text_;
    const std::string& file_;
    Kind kind_;
    bool for_shell_;
    Words words_;
    std::string result_;
    Texts statement_;             // its words so far
    std::size_t begin_ = 0;       // of it
    int depth_ = 0;               // of bodies that hold statements
    int parentheses_ = 0;         // CREATE RULE has statements in them
    std::size_t begun_ = nowhere; // the BEGIN that waits for its COMMIT
};

} // namespace

std::string runnable(std::string_view text, const std::string& file, Kind kind, bool for_shell) {
    return Reader(text, file, kind, for_shell).read();
}

} // namespace locum::datasource
