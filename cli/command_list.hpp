#pragma once
// The list of commands as values: what manual pages and completions are made from.

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace locum::cli {

// What an option or an argument takes. By the name of its type: FILE and DIR are paths.
struct Value {
    enum class Kind { none, word, file, folder, choice };
    Kind kind = Kind::word;
    std::string name; // "FILE"; of an argument: its own
    std::vector<std::string> choices;
};

struct OptionInfo {
    std::vector<std::string> names; // "-n", "--plan"; short ones first
    Value value;                    // none: a flag
    std::string about;
    bool required = false;
    bool repeated = false;
    std::vector<std::string> excludes; // names of others that cannot be given with it
};

struct ArgumentInfo {
    Value value;
    std::string about;
    bool required = false;
    bool repeated = false;
};

struct CommandInfo {
    std::vector<std::string> path; // "locum", "upgrade", "run"
    std::string about;             // one line
    std::string more;              // what its help says below all else; may be empty
    std::vector<OptionInfo> options;
    std::vector<ArgumentInfo> arguments;
    std::vector<CommandInfo> commands;
};

// Without what is hidden from help.
CommandInfo describe(const CLI::App& app);

// The command and all below it, in the order of help.
std::vector<const CommandInfo*> all_of(const CommandInfo& command);

} // namespace locum::cli
