#include "cli/setup_switches.hpp"

#include "engine/contains.hpp"
#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace locum::cli {

using engine::Error;
using What = SetupCommand::What;

namespace {

// Options of install, repair and uninstall whose next word is theirs.
const std::vector<std::string> with_value = {"--answers", "--confirm", "--ignore", "--log",
                                             "--record",  "--root",    "--suite",  "--token"};

struct Switch {
    std::string name;                 // in small letters, without '/'
    std::optional<std::string> value; // behind ':'
};

Switch parsed(const std::string& word) {
    const std::size_t colon = word.find(':');
    Switch found{word.substr(1, colon == std::string::npos ? colon : colon - 1), std::nullopt};
    std::transform(found.name.begin(), found.name.end(), found.name.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    if (colon != std::string::npos)
        found.value = word.substr(colon + 1);
    return found;
}

[[noreturn]] void refuse(const std::string& why) {
    throw Error(why, engine::Kind::usage).remedy("add /? to see what it takes");
}

void set(SetupCommand& command, What what, const std::string& word) {
    if (command.what != What::install && command.what != what)
        refuse(fmt::format("{} and another thing to do cannot be together", word));
    command.what = what;
}

// True: it was the last word that its value was in.
bool take(SetupCommand& command, const std::string& word, const std::string* next) {
    const Switch found = parsed(word);
    if (found.name == "log") {
        if (!found.value && !next)
            refuse(fmt::format("{} names no file", word));
        command.arguments.insert(command.arguments.end(),
                                 {"--log", found.value ? *found.value : *next});
        return !found.value;
    }
    if (found.value)
        refuse(fmt::format("{} takes no value", word));
    if (found.name == "quiet") {
        command.quiet = true;
        command.asks = false;
    } else if (found.name == "passive") {
        command.asks = false;
    } else if (found.name == "uninstall") {
        set(command, What::uninstall, word);
    } else if (found.name == "repair") {
        set(command, What::repair, word);
    } else if (found.name == "?" || found.name == "help") {
        command.what = What::help;
    } else if (found.name != "norestart") { // Locum restarts no host
        refuse(fmt::format("{} is no switch of this setup", word));
    }
    return false;
}

} // namespace

SetupCommand parse_setup_switches(const std::vector<std::string>& words) {
    SetupCommand command;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const std::string* next = i + 1 < words.size() ? &words[i + 1] : nullptr;
        if (command.what == What::help)
            break;
        if (word.starts_with('/')) {
            if (take(command, word, next))
                ++i;
            continue;
        }
        command.arguments.push_back(word);
        if (engine::contains(with_value, word) && next) {
            command.arguments.push_back(*next);
            ++i;
        }
    }
    const auto given = [&](std::string_view option) {
        return std::any_of(command.arguments.begin(), command.arguments.end(),
                           [&](const std::string& one) {
                               return one == option || one.starts_with(std::string(option) + "=");
                           });
    };
    if (command.quiet && !given("--quiet") && !given("-q"))
        command.arguments.emplace_back("--quiet");
    if (command.what == What::install && !command.asks && !given("--answers") &&
        !given("--rollback"))
        throw Error("nothing is to be asked, so the answers must be given", engine::Kind::usage)
            .remedy("add --answers FILE; locum answers template BUNDLE writes one to fill in");
    return command;
}

std::string setup_switches_help(const std::string& name) {
    return fmt::format(
        "{} [SWITCHES] [OPTIONS]\n"
        "  /quiet      Ask nothing, and say nothing but errors; with --answers FILE\n"
        "  /passive    Ask nothing, and show progress; with --answers FILE\n"
        "  /log FILE   Write what is done to this file, too\n"
        "  /repair     Put right what differs from what was installed\n"
        "  /uninstall  Take this node out of its cluster, and off the host; data and logs stay\n"
        "  /norestart  Taken for other setups' sake: this one never restarts the host\n"
        "  /?          This text\n"
        "Without a switch for something else it installs, or upgrades, with these options:\n\n",
        name);
}

} // namespace locum::cli
